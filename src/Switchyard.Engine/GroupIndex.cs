namespace Switchyard.Engine;

/// <summary>
/// The group (scenario node, task) of every row: one number per row, or the same for all. −1 stands for an unknown group,
/// which is treated as the mean of all groups.
/// </summary>
public readonly struct GroupIndex
{
    readonly int[]? _ids;
    readonly int _same;

    GroupIndex(int[]? ids, int same) => (_ids, _same) = (ids, same);

    public int this[int row] => _ids is null ? _same : _ids[row];

    /// <summary>Row r belongs to ids[r]; the array must stay as it is until the backward pass is over.</summary>
    public static GroupIndex PerRow(int[] ids) => new(ids, 0);

    /// <summary>All rows belong to one group.</summary>
    public static GroupIndex Constant(int group) => new(null, group);

    internal (int[]? Ids, int Same) Parts => (_ids, _same);

    internal static GroupIndex Of(in Step step) => new((int[]?)step.Aux, step.I);
}
