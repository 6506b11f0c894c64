namespace Switchyard.Data;

/// <summary>
/// Rows in the form the network reads: column arrays of capacity rows, of which the first <see cref="Count"/> are filled.
/// A batch is reused; nothing in it outlives the next fill.
/// </summary>
public sealed class Batch
{
    readonly int[][] _ids;
    readonly int[][] _offsets;
    readonly float[][] _numbers;
    readonly int[][] _nodes;
    readonly float[][] _labels;
    FixedValue[]? _fixed;

    public Batch(Schema schema, int capacity)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Schema = schema;
        Capacity = capacity;
        var fields = schema.Fields;
        _ids = [.. fields.Select(f => f.Kind == FieldKind.Number ? [] : new int[capacity])];
        _offsets = [.. fields.Select(f => f.HasItems ? new int[capacity + 1] : [])];
        _numbers = [.. fields.Select(f => f.Kind == FieldKind.Number ? new float[2 * capacity] : [])];
        _nodes = [.. schema.Levels.Select(_ => new int[capacity])];
        _labels = [.. schema.Tasks.Select(_ => new float[capacity])];
        Weights = new float[capacity];
        Groups = new int[capacity];
        Rows = new long[capacity];
    }

    public Schema Schema { get; }

    public int Capacity { get; }

    /// <summary>Filled rows.</summary>
    public int Count { get; set; }

    /// <summary>Ids of a <see cref="FieldKind.Single"/> field, one per row; of a field that <see cref="Field.HasItems"/>, those of row r at Offsets[r]..Offsets[r+1], of a sequence oldest first.</summary>
    public int[] Ids(int field) => _ids[field];

    /// <summary>Row starts within <see cref="Ids"/> of a field that <see cref="Field.HasItems"/>, Count + 1 entries.</summary>
    public int[] Offsets(int field) => _offsets[field];

    /// <summary>Value and missing flag of a <see cref="FieldKind.Number"/> field, [Count × 2] row-major.</summary>
    public float[] Numbers(int field) => _numbers[field];

    /// <summary>Node of every row at a scenario level, 0-based; −1 where unknown.</summary>
    public int[] Nodes(int level) => _nodes[level];

    /// <summary>Label of every row: 0, 1, or NaN where not observed.</summary>
    public float[] Labels(int task) => _labels[task];

    /// <summary>Weight of every row in the loss, 1 where none is configured.</summary>
    public float[] Weights { get; }

    /// <summary>Group of every row as a dense id within its part, −1 without a group column.</summary>
    public int[] Groups { get; }

    /// <summary>Position of every row in the source, 0-based.</summary>
    public long[] Rows { get; }

    /// <summary>Makes room for the ids of a multi-value or sequence field; only this grows, and only until the largest batch was seen.</summary>
    public int[] EnsureIds(int field, int length)
    {
        if (_ids[field].Length < length) Array.Resize(ref _ids[field], Math.Max(length, 2 * _ids[field].Length));
        return _ids[field];
    }

    /// <summary>Replaces the values of all fields of role position by their fixed value, as predict and serve score.</summary>
    public void FixPositions()
    {
        _fixed ??= [.. Enumerable.Range(0, Schema.Fields.Length).Where(f => Schema.Fields[f].Role == FieldRole.Position).Select(f => new FixedValue(Schema, f))];
        foreach (var value in _fixed) value.Apply(this, 0, Count);
    }

    /// <summary>Leaf scenario of a row: its nodes in mixed radix, coarse level first; −1 where a node is unknown; 0 without levels.</summary>
    public int Leaf(int row)
    {
        var leaf = 0;
        for (var level = 0; level < _nodes.Length; level++)
        {
            var node = _nodes[level][row];
            if (node < 0) return -1;
            leaf = leaf * Schema.Levels[level].Nodes.Length + node;
        }

        return leaf;
    }
}
