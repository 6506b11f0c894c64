using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>
/// Copies rows between batches of two schemas of which one grew from the other. Fields are the same; an id the target does not know
/// becomes 0, a node −1, as an import with its schema would have it; a task it has and the source has not is not observed.
/// </summary>
public sealed class BatchTranslation
{
    readonly int[] _idLimits;
    readonly int[] _nodeLimits;
    readonly int[] _tasks;

    /// <param name="from">Schema of the rows to read.</param>
    /// <param name="to">Schema of the rows to write.</param>
    /// <exception cref="ArgumentException">Neither grew from the other.</exception>
    public BatchTranslation(Schema from, Schema to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (!IsPossible(from, to)) throw new ArgumentException("The schemas do not have the same fields and scenario levels with the same first values; neither grew from the other.", nameof(to));
        (From, To) = (from, to);
        _idLimits = [.. to.Fields.Select(f => f.Table < 0 ? 0 : to.Tables[f.Table].Rows)];
        _nodeLimits = [.. to.Levels.Select(l => l.Nodes.Length)];
        _tasks = [.. to.Tasks.Select(t => from.Tasks.ToList().FindIndex(f => f.Name == t.Name))];
    }

    public Schema From { get; }

    public Schema To { get; }

    /// <summary>True where fields and scenario levels are the same and an id or node that both schemas have means the same in both.</summary>
    public static bool IsPossible(Schema from, Schema to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return from.Fields.Select(f => (f.Name, f.Kind)).SequenceEqual(to.Fields.Select(f => (f.Name, f.Kind)))
            && from.Levels.Select(l => l.Column).SequenceEqual(to.Levels.Select(l => l.Column))
            && from.Fields.Zip(to.Fields).All(f => MeanTheSame(f.First.Encoder, f.Second.Encoder))
            && from.Levels.Zip(to.Levels).All(l => BeginAlike(l.First.Nodes, l.Second.Nodes));
    }

    /// <summary>Appends the first rows of a batch to another.</summary>
    public void Append(Batch rows, int count, Batch into)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(into);
        var at = into.Count;
        for (var f = 0; f < _idLimits.Length; f++) AppendField(rows, f, count, into);
        for (var level = 0; level < _nodeLimits.Length; level++) Limit(rows.Nodes(level).AsSpan(0, count), into.Nodes(level).AsSpan(at), _nodeLimits[level], -1);
        for (var task = 0; task < _tasks.Length; task++)
        {
            var labels = into.Labels(task).AsSpan(at, count);
            if (_tasks[task] < 0) labels.Fill(float.NaN);
            else rows.Labels(_tasks[task]).AsSpan(0, count).CopyTo(labels);
        }

        rows.Weights.AsSpan(0, count).CopyTo(into.Weights.AsSpan(at));
        rows.Groups.AsSpan(0, count).CopyTo(into.Groups.AsSpan(at));
        rows.Rows.AsSpan(0, count).CopyTo(into.Rows.AsSpan(at));
        into.Count = at + count;
    }

    void AppendField(Batch rows, int field, int count, Batch into)
    {
        var at = into.Count;
        var described = To.Fields[field];
        if (described.Kind == FieldKind.Number)
        {
            rows.Numbers(field).AsSpan(0, 2 * count).CopyTo(into.Numbers(field).AsSpan(2 * at));
            return;
        }

        if (!described.HasItems)
        {
            Limit(rows.Ids(field).AsSpan(0, count), into.Ids(field).AsSpan(at), _idLimits[field], 0);
            return;
        }

        var (from, to) = (rows.Offsets(field), into.Offsets(field));
        if (at == 0) to[0] = 0;
        var start = to[at];
        Limit(rows.Ids(field).AsSpan(0, from[count]), into.EnsureIds(field, start + from[count]).AsSpan(start), _idLimits[field], 0);
        for (var row = 1; row <= count; row++) to[at + row] = start + from[row];
    }

    static bool MeanTheSame(FieldEncoder a, FieldEncoder b) => (a, b) switch
    {
        (VocabularyEncoder first, VocabularyEncoder second) => BeginAlike(first.Values, second.Values),
        (ItemsEncoder first, ItemsEncoder second) => MeanTheSame(first.Values, second.Values) && (first with { Values = second.Values }).Equals(second),
        (BucketEncoder first, BucketEncoder second) => first.Edges.SequenceEqual(second.Edges),
        _ => a == b,
    };

    static bool BeginAlike(ImmutableArray<string> a, ImmutableArray<string> b) => a.AsSpan().CommonPrefixLength(b.AsSpan()) == Math.Min(a.Length, b.Length);

    static void Limit(ReadOnlySpan<int> from, Span<int> into, int limit, int unknown)
    {
        for (var i = 0; i < from.Length; i++) into[i] = from[i] < limit ? from[i] : unknown;
    }
}
