using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training.Tests;

/// <summary>Needs room for the table and its two moments, and page faults that can be counted; skipped where there is not both.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LargeMemoryFactAttribute : FactAttribute
{
    public LargeMemoryFactAttribute()
    {
        var free = GC.GetGCMemoryInfo() is { TotalAvailableMemoryBytes: > 0 } info ? info.TotalAvailableMemoryBytes - info.MemoryLoadBytes : 0;
        if (free < 4L << 30) Skip = $"needs 4 GB of free memory, {free >> 20} MB are there";
        else if (!PageFaults.CanBeCounted) Skip = "needs /proc/thread-self/stat, to count page faults";
    }
}

public sealed class LargeTableTests
{
    const int Rows = 10_000_000;
    const int Width = 16;
    const int Clusters = 8;
    const int ClusterRows = 64;

    /// <summary>
    /// Nothing of the table, its moments and what is kept per row was ever touched when training begins, and a pass over any of
    /// them, reading or writing, would touch all its pages. The rows of the batches lie close together in eight places.
    /// </summary>
    [LargeMemoryFact]
    public void Step_LazyTableOfTenMillionRows_TouchesTheBatchesRowsOnly()
    {
        // What a pass over the smallest array, one int per row, would touch at least; where pages are huge, over the table.
        var page = PageFaults.PageBytes;
        var pass = (long)Rows * sizeof(int) * (page > 1 << 16 ? Width : 1) / page;
        using var pool = new WorkerPool(1);
        var small = new Training(10_000, pool);
        small.Run();
        var large = new Training(Rows, pool);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        PageFaults.Of(large.Run).ShouldBeLessThan(pass / 2);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(1 << 20);
        large.Touched.ShouldBe(Clusters * ClusterRows);
        large.Moved.ShouldBeTrue();

        // The pass that was not made is seen when it is made.
        PageFaults.Of(() => large.Table.Values.AsSpan().Contains(float.NaN).ShouldBeFalse()).ShouldBeGreaterThan(pass / 2);
    }

    sealed class Training
    {
        readonly int[] _ids;
        readonly EmbeddingInput[] _inputs;
        readonly Optimizer _optimizer;
        readonly Graph _graph;
        readonly BestWeights _best = new();

        public Training(int rows, WorkerPool pool)
        {
            var set = new ParameterSet(1, deferred: true);
            Table = new Scope(set).Table("t", rows, Width, Init.Constant(0));
            set.Allocate();
            set.Touch();
            _ids = [.. Enumerable.Range(0, Clusters * ClusterRows).Select(i => (i / ClusterRows * (rows / Clusters)) + (i % ClusterRows))];
            _inputs = [new() { Table = Table, Column = 0, Width = Width, Ids = _ids }];
            _optimizer = new Optimizer(set, UpdateRule.Create(new TrainingOptions()), EmbeddingUpdate.Lazy, pool);
            _graph = new Graph(GraphMode.Train, set);
        }

        public EmbeddingTable Table { get; }

        /// <summary>Rows with a gradient in the last step.</summary>
        public int Touched => _graph.Gradients!.Tables[0].Count;

        /// <summary>True where every row of the batches went against its gradient.</summary>
        public bool Moved => _ids.All(id => Table.Row(id).IndexOfAnyExceptInRange(float.MinValue, 0.4999f) < 0);

        public void Run()
        {
            foreach (var id in _ids) Table.Row(id).Fill(0.5f);
            for (var step = 0; step < 20; step++)
            {
                Step();
                if (step % 5 == 0) _optimizer.MarkBest(_best);
            }

            _optimizer.Restore(_best);
        }

        void Step()
        {
            _graph.Reset();
            _optimizer.BeforeRead(_inputs, _ids.Length);
            var x = _graph.Embed(_inputs, _ids.Length, Width);
            _graph.Grad(x).Fill(1);
            _graph.RunBackward(_graph.Zeros(1, 1));
            GradientClip.Apply(_graph.Gradients!, 1).ShouldBeGreaterThan(0);
            _optimizer.Step(_graph.Gradients!, 0.001);
        }
    }
}
