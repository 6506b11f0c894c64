using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training.Tests;

/// <summary>Needs room for the table and its two moments; skipped where the machine has not enough.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LargeMemoryFactAttribute : FactAttribute
{
    public LargeMemoryFactAttribute()
    {
        var free = GC.GetGCMemoryInfo() is { TotalAvailableMemoryBytes: > 0 } info ? info.TotalAvailableMemoryBytes - info.MemoryLoadBytes : 0;
        if (free < 4L << 30) Skip = $"needs 4 GB of free memory, {free >> 20} MB are there";
    }
}

public sealed class LargeTableTests
{
    const int Rows = 10_000_000;
    const int Width = 16;

    /// <summary>
    /// Every other row holds NaN: a step that read one anywhere would spread it. The moments' pages are given by the system on
    /// first touch, so a pass that wrote to them would show in the memory of the process: 1.2 GB.
    /// </summary>
    [LargeMemoryFact]
    public void Step_LazyTableOfTenMillionRows_TouchesTheBatchesRowsOnly()
    {
        var set = new ParameterSet(1);
        var table = new Scope(set).Table("t", Rows, Width, Init.Constant(float.NaN));
        int[] ids = [.. Enumerable.Range(0, 512).Select(i => (int)(i * 7919L * 104729 % Rows))];
        foreach (var id in ids) table.Row(id).Fill(0.5f);
        using var pool = new WorkerPool(1);
        var optimizer = new Optimizer(set, UpdateRule.Create(new TrainingOptions()), EmbeddingUpdate.Lazy, pool);
        var g = new Graph(GraphMode.Train, set);
        EmbeddingInput[] inputs = [new() { Table = table, Column = 0, Width = Width, Ids = ids }];
        var best = new BestWeights();
        Step();
        var memory = Environment.WorkingSet;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 20; step++)
        {
            Step();
            if (step % 5 == 0) optimizer.MarkBest(best);
        }

        optimizer.Restore(best);
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(1 << 20);
        (Environment.WorkingSet - memory).ShouldBeLessThan(200L << 20);
        g.Gradients!.Tables[0].Count.ShouldBe(ids.Distinct().Count());
        foreach (var id in ids) table.Row(id).ToArray().ShouldAllBe(v => v < 0.5f);
        foreach (var id in ids) table.Row(id).Fill(float.NaN);
        table.Values.AsSpan().ContainsAnyInRange(float.NegativeInfinity, float.PositiveInfinity).ShouldBeFalse();

        void Step()
        {
            g.Reset();
            optimizer.BeforeRead(inputs, ids.Length);
            var x = g.Embed(inputs, ids.Length, Width);
            g.Grad(x).Fill(1);
            g.RunBackward(g.Zeros(1, 1));
            GradientClip.Apply(g.Gradients!, 1).ShouldBeGreaterThan(0);
            optimizer.Step(g.Gradients!, 0.001);
        }
    }
}
