using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>A layer of experts with inputs: AES (304 and 16 → 256 → 128, four gates, K = 1 + 1), the same without selection, or CES (k = 2).</summary>
sealed class ExpertCase
{
    const int Inputs = 304;
    const int Indicators = 16;
    const int Gates = 4;
    static readonly ExpertOptions Expert = new() { Widths = [256, 128] };

    readonly ParameterSet _set = new(1);
    readonly Layer _layer;
    readonly Graph _graph;
    readonly float[] _x;
    readonly float[] _indicator;
    readonly NodeIndex _own;
    readonly int _rows;

    /// <param name="name">AES, AES dense or CES.</param>
    /// <param name="experts">How many.</param>
    /// <param name="rows">Rows of a pass.</param>
    /// <param name="mode">Training or scoring.</param>
    public ExpertCase(string name, int experts, int rows, GraphMode mode)
    {
        _rows = rows;
        _layer = Build(name, experts, new Scope(_set));
        _graph = new Graph(mode, _set) { Seed = 1 };
        var random = new SeededRandom(3, "layer");
        _x = Values(random, rows * Inputs);
        _indicator = Values(random, rows * Indicators);
        _own = NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(_ => random.Next(Gates))]);
    }

    /// <summary>Measures the ops of a pass; null (default) measures nothing.</summary>
    public PassClock? Clock
    {
        get => _graph.Clock;
        set => _graph.Clock = value;
    }

    delegate Tensor Layer(Graph g, Tensor x, Tensor indicator, NodeIndex own);

    /// <summary>A scoring pass, or a training step without the optimizer.</summary>
    public void Pass()
    {
        Clock?.Start();
        _graph.StepNumber++;
        _graph.Reset();
        Clock?.Lap("Graph.Reset", "forward");
        var train = _graph.Mode == GraphMode.Train;
        var y = _layer(_graph, _graph.Input(_x, _rows, Inputs, needsGrad: train), _graph.Input(_indicator, _rows, Indicators), _own);
        if (!train) return;
        _graph.RunBackward(_graph.MeanWhere(y, y));
        _set.Touch();
    }

    /// <summary>Bytes of weights that one row reads, a mean over the rows.</summary>
    public double BytesRead()
    {
        _graph.WeightUse = new WeightUse();
        _graph.Reset();
        _layer(_graph, _graph.Input(_x, _rows, Inputs), _graph.Input(_indicator, _rows, Indicators), _own);
        return sizeof(float) * (_set.DenseLength - _graph.WeightUse.Unused(_rows) / _rows);
    }

    /// <summary>Declares a layer's weights.</summary>
    static Layer Build(string name, int experts, Scope scope)
    {
        var gates = new Members("nodes", Gates);
        if (name != "CES")
        {
            var aes = new AesLayer(scope, gates, Inputs, Indicators, new AesOptions { Experts = experts, Select = name == "AES", Expert = Expert });
            return (g, x, indicator, own) => aes.Forward(g, x, x, indicator, own, 0.01f);
        }

        var options = new CesaaOptions { Experts = experts, SharedExperts = 0, Active = 2, IndicatorWidth = Indicators, Expert = Expert };
        var ces = new CesLayer(scope, gates, new Members("tasks", 1), Inputs, options);
        return (g, x, indicator, own) =>
        {
            Span<Tensor> streams = [x];
            ces.Forward(g, streams, common: true, indicator, own);
            return streams[0];
        };
    }

    static float[] Values(SeededRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2001) / 1000f - 1)];
}
