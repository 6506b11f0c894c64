namespace Switchyard.Engine;

/// <summary>The rows of every member: who computes only what belongs to a row's own member sends its rows there.</summary>
/// <param name="Gate">Weights [B, members] of <see cref="SelectionOps.OneHot"/>.</param>
/// <param name="Dispatch">Its pairs: one of every row; of a row whose member is unknown, one with every member.</param>
public readonly record struct OwnRows(Tensor Gate, Dispatch Dispatch);

public sealed partial class Graph
{
    readonly List<(int[]? Ids, int Same, int Rows, int Members, OwnRows Own)> _own = [];

    /// <summary>The rows of every member, sorted once a pass however many layers ask.</summary>
    /// <param name="own">Member of every row.</param>
    /// <param name="rows">B.</param>
    /// <param name="members">How many there are.</param>
    public OwnRows OwnRows(NodeIndex own, int rows, int members)
    {
        var (ids, same) = own.Parts;
        foreach (var known in _own)
        {
            if (known.Ids == ids && known.Same == same && known.Rows == rows && known.Members == members) return known.Own;
        }

        var gate = this.OneHot(own, rows, members);
        var found = new OwnRows(gate, this.Route(new ReadOnlySpan<Tensor>(in gate)));
        _own.Add((ids, same, rows, members, found));
        return found;
    }
}
