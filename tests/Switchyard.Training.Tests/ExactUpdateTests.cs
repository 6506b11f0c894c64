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

    /// <summary>A table with a rate and a decay of its own is a dense parameter that is trained with these.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void Step_OwnRateAndDecay_EqualsDenseWithTheseBitForBit(OptimizerKind kind, double decay)
    {
        for (ulong seed = 0; seed < 20; seed++) Compare(kind, decay, seed, EmbeddingUpdate.Exact, rate: 0.3, others: 0.2).ShouldBeTrue($"seed {seed}");
        Compare(kind, decay, 1, EmbeddingUpdate.Exact, rate: 0.3, dense: 1).ShouldBeFalse();
    }

    /// <summary>The test above can fail: lazy updates of Adam, and of anything with decay, are not the dense ones.</summary>
    [Theory]
    [InlineData(OptimizerKind.Adam, 0.0)]
    [InlineData(OptimizerKind.Sgd, 0.01)]
    public void Step_Lazy_DiffersFromDense(OptimizerKind kind, double decay) => Compare(kind, decay, 1, EmbeddingUpdate.Lazy).ShouldBeFalse();

    /// <param name="kind">The rule.</param>
    /// <param name="decay">Decay of the table, and of the dense parameter that it is compared with.</param>
    /// <param name="seed">Of touches and gradients.</param>
    /// <param name="update">How the table is updated.</param>
    /// <param name="rate">The table's multiple of the learning rate.</param>
    /// <param name="dense">That of the dense parameter; the table's where it is not given.</param>
    /// <param name="others">Decay of all other weights; the table's where it is not given.</param>
    static bool Compare(OptimizerKind kind, double decay, ulong seed, EmbeddingUpdate update, double rate = 1, double? dense = null, double? others = null)
    {
        var random = new SeededRandom(seed, "touches");
        var alike = new TrainingOptions { Optimizer = kind, WeightDecay = decay };
        var options = alike with { WeightDecay = others ?? decay, EmbeddingWeightDecay = others is null ? null : decay };
        var schedule = new RateSchedule { WarmupSteps = 5, Decay = RateDecay.Cosine };
        var (whole, sparse) = (new ParameterSet(1), new ParameterSet(1));
        var weight = new Scope(whole).Parameter("w", Rows, Width, Init.Normal(1));
        var table = new Scope(sparse).Table("w", Rows, Width, Init.Normal(1));
        table.Values.ShouldBe(whole.Values(weight).ToArray());
        using var pool = new WorkerPool(1);
        var first = new Optimizer(whole, UpdateRule.Create(alike), update, pool);
        var second = new Optimizer(sparse, UpdateRule.Create(options), update, pool, null, new TableUpdate(UpdateRule.OfTables(options), rate));
        var (g, h) = (new Graph(GraphMode.Train, whole), new Graph(GraphMode.Train, sparse));
        EmbeddingInput[] inputs = [new() { Table = table, Column = 0, Width = Width, Ids = new int[4] }];
        var same = true;
        for (var step = 0; step < Steps; step++)
        {
            // Some rows come often, some hardly ever; every seventh step reads a row without a gradient, as a zero gradient would.
            for (var i = 0; i < 4; i++) inputs[0].Ids[i] = Math.Min(random.Next(Rows), random.Next(Rows));
            second.BeforeRead(inputs, 4);
            foreach (var row in inputs[0].Ids) same &= Problem.Bits(table.Row(row)).AsSpan().SequenceEqual(Problem.Bits(whole.Values(weight).Slice(row * Width, Width)));
            g.Reset();
            h.Reset();
            foreach (var row in inputs[0].Ids.Distinct().Where((_, i) => step % 7 != 0 || i > 0))
            {
                var gradient = h.Gradients!.Tables[0].Row(row);
                foreach (ref var v in gradient) v = (float)random.NextNormal();
                gradient.CopyTo(g.Gradients!.Of(weight)[(row * Width)..]);
            }

            var scheduled = schedule.At(0.05, step, Steps, 1);
            first.Step(g.Gradients!, scheduled * (dense ?? rate));
            second.Step(h.Gradients!, scheduled);
            if (step == Steps / 2) second.BeforeReadAll();
        }

        second.BeforeReadAll();
        return same && Problem.Bits(table.Values).AsSpan().SequenceEqual(Problem.Bits(whole.Values(weight)));
    }
}
