using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Training.Tests;

public sealed class FrozenWeightsTests
{
    static readonly Aesm2Options Model = new() { Experts = 3, Expert = new ExpertOptions { Widths = [8], BatchNorm = true }, TowerWidths = [4], IndicatorWidth = 4 };

    [Theory]
    [InlineData(OptimizerKind.Adam, EmbeddingUpdate.Lazy, 0, 0.01)]
    [InlineData(OptimizerKind.Adam, EmbeddingUpdate.Exact, 0.1, 0.01)]
    [InlineData(OptimizerKind.Adagrad, EmbeddingUpdate.Exact, 0, 0.01)]
    [InlineData(OptimizerKind.Sgd, EmbeddingUpdate.Lazy, 0.1, 0)]
    public void Run_FrozenWeights_KeepTheirBitsAndTheRestMoves(OptimizerKind optimizer, EmbeddingUpdate embeddings, double clip, double decay)
    {
        var ranker = new Ranker(TinyData.Schema([2, 3], [-1, 0]), Model, 1);
        var parameters = ranker.Parameters;
        var (gate, expert, table) = (parameters.Dense.First(p => p.Name == "scenario.0.0.gate.input"), parameters.Dense.First(p => p.Name == "scenario.1.0.expert.0.weight"), parameters.Tables[1]);
        var statistics = parameters.Buffers.First(b => b.Name == "scenario.1.0.expert.0.norm.running_mean");
        var frozen = new FrozenWeights();
        frozen.Add(expert, [(0, expert.Length)]);
        frozen.Add(gate, Enumerable.Range(0, gate.Rows).Select(r => (r * gate.Cols, 3)));
        frozen.Add(table, 6);
        frozen.Add(statistics, [(0, statistics.Length)]);
        var (gateWas, expertWas, tableWas, statisticsWas) = (parameters.Values(gate).ToArray(), parameters.Values(expert).ToArray(), table.Values.ToArray(), statistics.Values.ToArray());
        frozen.Values.ShouldBe(expert.Length + 3 * gate.Rows + 6 * table.Width);

        using var pool = new WorkerPool(2);
        var step = new TrainingStep(ranker, new TrainingOptions { Optimizer = optimizer, Embeddings = embeddings, ClipNorm = clip, WeightDecay = decay }, pool, frozen);
        for (var s = 0; s < 5; s++) step.Run(TinyData.Rows(ranker.Schema, 64, (ulong)s), 0.05, 0);
        step.Optimizer.BeforeReadAll();

        parameters.Values(expert).SequenceEqual(expertWas).ShouldBeTrue();
        statistics.Values.ShouldBe(statisticsWas);
        table.Values[..(6 * table.Width)].ShouldBe(tableWas[..(6 * table.Width)]);
        table.Values[(6 * table.Width)..].ShouldNotBe(tableWas[(6 * table.Width)..]);
        var gateNow = parameters.Values(gate).ToArray();
        for (var i = 0; i < gateNow.Length; i++) (gateNow[i] == gateWas[i]).ShouldBe(i % gate.Cols < 3, $"gate {i}");
        parameters.Buffers.First(b => b.Name == "scenario.0.0.expert.0.norm.running_mean").Values.ShouldContain(v => v != 0);
    }

    /// <summary>The other weights move as if nothing were frozen, where the frozen ones do not change what they see.</summary>
    [Fact]
    public void Run_NothingFrozen_SameBitsAsWithout()
    {
        Weights(null).AsSpan().SequenceEqual(Weights(new FrozenWeights())).ShouldBeTrue();

        static float[] Weights(FrozenWeights? frozen)
        {
            var ranker = new Ranker(TinyData.Schema([2, 3], [-1, 0]), Model, 1);
            using var pool = new WorkerPool(1);
            var step = new TrainingStep(ranker, new TrainingOptions(), pool, frozen);
            for (var s = 0; s < 3; s++) step.Run(TinyData.Rows(ranker.Schema, 64, (ulong)s), 0.05, 0);
            return ranker.Parameters.DenseValues.ToArray();
        }
    }

    /// <summary>The norm that is clipped is that of the weights that move.</summary>
    [Fact]
    public void Run_ClippedWithFrozenWeights_LeavesFrozenGradientsOutOfTheNorm()
    {
        float[] Moved(double clip)
        {
            var ranker = new Ranker(TinyData.Schema([2, 3], [-1, 0]), Model, 1);
            var last = ranker.Parameters.Dense.First(p => p.Name == "tower.0.output.bias");
            var frozen = new FrozenWeights();
            foreach (var p in ranker.Parameters.Dense.Where(p => p != last)) frozen.Add(p, [(0, p.Length)]);
            foreach (var t in ranker.Parameters.Tables) frozen.Add(t, t.Rows);
            using var pool = new WorkerPool(1);
            new TrainingStep(ranker, new TrainingOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = clip }, pool, frozen).Run(TinyData.Rows(ranker.Schema, 64, 1), 1, 0);
            return ranker.Parameters.Values(last).ToArray();
        }

        var start = new Ranker(TinyData.Schema([2, 3], [-1, 0]), Model, 1);
        var bias = start.Parameters.Values(start.Parameters.Dense.First(p => p.Name == "tower.0.output.bias"))[0];
        var free = Math.Abs(Moved(0)[0] - bias);
        Math.Abs(Moved(free / 2)[0] - bias).ShouldBe(free / 2, 1e-5);
        Math.Abs(Moved(2 * free)[0] - bias).ShouldBe(free, 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16384)]
    [InlineData(50000)]
    public void DenseParts_AnyFrozenStretches_CoverTheRestOnceInOrder(int length)
    {
        (int From, int To)[][] cases = [[], [(0, Math.Min(1, length))], [(length / 3, length / 2)], [(0, length)], [.. Enumerable.Range(0, length / 10).Select(i => (10 * i, 10 * i + 4))]];
        foreach (var frozen in cases)
        {
            var parts = new DenseParts(length, frozen);
            var covered = new List<int>();
            for (var part = 0; part < parts.Count; part++)
                foreach (var (from, to) in parts[part]) covered.AddRange(Enumerable.Range(from, to - from));
            covered.ShouldBe(Enumerable.Range(0, length).Where(i => !frozen.Any(f => i >= f.From && i < f.To)));
        }
    }
}
