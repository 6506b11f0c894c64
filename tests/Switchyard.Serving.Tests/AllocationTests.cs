using System.Text;
using Switchyard.Kernels;
using Switchyard.Testing;

namespace Switchyard.Serving.Tests;

public sealed class AllocationTests : IDisposable
{
    /// <summary>What the runtime takes to let the one who waits go on elsewhere.</summary>
    const int BytesPerWait = 128;

    readonly TemporaryFolder _folder = new();
    readonly ServedModel _model;

    public AllocationTests() => _model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_WarmRequestOnTheCallersThread_AllocatesNothing()
    {
        await using var queue = new ScoringQueue();
        var (shared, items) = (Texts(TinyModels.Shared(1)), TinyModels.Items(1, 50).Select(Texts).ToArray());
        var request = new RankRequest();
        using var pool = new WorkerPool(1);
        Allocations.Of(pool, 100, 50, () =>
        {
            request.Begin(_model);
            Set(request, RankRequest.Shared, shared);
            foreach (var item in items) Set(request, request.AddItem(), item);
            var outcome = queue.ScoreAsync(request);
            if (!outcome.IsCompleted || outcome.Result.Status != ScoreStatus.Scored) throw new InvalidOperationException("not scored");
            request.Clear();
        }).ShouldBe(0);
    }

    [Fact]
    public void Lease_AndGiveBack_OneSmallObject()
    {
        TinyModels.Save(_folder["models/trips/1"]);
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder["models"], WarmUpRequests = 1 });
        models.Reload();
        Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            models.Lease("trips")!.Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }).ShouldBeInRange(0, 32);
    }

    [Fact]
    public async Task ScoreAsync_WarmRequestThatWaits_TheScoringThreadAllocatesNextToNothing()
    {
        const int requests = 40, rounds = 8;
        using var gate = new Gate();
        var bytes = new long[1000];
        var taken = 0;
        await using var queue = new ScoringQueue(new ScoringQueueOptions { Workers = 1, MaxWaitMs = 60_000, DeadlineMs = 600_000 }, TimeProvider.System, () =>
        {
            if (Thread.CurrentThread.Name is { } name && name.StartsWith("Switchyard serving", StringComparison.Ordinal)) bytes[taken++] = GC.GetAllocatedBytesForCurrentThread();
            else gate.Pass();
        });
        var waiting = Enumerable.Range(0, requests).Select(_ => new RankRequest()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            var first = gate.Occupy(queue, _model);

            // More than half of what is scored at a time, so that every one is scored alone.
            foreach (var request in waiting) TinyModels.Fill(request, _model, TinyModels.Shared(1), TinyModels.Items(1, 140));
            var outcomes = waiting.Select(r => queue.ScoreAsync(r).AsTask()).ToArray();
            gate.Open();
            await first;
            (await Task.WhenAll(outcomes)).ShouldAllBe(o => o.Status == ScoreStatus.Scored);
            gate.Close();

            // Results are told before the place is free.
            while (queue.State.Scoring > 0) await Task.Delay(1);
        }

        // Of the rounds the least: the runtime adds threads of its pool from here now and then.
        taken.ShouldBe(requests * rounds);
        Enumerable.Range(1, rounds).Min(round => bytes[(round * requests) - 1] - bytes[(round - 1) * requests]).ShouldBeInRange(0, BytesPerWait * (requests - 1));
    }

    static (byte[] Name, byte[] Value)[] Texts(Dictionary<string, string?> values) =>
        [.. values.Select(v => (Encoding.UTF8.GetBytes(v.Key), Encoding.UTF8.GetBytes(v.Value ?? "")))];

    static void Set(RankRequest request, int item, (byte[] Name, byte[] Value)[] values)
    {
        foreach (var (name, value) in values) request.Set(item, request.Model.Columns.Require(name, item), value);
    }
}
