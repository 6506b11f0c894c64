using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Copies rows from batch to batch. Rows of a field must be written in ascending order, for a list starts where the one before ends.</summary>
public static class RowCopies
{
    /// <summary>A whole row: fields, nodes, labels, weight, group, place in the source.</summary>
    public static void CopyRow(Batch from, int row, Batch to, int at)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var schema = from.Schema;
        for (var field = 0; field < schema.Fields.Length; field++) CopyField(from, field, row, to, at);
        for (var level = 0; level < schema.Levels.Length; level++) to.Nodes(level)[at] = from.Nodes(level)[row];
        for (var task = 0; task < schema.Tasks.Length; task++) to.Labels(task)[at] = from.Labels(task)[row];
        (to.Weights[at], to.Groups[at], to.Rows[at]) = (from.Weights[row], from.Groups[row], from.Rows[row]);
    }

    /// <summary>What a model reads of rows that stand together: some fields and the nodes. They become the first rows of the other batch, which then has no more.</summary>
    /// <param name="from">Batch of the rows.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="fields">The fields to copy; the other batch's others keep what they had.</param>
    /// <param name="to">A batch of an equal schema with room for them.</param>
    public static void CopyInputs(Batch from, int first, int count, ImmutableArray<int> fields, Batch to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        foreach (var field in fields)
        {
            switch (from.Schema.Fields[field].Kind)
            {
                case FieldKind.Number:
                    from.Numbers(field).AsSpan(2 * first, 2 * count).CopyTo(to.Numbers(field));
                    break;
                case FieldKind.Single:
                    from.Ids(field).AsSpan(first, count).CopyTo(to.Ids(field));
                    break;
                default:
                    for (var row = 0; row < count; row++) CopyField(from, field, first + row, to, row);
                    break;
            }
        }

        for (var level = 0; level < from.Schema.Levels.Length; level++) from.Nodes(level).AsSpan(first, count).CopyTo(to.Nodes(level));
        to.Count = count;
    }

    /// <summary>One field of a row, whole: both numbers, all ids in their order.</summary>
    public static void CopyField(Batch from, int field, int row, Batch to, int at)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        switch (from.Schema.Fields[field].Kind)
        {
            case FieldKind.Number:
                from.Numbers(field).AsSpan(2 * row, 2).CopyTo(to.Numbers(field).AsSpan(2 * at));
                break;
            case FieldKind.Single:
                to.Ids(field)[at] = from.Ids(field)[row];
                break;
            default:
                var ids = from.Ids(field).AsSpan(from.Offsets(field)[row]..from.Offsets(field)[row + 1]);
                var offsets = to.Offsets(field);
                if (at == 0) offsets[0] = 0;
                offsets[at + 1] = offsets[at] + ids.Length;
                ids.CopyTo(to.EnsureIds(field, offsets[at + 1]).AsSpan(offsets[at]));
                break;
        }
    }
}
