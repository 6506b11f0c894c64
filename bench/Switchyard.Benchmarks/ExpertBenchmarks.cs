using BenchmarkDotNet.Attributes;
using Switchyard.Comparison;
using Switchyard.Engine;

namespace Switchyard.Benchmarks;

/// <summary>Layers of experts on one thread: a scoring pass and a training step without the optimizer.</summary>
public class ExpertBenchmarks
{
    ExpertCase? _score;
    ExpertCase? _train;

    [Params("AES", "AES dense", "CES")]
    public string Layer { get; set; } = "";

    [Params(8, 32)]
    public int Experts { get; set; }

    [Params(200, 2048)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup() => (_score, _train) = (new(Layer, Experts, Batch, GraphMode.Score), new(Layer, Experts, Batch, GraphMode.Train));

    [Benchmark]
    public void Score() => _score!.Pass();

    [Benchmark]
    public void Train() => _train!.Pass();
}
