using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training.Tests;

public sealed class BestWeightsTests
{
    const int Rows = 23;
    const int Width = 5;

    /// <summary>The rows still owe nothing afterwards: what validates, saves or reads them next finds the marked weights.</summary>
    [Theory]
    [MemberData(nameof(ExactUpdateTests.Rules), MemberType = typeof(ExactUpdateTests))]
    public void Restore_ExactUpdates_CatchingUpLeavesTheMarkedWeights(OptimizerKind kind, double decay)
    {
        var set = new ParameterSet(1);
        var weight = new Scope(set).Parameter("w", 1, Width, Init.Normal(1));
        var table = new Scope(set).Table("t", Rows, Width, Init.Normal(1));
        using var pool = new WorkerPool(1);
        var optimizer = new Optimizer(set, UpdateRule.Create(new TrainingOptions { Optimizer = kind, WeightDecay = decay }), EmbeddingUpdate.Exact, pool);
        var g = new Graph(GraphMode.Train, set);
        var random = new SeededRandom(2, "touches");
        EmbeddingInput[] inputs = [new() { Table = table, Column = 0, Width = Width, Ids = [.. Enumerable.Range(0, Rows)] }];
        Train(20);
        var best = new BestWeights();
        optimizer.MarkBest(best);
        var marked = Weights();
        Train(15);
        Weights().ShouldNotBe(marked);
        optimizer.Restore(best);
        Weights().ShouldBe(marked);
        optimizer.BeforeRead(inputs, Rows);
        Weights().ShouldBe(marked);
        optimizer.BeforeReadAll();
        Weights().ShouldBe(marked);

        void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                g.Reset();
                foreach (ref var v in g.Gradients!.Of(weight)) v = (float)random.NextNormal();
                foreach (ref var v in g.Gradients.Tables[0].Row(Math.Min(random.Next(Rows), random.Next(Rows)))) v = (float)random.NextNormal();
                optimizer.Step(g.Gradients, 0.05);
            }
        }

        int[] Weights() => [.. Problem.Bits(set.DenseValues), .. Problem.Bits(table.Values)];
    }
}
