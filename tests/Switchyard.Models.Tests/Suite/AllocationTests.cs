using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

public sealed class AllocationTests
{
    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void TrainingStep_SteadyState_AllocatesNothing(string name)
    {
        var ranker = Trained.Untrained(ModelCases.Options(name));
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(ranker, new TrainingOptions { ClipNorm = 1 }, pool);
        var batch = TinyData.Rows(ranker.Schema, 600, 5, unknown: 0.05, unobserved: 0.1);
        Allocations.Of(pool, 20, 20, () => step.Run(batch, 0.001, 0.5)).ShouldBe(0);
    }

    /// <summary>Fields of several values whose number changes from batch to batch; with exact updates, rows that catch up.</summary>
    [Theory]
    [InlineData(EmbeddingUpdate.Lazy)]
    [InlineData(EmbeddingUpdate.Exact)]
    public void TrainingStep_ChangingBatches_AllocatesNothing(EmbeddingUpdate embeddings)
    {
        var ranker = Trained.Untrained(ModelCases.Options("aesm2"));
        ranker.Schema.Fields.Count(f => f.Kind == FieldKind.Multiple).ShouldBeGreaterThan(0);
        ranker.Schema.Fields.Count(f => f.Kind == FieldKind.Sequence).ShouldBeGreaterThan(0);
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(ranker, new TrainingOptions { Embeddings = embeddings }, pool);
        Batch[] batches = [TinyData.Rows(ranker.Schema, 40, 5), TinyData.Rows(ranker.Schema, 90, 6), TinyData.Rows(ranker.Schema, 3, 7)];
        var next = 0;
        Allocations.Of(pool, 20, 20, () => step.Run(batches[next++ % batches.Length], 0.001, 0.5)).ShouldBe(0);
    }

    /// <summary>The first steps after a new best save the rows they write.</summary>
    [Theory]
    [InlineData(EmbeddingUpdate.Lazy)]
    [InlineData(EmbeddingUpdate.Exact)]
    public void TrainingStep_AfterMarkBest_AllocatesNothing(EmbeddingUpdate embeddings)
    {
        var ranker = Trained.Untrained(ModelCases.Options("aesm2"));
        using var pool = new WorkerPool(2);
        var step = new TrainingStep(ranker, new TrainingOptions { Embeddings = embeddings }, pool);
        var (batch, best, calls) = (TinyData.Rows(ranker.Schema, 60, 5), new BestWeights(), 0);
        void Call()
        {
            if (calls++ % 5 == 0) step.Optimizer.MarkBest(best);
            step.Run(batch, 0.001, 0.5);
        }

        Allocations.Of(pool, 20, 20, Call).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Score_SteadyState_AllocatesNothing(string name)
    {
        var ranker = Trained.Untrained(ModelCases.Options(name));
        using var pool = new WorkerPool(2);
        var pass = new ForwardPass(ranker, GraphMode.Score, pool);
        var (large, one) = (TinyData.Rows(ranker.Schema, 600, 5), TinyData.Rows(ranker.Schema, 1, 6));
        var scores = new float[600 * ranker.Schema.Tasks.Length];
        void Call()
        {
            pass.Scores(large, scores);
            pass.Scores(one, scores);
        }

        Allocations.Of(pool, 20, 20, Call).ShouldBe(0);
    }

    [Fact]
    public void Of_AllocationOnAWorker_IsCounted()
    {
        using var pool = new WorkerPool(3);
        Allocations.Of(pool, 1, 10, () => pool.For(30, default(Allocating))).ShouldBeGreaterThan(0);
    }

    /// <summary>One call in a hundred, rounds of fifty: a quiet round between two that are not does not make a steady state.</summary>
    [Fact]
    public void Of_RareAllocation_IsCounted()
    {
        using var pool = new WorkerPool(1);
        var calls = 0;
        Allocations.Of(pool, 5, 50, () => GC.KeepAlive(++calls % 100 == 0 ? new byte[100] : null)).ShouldBeGreaterThan(0);
    }

    readonly struct Allocating : IParallelBody
    {
        public void Run(int part) => GC.KeepAlive(new byte[100]);
    }
}
