namespace Switchyard.Engine;

public sealed partial class Graph
{
    /// <summary>
    /// Hash of where the pass's values are exactly zero: switched-off ReLUs, selection masks, experts without weight. Two passes
    /// of the same pattern lie on one smooth piece of the loss.
    /// </summary>
    internal ulong Pattern()
    {
        var hash = 14695981039346656037UL;
        foreach (var node in _nodes.AsSpan(0, _count))
        {
            hash = (hash ^ (ulong)node.Value.Length) * 1099511628211UL;
            foreach (var value in node.Value.Span) hash = (hash ^ (value == 0 ? 1UL : 0)) * 1099511628211UL;
        }

        return hash;
    }
}
