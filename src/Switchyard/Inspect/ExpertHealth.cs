namespace Switchyard;

/// <summary>When an expert counts as dead and a layer's choices as collapsed: one rule for the live page and for reports.</summary>
public static class ExpertHealth
{
    /// <summary>An expert with less than this part of an even share (1 / experts) of a layer's choices is dead.</summary>
    public const double DeadBelow = 0.01;

    /// <summary>Choices whose entropy is less than this part of the largest there can be (log2 of the experts) have collapsed.</summary>
    public const double CollapsedBelow = 0.2;
}
