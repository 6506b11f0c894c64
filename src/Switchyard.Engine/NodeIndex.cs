namespace Switchyard.Engine;

/// <summary>
/// The node of the scenario tree, or the task, of every row: one number per row, or the same for all. −1 stands for an unknown node,
/// which is treated as the mean of all nodes.
/// </summary>
public readonly struct NodeIndex
{
    readonly int[]? _ids;
    readonly int _same;

    NodeIndex(int[]? ids, int same, int level = -1) => (_ids, _same, Level) = (ids, same, level);

    /// <summary>Scenario level of the nodes, 0-based; −1 for a number that is the same for all rows.</summary>
    public int Level { get; }

    /// <summary>Whether all rows belong to the same node.</summary>
    public bool IsConstant => _ids is null;

    public int this[int row] => _ids is null ? _same : _ids[row];

    /// <summary>Row r belongs to ids[r]; the array must stay as it is until the backward pass is over.</summary>
    /// <param name="ids">A node per row.</param>
    /// <param name="level">The scenario level they belong to.</param>
    public static NodeIndex PerRow(int[] ids, int level = 0) => new(ids, 0, level);

    /// <summary>All rows belong to one node.</summary>
    public static NodeIndex Constant(int node) => new(null, node);

    internal (int[]? Ids, int Same) Parts => (_ids, _same);

    internal static NodeIndex Of(in Step step) => new((int[]?)step.Aux, step.I);
}
