using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>
/// What the rows of a block may hold. Tables are looked up and nodes counted without another look, so that an id outside its table, in a
/// file whose checksums agree, must be found here.
/// </summary>
sealed class BlockLimits(Schema schema, PartBlocks part)
{
    readonly ImmutableArray<int> _ids = [.. schema.Fields.Select(f => f.Kind == FieldKind.Number ? 0 : schema.Tables[f.Table].Rows)];
    readonly ImmutableArray<int> _nodes = [.. schema.Levels.Select(l => l.Nodes.Length)];

    /// <summary>Looks at the rows of block <paramref name="block"/> of the part, which begin at row <paramref name="from"/> of the buffer.</summary>
    /// <exception cref="InvalidDataException">There are too many or too few of them, or a value is none of its column.</exception>
    public void Check(RowBuffer rows, int from, int block)
    {
        var count = rows.Count - from;
        var expected = Math.Min(Blocks.Rows, part.Rows - ((long)block * Blocks.Rows));
        if (count != expected) throw Damaged(block, $"has {count} rows instead of {expected}");
        for (var f = 0; f < rows.Fields.Length; f++)
        {
            var ids = rows.Fields[f] switch
            {
                Column<int> one => one.Values.AsSpan(from, count),
                ListColumn many => many.Ids.AsSpan(many.Starts[from]..many.Starts[rows.Count]),
                _ => [],
            };
            if (Beyond(ids, 0, _ids[f])) throw Damaged(block, $"has an id of field {schema.Fields[f].Name} outside its table");
        }

        for (var l = 0; l < rows.Levels.Length; l++)
        {
            if (Beyond(rows.Levels[l].Values.AsSpan(from, count), -1, _nodes[l])) throw Damaged(block, $"has a node that level {schema.Levels[l].Column} does not");
        }

        foreach (var labels in rows.Labels)
        {
            if (labels.Values.AsSpan(from, count).ContainsAnyExcept<byte>(0, 1, RowBuffer.NotObserved)) throw Damaged(block, "has a label that is neither 0 nor 1");
        }

        if (rows.Groups is { } groups && Beyond(groups.Values.AsSpan(from, count), -1, part.Groups)) throw Damaged(block, $"has a group beyond the {part.Groups} of its part");
    }

    static bool Beyond(ReadOnlySpan<int> values, int lowest, int limit) => values.ContainsAnyExceptInRange(lowest, limit - 1);

    static InvalidDataException Damaged(int block, string what) => new($"block {block} of a part {what}");
}
