using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>
/// Counts rows by the node of the top level: which bins their scores and fields fall into, and which experts they use. What is counted of a
/// row depends on the row alone. Not safe for several threads at a time.
/// </summary>
public sealed class DriftTally
{
    /// <summary>Name of rows whose node training has not seen.</summary>
    public const string Unknown = GateUse.Unknown;

    /// <summary>Name of the rows of all nodes beyond the first <see cref="MostNodes"/>.</summary>
    public const string Other = "(other)";

    /// <summary>Name of all rows together.</summary>
    public const string All = "(all)";

    /// <summary>Nodes with counts of their own.</summary>
    internal const int MostNodes = 100;

    readonly Dictionary<string, DriftCounts> _nodes = new(StringComparer.Ordinal);
    readonly Schema _schema;

    /// <param name="schema">Schema of the model.</param>
    /// <param name="fields">Indices of the fields that it reads.</param>
    public DriftTally(Schema schema, IEnumerable<int> fields)
        : this(schema, DriftFeature.Of(schema, fields))
    {
    }

    internal DriftTally(Schema schema, DriftFeature[] features) => (_schema, Features) = (schema, features);

    /// <summary>Rows counted.</summary>
    public long Rows => _nodes.Values.Sum(n => n.Rows);

    internal DriftFeature[] Features { get; }

    /// <summary>Counts by the name of the node, those with rows, in ordinal order.</summary>
    internal IEnumerable<(string Scenario, DriftCounts Counts)> Nodes => _nodes.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => (n.Key, n.Value));

    /// <summary>Counts rows that were scored.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="scores">Their scores [tasks × rows].</param>
    /// <param name="g">The graph after the pass, with its gates.</param>
    public void Add(Batch batch, ReadOnlySpan<float> scores, Graph g)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(g);
        for (var row = 0; row < batch.Count; row++)
        {
            var counts = Node(NameOf(batch, row));
            counts.Rows++;
            for (var f = 0; f < Features.Length; f++) Features[f].Count(batch, scores, row, counts.Features[f]);
            foreach (ref readonly var gate in g.Gates) Count(g, gate, row, counts);
        }
    }

    /// <summary>Adds what another tally of the same model has counted.</summary>
    public void Add(DriftTally other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (scenario, counts) in other.Nodes) Node(scenario).Add(counts);
    }

    /// <summary>Counts from 0.</summary>
    public void Clear() => _nodes.Clear();

    /// <summary>Share of the rows' choices, or of their mixing weight, that falls on every expert of a layer, all scenarios together.</summary>
    public IEnumerable<(string Layer, double[] Shares)> Experts() => Sum().Layers.Select(l => (l.Key, DriftMath.Shares(l.Value)));

    internal DriftCounts Node(string name)
    {
        if (!_nodes.TryGetValue(name, out var counts)) _nodes.Add(name, counts = new DriftCounts(Features));
        return counts;
    }

    internal DriftCounts Sum()
    {
        var sum = new DriftCounts(Features);
        foreach (var (_, counts) in Nodes) sum.Add(counts);
        return sum;
    }

    string NameOf(Batch batch, int row)
    {
        if (_schema.Levels.IsEmpty) return All;
        var node = batch.Nodes(0)[row];
        return node < 0 ? Unknown : node < MostNodes ? _schema.Levels[0].Nodes[node] : Other;
    }

    // Where experts are chosen, every choice counts alike; where all are mixed, each by its weight.
    static void Count(Graph g, in GateNote gate, int row, DriftCounts counts)
    {
        var experts = gate.Weights.Cols;
        var weights = g.Value(gate.Weights).Slice(row * experts, experts);
        var layer = counts.Layer(gate.Layer, experts);
        var isMixed = gate.Specific.Length == 0;
        for (var k = 0; k < experts; k++) layer[k] += isMixed ? weights[k] : weights[k] != 0 ? 1 : 0;
    }
}
