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
        Allocations.Of(pool, 20, 50, () => step.Run(batch, 0.001, 0.5)).ShouldBe(0);
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

        Allocations.Of(pool, 20, 50, Call).ShouldBe(0);
    }

    [Fact]
    public void Of_AllocationOnAWorker_IsCounted()
    {
        using var pool = new WorkerPool(3);
        Allocations.Of(pool, 1, 10, () => pool.For(30, default(Allocating))).ShouldBeGreaterThan(0);
    }

    readonly struct Allocating : IParallelBody
    {
        public void Run(int part) => GC.KeepAlive(new byte[100]);
    }
}
