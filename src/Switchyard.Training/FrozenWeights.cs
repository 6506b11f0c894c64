using Switchyard.Engine;

namespace Switchyard.Training;

/// <summary>Weights that training leaves as they are, bit for bit: stretches of dense weights and running statistics, first rows of tables.</summary>
public sealed class FrozenWeights
{
    readonly List<(int From, int To)> _dense = [];
    readonly List<Parameter> _parameters = [];
    readonly Dictionary<EmbeddingTable, int> _tables = [];
    readonly List<(StateBuffer Buffer, int From, Real[] Values)> _statistics = [];

    /// <summary>Freezes stretches of a dense weight, given from its own start.</summary>
    public void Add(Parameter parameter, IEnumerable<(int From, int Length)> stretches)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(stretches);
        _parameters.Add(parameter);
        _dense.AddRange(stretches.Select(s => (parameter.Offset + s.From, parameter.Offset + s.From + s.Length)));
    }

    /// <summary>Freezes the first rows of a table.</summary>
    public void Add(EmbeddingTable table, int rows) => _tables[table] = rows;

    /// <summary>Freezes stretches of running statistics as they are now.</summary>
    public void Add(StateBuffer buffer, IEnumerable<(int From, int Length)> stretches)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(stretches);
        _statistics.AddRange(stretches.Select(s => (buffer, s.From, buffer.Values.AsSpan(s.From, s.Length).ToArray())));
    }

    /// <summary>Frozen stretches of the flat array of dense weights, ascending; sorted at every call.</summary>
    internal (int From, int To)[] SortedDense() => [.. _dense.Order()];

    /// <summary>Number of frozen values, running statistics left out.</summary>
    public long Values => _dense.Sum(s => (long)s.To - s.From) + _tables.Sum(t => (long)t.Value * t.Key.Width);

    /// <summary>Frozen rows of a table.</summary>
    internal int Rows(EmbeddingTable table) => _tables.GetValueOrDefault(table);

    /// <summary>Spares a graph the gradients of what is frozen as a whole.</summary>
    internal void SpareGradients(Graph graph)
    {
        var dense = SortedDense();
        foreach (var parameter in _parameters)
        {
            var (done, end) = (parameter.Offset, parameter.Offset + parameter.Length);
            foreach (var (from, to) in dense)
            {
                if (from <= done && to > done) done = to;
            }

            if (done >= end) graph.Freeze(parameter);
        }

        foreach (var (table, rows) in _tables)
        {
            if (rows >= table.Rows) graph.Freeze(table);
        }
    }

    /// <summary>Sets the gradients of frozen weights to zero, before the norm of all is taken.</summary>
    internal void Clear(Gradients gradients)
    {
        foreach (var (from, to) in _dense) gradients.ClearDense(from, to - from);
        foreach (var table in gradients.Tables)
        {
            var frozen = Rows(table.Table);
            for (var i = 0; i < table.Count; i++)
                if (table.Rows[i] < frozen)
                    table.Values.Slice(i * table.Table.Width, table.Table.Width).Clear();
        }
    }

    /// <summary>Undoes what the forward pass of a step moved.</summary>
    internal void RestoreStatistics()
    {
        foreach (var (buffer, from, values) in _statistics) values.CopyTo(buffer.Values, from);
    }
}
