using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training.Tests;

/// <summary>Exact embedding updates equal the update of a dense parameter of the same shape, whatever rows the steps touch.</summary>
public sealed class ExactUpdateTests
{
    const int Rows = 23;
    const int Width = 5;
    const int Steps = 60;

    public static TheoryData<OptimizerKind, double> Rules()
    {
        var data = new TheoryData<OptimizerKind, double>();
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            data.Add(kind, 0);
            data.Add(kind, 0.01);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Step_RandomTouches_EqualsDenseBitForBit(OptimizerKind kind, double decay)
    {
        for (ulong seed = 0; seed < 40; seed++) Compare(kind, decay, seed, EmbeddingUpdate.Exact).ShouldBeTrue($"seed {seed}");
    }

    /// <summary>The test above can fail: lazy updates of Adam, and of anything with decay, are not the dense ones.</summary>
    [Theory]
    [InlineData(OptimizerKind.Adam, 0.0)]
    [InlineData(OptimizerKind.Sgd, 0.01)]
    public void Step_Lazy_DiffersFromDense(OptimizerKind kind, double decay) => Compare(kind, decay, 1, EmbeddingUpdate.Lazy).ShouldBeFalse();

    static bool Compare(OptimizerKind kind, double decay, ulong seed, EmbeddingUpdate update)
    {
        var random = new SeededRandom(seed, "touches");
        var options = new TrainingOptions { Optimizer = kind, WeightDecay = decay };
        var schedule = new RateSchedule { WarmupSteps = 5, Decay = RateDecay.Cosine };
        var (dense, sparse) = (new ParameterSet(1), new ParameterSet(1));
        var weight = new Scope(dense).Parameter("w", Rows, Width, Init.Normal(1));
        var table = new Scope(sparse).Table("w", Rows, Width, Init.Normal(1));
        table.Values.ShouldBe(dense.Values(weight).ToArray());
        using var pool = new WorkerPool(1);
        var (first, second) = (new Optimizer(dense, UpdateRule.Create(options), update, pool), new Optimizer(sparse, UpdateRule.Create(options), update, pool));
        var (g, h) = (new Graph(GraphMode.Train, dense), new Graph(GraphMode.Train, sparse));
        EmbeddingInput[] inputs = [new() { Table = table, Column = 0, Width = Width, Ids = new int[4] }];
        var same = true;
        for (var step = 0; step < Steps; step++)
        {
            // Some rows come often, some hardly ever; every seventh step reads a row without a gradient, as a zero gradient would.
            for (var i = 0; i < 4; i++) inputs[0].Ids[i] = Math.Min(random.Next(Rows), random.Next(Rows));
            second.BeforeRead(inputs, 4);
            foreach (var row in inputs[0].Ids) same &= Problem.Bits(table.Row(row)).AsSpan().SequenceEqual(Problem.Bits(dense.Values(weight).Slice(row * Width, Width)));
            g.Reset();
            h.Reset();
            foreach (var row in inputs[0].Ids.Distinct().Where((_, i) => step % 7 != 0 || i > 0))
            {
                var gradient = h.Gradients!.Tables[0].Row(row);
                foreach (ref var v in gradient) v = (float)random.NextNormal();
                gradient.CopyTo(g.Gradients!.Of(weight)[(row * Width)..]);
            }

            var rate = schedule.At(0.05, step, Steps, 1);
            first.Step(g.Gradients!, rate);
            second.Step(h.Gradients!, rate);
            if (step == Steps / 2) second.BeforeReadAll();
        }

        second.BeforeReadAll();
        return same && Problem.Bits(table.Values).AsSpan().SequenceEqual(Problem.Bits(dense.Values(weight)));
    }
}
