namespace Switchyard;

/// <summary>How far a gate is from the same gate of another model, on the same rows.</summary>
public sealed record GateDrift
{
    /// <summary>The layer, as in <see cref="LayerUse.Name"/>.</summary>
    public required string Layer { get; init; }

    /// <summary>The gate in the inspected model.</summary>
    public required GateUse Gate { get; init; }

    /// <summary>The same rows in the other model.</summary>
    public required GateUse Against { get; init; }

    /// <summary>Total variation distance of the two gates' distributions of a kind, 0 to 1; null where one of them does not know it.</summary>
    public double? Distance(ExpertKind kind) =>
        Gate[kind].IsEmpty || Against[kind].IsEmpty ? null : Math.Max(0, 1 - GateUse.Overlap(Gate, Against, kind));
}
