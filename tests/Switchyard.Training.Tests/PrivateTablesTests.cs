using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Training.Tests;

/// <summary>Models whose scenarios have embeddings of their own.</summary>
public sealed class PrivateTablesTests
{
    static readonly SingleOptions Options = new() { Level = 2, Network = new ExpertOptions { Widths = [8] }, TowerWidths = [] };

    static readonly Schema Schema = TinyData.Schema([2, 3], [-1, -1]);

    [Fact]
    public void Run_RowsOfOneScenario_EveryOtherScenarioKeepsItsBits()
    {
        var (before, after) = (new Ranker(Schema, Options, 1).Parameters, Trained(steps: 4, EmbeddingUpdate.Lazy, node: 1, everyRow: false).Parameters);
        foreach (var (was, now) in before.Tables.Zip(after.Tables)) was.Values.AsSpan().SequenceEqual(now.Values).ShouldBe(was.Place.Owners[0].Index != 1, was.Name);
        foreach (var (was, now) in before.Dense.Zip(after.Dense))
        {
            var (old, values, each) = (before.Values(was).ToArray(), after.Values(now).ToArray(), was.Length / 3);
            was.Place.Axes.Stack!.Count.ShouldBe(3);
            for (var node = 0; node < 3; node++) old.AsSpan(node * each, each).SequenceEqual(values.AsSpan(node * each, each)).ShouldBe(node != 1, $"{was.Name}, node {node}");
        }
    }

    /// <summary>Whether rows catch up when a batch is about to read them or after every step must not matter.</summary>
    [Fact]
    public void Run_ExactUpdates_ReadEveryRowUpToDate()
    {
        var (own, every) = (Trained(12, EmbeddingUpdate.Exact, null, everyRow: false), Trained(12, EmbeddingUpdate.Exact, null, everyRow: true));
        foreach (var (a, b) in own.Parameters.Tables.Zip(every.Parameters.Tables)) Problem.Bits(a.Values).AsSpan().SequenceEqual(Problem.Bits(b.Values)).ShouldBeTrue(a.Name);
        Problem.Bits(own.Parameters.DenseValues).AsSpan().SequenceEqual(Problem.Bits(every.Parameters.DenseValues)).ShouldBeTrue();
    }

    static Ranker Trained(int steps, EmbeddingUpdate embeddings, int? node, bool everyRow)
    {
        var ranker = new Ranker(Schema, Options, 1);
        using var pool = new WorkerPool(1);
        var step = new TrainingStep(ranker, new TrainingOptions { Embeddings = embeddings }, pool);
        for (var s = 0; s < steps; s++)
        {
            var batch = TinyData.Rows(Schema, 12, (ulong)s, unknown: node is null ? 0.1 : 0);
            if (node is { } only) batch.Nodes(1).AsSpan().Fill(only);
            step.Run(batch, 0.01, 0);
            if (everyRow) step.Optimizer.BeforeReadAll();
        }

        step.Optimizer.BeforeReadAll();
        return ranker;
    }
}
