using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>
/// Counts the gates of one training batch for the log: all rows of a layer, the nodes of the level that owns its gates (the coarsest one where none
/// does), its tasks, and the nodes of each task. Only what is logged is counted, in arrays that stay for the next batch; <see cref="ExpertUse"/>
/// counts everything.
/// </summary>
/// <param name="schema">Schema of the model and its batches.</param>
sealed class BatchExperts(Schema schema)
{
    /// <summary>A level of more nodes would make every event a large table; only all rows of its layers are counted.</summary>
    public const int MostNodes = 40;

    readonly List<Layer> _layers = [];
    readonly Dictionary<string, Layer> _byName = new(StringComparer.Ordinal);

    /// <summary>Counts a batch.</summary>
    /// <param name="graph">The graph after its pass.</param>
    /// <param name="batch">Its rows.</param>
    /// <returns>The layers with gates, in the order of the forward pass.</returns>
    public ImmutableArray<MetricLayer> Count(Graph graph, Batch batch)
    {
        foreach (var layer in _layers) layer.Clear();
        foreach (ref readonly var gate in graph.Gates)
        {
            if (!_byName.TryGetValue(gate.Layer, out var layer))
            {
                _byName.Add(gate.Layer, layer = new Layer(schema, gate));
                _layers.Add(layer);
            }

            layer.Add(graph, gate, batch);
        }

        return [.. _layers.Select(l => l.Read())];
    }

    /// <summary>A layer. Rows are counted by task, those of no task's gate last, and within each by node, those of an unknown one last.</summary>
    sealed class Layer
    {
        // Shares of a batch have no more digits than its rows.
        const int ShareDigits = 4;

        readonly Schema _schema;
        readonly string _name;
        readonly string? _column;
        readonly int _level;
        readonly int _tasks;
        readonly int _nodes;
        readonly int _experts;
        readonly long[] _rows;
        readonly double[] _weight;
        readonly int[] _specific;
        readonly int[] _shared;

        public Layer(Schema schema, in GateNote first)
        {
            (_schema, _name, _experts, _tasks) = (schema, first.Layer, first.Weights.Cols, schema.Tasks.Length);
            var own = first.Own.Level;
            _column = own < 0 ? null : schema.Levels[own].Column;
            _level = Math.Max(0, own);
            var nodes = schema.Levels.IsEmpty ? 0 : schema.Levels[_level].Nodes.Length;
            // Where gates are the tasks', every task has all nodes.
            _nodes = nodes * (own < 0 && first.Own[0] >= 0 ? _tasks : 1) <= MostNodes ? nodes : 0;
            var groups = (_tasks + 1) * (_nodes + 1);
            var choices = first.Specific.Length > 0 ? groups * _experts : 0;
            (_rows, _weight, _specific, _shared) = (new long[groups], new double[groups * _experts], new int[choices], new int[choices]);
        }

        public void Clear()
        {
            Array.Clear(_rows);
            Array.Clear(_weight);
            Array.Clear(_specific);
            Array.Clear(_shared);
        }

        // Called too rarely to be compiled well before the run is over.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(Graph graph, in GateNote gate, Batch batch)
        {
            if (gate.Weights.Cols != _experts || gate.Specific.Length > 0 != _specific.Length > 0)
                throw new InvalidOperationException($"The gates of layer {gate.Layer} do not choose from the same experts; a model names a layer for each kind of gate.");
            var weights = graph.Value(gate.Weights);
            var specific = _specific.Length > 0 ? graph.Value(gate.Specific) : default;
            var shared = _specific.Length > 0 ? graph.Value(gate.Shared) : default;
            var nodes = _nodes > 0 ? batch.Nodes(_level) : null;
            var task = gate.Own.Level < 0 ? gate.Own[0] : -1;
            for (var row = 0; row < batch.Count; row++)
            {
                var group = First(task) + (nodes is not null && nodes[row] is >= 0 and var node ? node : _nodes);
                _rows[group]++;
                var (from, to) = (row * _experts, group * _experts);
                for (var k = 0; k < _experts; k++) _weight[to + k] += weights[from + k];
                if (specific.IsEmpty) continue;
                for (var k = 0; k < _experts; k++)
                {
                    if (specific[from + k] != 0) _specific[to + k]++;
                    if (shared[from + k] != 0) _shared[to + k]++;
                }
            }
        }

        public MetricLayer Read()
        {
            var gates = ImmutableArray.CreateBuilder<MetricGate>(1 + _tasks + _rows.Length);
            gates.Add(Gate(null, null, null, 0, _rows.Length));
            Nodes(null, First(-1));
            for (var task = 0; task < _tasks; task++)
            {
                var first = First(task);
                if (Rows(first, _nodes + 1) == 0) continue;
                gates.Add(Gate(_schema.Tasks[task].Name, null, null, first, _nodes + 1));
                Nodes(_schema.Tasks[task].Name, first);
            }

            return new MetricLayer(_name, _column, _experts, gates.DrainToImmutable());

            void Nodes(string? task, int first)
            {
                if (_nodes == 0) return;
                var level = _schema.Levels[_level];
                for (var node = 0; node <= _nodes; node++)
                {
                    if (_rows[first + node] > 0) gates.Add(Gate(task, level.Column, node < _nodes ? level.Nodes[node] : GateUse.Unknown, first + node, 1));
                }
            }
        }

        /// <summary>The first group of a task; of no task −1.</summary>
        int First(int task) => (task < 0 ? _tasks : task) * (_nodes + 1);

        long Rows(int first, int groups)
        {
            var rows = 0L;
            for (var group = first; group < first + groups; group++) rows += _rows[group];
            return rows;
        }

        MetricGate Gate(string? task, string? column, string? scenario, int first, int groups)
        {
            var rows = Rows(first, groups);
            return new MetricGate(task, column, scenario, rows, Shares(_specific), Shares(_shared), Shares(_weight));

            ImmutableArray<double> Shares<T>(T[] sums)
                where T : struct, System.Numerics.INumber<T>
            {
                if (sums.Length == 0) return [];
                var shares = ImmutableArray.CreateBuilder<double>(_experts);
                for (var k = 0; k < _experts; k++)
                {
                    var sum = T.Zero;
                    for (var group = first; group < first + groups; group++) sum += sums[group * _experts + k];
                    shares.Add(Math.Round(double.CreateChecked(sum) / rows, ShareDigits));
                }

                return shares.DrainToImmutable();
            }
        }
    }
}
