using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>A weight as it lies in a file: name, shape, and where its values are in a parameter set.</summary>
/// <param name="Name">Name of the parameter, table or buffer.</param>
/// <param name="Shape">Dense [Rows, Cols] or, stacked, [Count, Rows, Cols]; table [Rows, Width]; buffer [Length].</param>
sealed record WeightTensor(string Name, long[] Shape)
{
    readonly Parameter? _parameter;
    readonly EmbeddingTable? _table;
    readonly StateBuffer? _buffer;

    WeightTensor(Parameter p)
        : this(p.Name, p.Count > 1 ? [p.Count, p.RowsEach, p.Cols] : [p.Rows, p.Cols]) => _parameter = p;

    WeightTensor(EmbeddingTable t)
        : this(t.Name, [t.Rows, t.Width]) => _table = t;

    WeightTensor(StateBuffer b)
        : this(b.Name, [b.Length]) => _buffer = b;

    /// <summary>Number of values.</summary>
    public long Length => Shape.Aggregate(1L, (n, d) => n * d);

    /// <summary>All weights of a set, in the order of their declaration: dense, tables, buffers.</summary>
    public static WeightTensor[] All(ParameterSet set) =>
        [.. set.Dense.Select(p => new WeightTensor(p)), .. set.Tables.Select(t => new WeightTensor(t)), .. set.Buffers.Select(b => new WeightTensor(b))];

    /// <summary>Whether two sets have weights of the same names and shapes.</summary>
    public static bool SameShapes(ParameterSet one, ParameterSet other)
    {
        var (first, second) = (All(one), All(other));
        return first.Length == second.Length && first.Zip(second).All(p => p.First.Name == p.Second.Name && p.First.Shape.AsSpan().SequenceEqual(p.Second.Shape));
    }

    public Span<Real> Values(ParameterSet set) => _parameter is not null ? set.Values(_parameter) : _table is not null ? _table.Values : _buffer!.Values;
}
