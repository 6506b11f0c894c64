namespace Switchyard.Data;

/// <summary>Copies rows of a buffer into a batch, column by column, expanding what the file keeps short.</summary>
static class RowCopy
{
    static readonly float[] LabelValues = [.. Enumerable.Range(0, 256).Select(b => b == RowBuffer.NotObserved ? float.NaN : b)];

    /// <summary>Rows <paramref name="from"/> … to batch rows <paramref name="at"/> …</summary>
    public static void Range(RowBuffer rows, int from, Batch batch, int at, int count)
    {
        for (var f = 0; f < rows.Fields.Length; f++)
        {
            switch (rows.Fields[f])
            {
                case Column<int> ids:
                    ids.Values.AsSpan(from, count).CopyTo(batch.Ids(f).AsSpan(at));
                    break;
                case Column<float> numbers:
                    var into = batch.Numbers(f);
                    for (var r = 0; r < count; r++) Number(numbers.Values[from + r], into, at + r);
                    break;
                case ListColumn lists:
                    for (var r = 0; r < count; r++) List(lists, from + r, batch, f, at + r);
                    break;
            }
        }

        for (var l = 0; l < rows.Levels.Length; l++) rows.Levels[l].Values.AsSpan(from, count).CopyTo(batch.Nodes(l).AsSpan(at));
        for (var t = 0; t < rows.Labels.Length; t++)
        {
            var (labels, into) = (rows.Labels[t].Values, batch.Labels(t));
            for (var r = 0; r < count; r++) into[at + r] = LabelValues[labels[from + r]];
        }

        if (rows.Weights is { } weights) weights.Values.AsSpan(from, count).CopyTo(batch.Weights.AsSpan(at));
        else batch.Weights.AsSpan(at, count).Fill(1f);
        if (rows.Groups is { } groups) groups.Values.AsSpan(from, count).CopyTo(batch.Groups.AsSpan(at));
        else batch.Groups.AsSpan(at, count).Fill(-1);
        rows.Rows.Values.AsSpan(from, count).CopyTo(batch.Rows.AsSpan(at));
    }

    internal static void Number(float value, float[] into, int row)
    {
        var missing = float.IsNaN(value);
        into[2 * row] = missing ? 0f : value;
        into[(2 * row) + 1] = missing ? 1f : 0f;
    }

    static void List(ListColumn lists, int from, Batch batch, int field, int row)
    {
        var ids = lists.Ids.AsSpan(lists.Starts[from], lists.Starts[from + 1] - lists.Starts[from]);
        var offsets = batch.Offsets(field);
        if (row == 0) offsets[0] = 0;
        var start = offsets[row];
        ids.CopyTo(batch.EnsureIds(field, start + ids.Length).AsSpan(start));
        offsets[row + 1] = start + ids.Length;
    }
}
