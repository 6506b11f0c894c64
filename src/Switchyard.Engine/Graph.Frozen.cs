namespace Switchyard.Engine;

public sealed partial class Graph
{
    readonly HashSet<Parameter> _frozenWeights = [];
    readonly HashSet<EmbeddingTable> _frozenTables = [];

    /// <summary>
    /// Says that nobody reads a weight's gradient: it is not computed, nor is that of anything which only frozen weights and inputs stand below. What
    /// was frozen stays so. The gradients of all other weights keep their bits.
    /// </summary>
    public void Freeze(Parameter weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        _frozenWeights.Add(weight);
    }

    /// <summary>The same of all rows of a table.</summary>
    public void Freeze(EmbeddingTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _frozenTables.Add(table);
    }

    /// <summary>Whether a weight's gradient is wanted.</summary>
    internal bool Trains(Parameter? weight) => weight is not null && !_frozenWeights.Contains(weight);

    /// <summary>Whether the gradient of any of a table's rows is wanted.</summary>
    internal bool Trains(EmbeddingTable table) => !_frozenTables.Contains(table);

    /// <summary>Whether the gradient of any of the tables that these fields read is wanted.</summary>
    internal bool Trains(ReadOnlySpan<EmbeddingInput> fields)
    {
        foreach (var field in fields)
        {
            if (field.Table is { } table && Trains(table)) return true;
            foreach (var own in field.Private ?? [])
            {
                if (Trains(own)) return true;
            }
        }

        return false;
    }
}
