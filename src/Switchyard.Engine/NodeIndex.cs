namespace Switchyard.Engine;

/// <summary>
/// The node of the scenario tree, or the task, of every row: one number per row, or the same for all. −1 stands for an unknown node,
/// which is treated as the mean of all nodes.
/// </summary>
public readonly struct NodeIndex
{
    readonly int[]? _ids;
    readonly int _same;

    NodeIndex(int[]? ids, int same) => (_ids, _same) = (ids, same);

    public int this[int row] => _ids is null ? _same : _ids[row];

    /// <summary>Row r belongs to ids[r]; the array must stay as it is until the backward pass is over.</summary>
    public static NodeIndex PerRow(int[] ids) => new(ids, 0);

    /// <summary>All rows belong to one node.</summary>
    public static NodeIndex Constant(int node) => new(null, node);

    internal (int[]? Ids, int Same) Parts => (_ids, _same);

    internal static NodeIndex Of(in Step step) => new((int[]?)step.Aux, step.I);
}
