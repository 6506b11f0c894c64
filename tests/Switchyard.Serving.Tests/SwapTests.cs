using System.Runtime.CompilerServices;

namespace Switchyard.Serving.Tests;

/// <summary>Versions that replace each other while they are used.</summary>
public sealed class SwapTests : IDisposable
{
    const int Versions = 4;

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Reload_ManySwapsUnderLoad_EveryRequestSeesOneWholeVersion()
    {
        const int callers = 4, swaps = 60;
        var expected = Enumerable.Range(0, Versions).Select(v => Expected((ulong)v)).ToArray();
        var released = new List<ServedModel>();
        using var models = Open();
        await using var queue = new ScoringQueue(new ScoringQueueOptions { Workers = 2, MaxWaitMs = 60_000, DeadlineMs = 600_000 });
        Replace(0);
        models.Reload();
        var isOver = false;
        var seen = new int[Versions];
        var wrong = 0;
        var running = Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var request = new RankRequest();
            while (!Volatile.Read(ref isOver))
            {
                using var lease = models.Lease("trips")!;
                var seed = int.Parse(lease.Model.Version[^1..], System.Globalization.CultureInfo.InvariantCulture);
                TinyModels.Fill(request, lease.Model, TinyModels.Shared(1), TinyModels.Items(1, 30));
                var outcome = await queue.ScoreAsync(request);
                if (outcome.Status != ScoreStatus.Scored || !TinyModels.Bits(request.Scores).AsSpan().SequenceEqual(expected[seed])) Interlocked.Increment(ref wrong);
                Interlocked.Increment(ref seen[seed]);
                request.Clear();
            }
        })).ToArray();
        for (var swap = 1; swap <= swaps; swap++)
        {
            // Not before the version has been asked.
            var serving = (swap - 1) % Versions;
            for (var before = Volatile.Read(ref seen[serving]); Volatile.Read(ref seen[serving]) == before;) await Task.Delay(1);
            using (var lease = models.Lease("trips")!) released.Add(lease.Model);
            Replace(swap);
            models.Reload();
            models.State("trips")!.Serving.ShouldEndWith($"{swap % Versions}");
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(running);
        wrong.ShouldBe(0);
        seen.ShouldAllBe(n => n > 0);
        released.ShouldAllBe(m => m.IsReleased);
    }

    [Fact]
    public void Dispose_LastLeaseOfAReplacedVersion_FreesItsWeights()
    {
        using var models = Open();
        Replace(0);
        models.Reload();
        var request = new RankRequest();
        var old = LeaseAndScore(models, request);
        Replace(1);
        models.Reload();
        Collect();
        IsAlive(old.Weights).ShouldBeTrue();
        old.Lease.Dispose();
        Collect();
        IsAlive(old.Weights).ShouldBeFalse();
    }

    [Fact]
    public void Watch_NewVersion_ServesWithoutBeingAsked()
    {
        using var changed = new AutoResetEvent(false);
        using var models = new ModelFolder(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 1, PollSeconds = 0.1 }, _ => changed.Set());
        models.Watch();
        models.Watch();
        models.IsReady.ShouldBeFalse();
        for (var version = 0; version < 3; version++)
        {
            Replace(version);
            changed.WaitOne(TimeSpan.FromSeconds(60)).ShouldBeTrue();
            models.State("trips")!.Serving.ShouldBe($"{version:D3}-{version}");
            using var lease = models.Lease("trips")!;
            lease.Model.Version.ShouldBe($"{version:D3}-{version}");
        }
    }

    [Fact]
    public void Watch_FolderThatIsNoneForAWhile_GoesOn()
    {
        using var changed = new SemaphoreSlim(0);
        var folder = Directory.CreateDirectory(_folder["models"]).FullName;
        TinyModels.Save(Path.Combine(folder, "trips/1"));
        using var models = new ModelFolder(new ModelFolderOptions { Path = folder, WarmUpRequests = 1, PollSeconds = 0.05 }, _ => changed.Release());
        models.Watch();
        changed.Wait(TimeSpan.FromSeconds(60)).ShouldBeTrue();
        Directory.Move(folder, _folder["away"]);
        File.WriteAllText(folder, "");
        try
        {
            models.Reload();
        }
        catch (IOException)
        {
            // What the watch hears as well, if not yet then soon.
        }

        using (var lease = models.Lease("trips")!) lease.Model.Version.ShouldBe("1");
        File.Delete(folder);
        TinyModels.Save(_folder["away/trips/2"], seed: 2);
        Directory.Move(_folder["away"], folder);
        while (models.State("trips")!.Serving != "2") changed.Wait(TimeSpan.FromSeconds(60)).ShouldBeTrue();
    }

    void Replace(int version)
    {
        var name = $"{version:D3}-{version % Versions}";
        TinyModels.Save(_folder[$"trips/.{name}"], (ulong)(version % Versions));
        Directory.Move(_folder[$"trips/.{name}"], _folder[$"trips/{name}"]);
        if (version > 1) Directory.Delete(_folder[$"trips/{version - 2:D3}-{(version - 2) % Versions}"], recursive: true);
    }

    ModelFolder Open() => new(new ModelFolderOptions { Path = _folder.Path, WarmUpRequests = 2, WarmUpItems = 5 });

    int[] Expected(ulong seed)
    {
        using var scorer = Scorer.Load(TinyModels.Save(_folder[$".expected-{seed}"], seed), 1);
        var scores = scorer.ScoreRequest(TinyModels.Shared(1), TinyModels.Items(1, 30));
        return TinyModels.Bits([.. scores.Select(s => s["click"]), .. scores.Select(s => s["book"])]);
    }

    // In a method of its own, so that no local keeps the weights.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static (ModelLease Lease, WeakReference<object> Weights) LeaseAndScore(ModelFolder models, RankRequest request)
    {
        var lease = models.Lease("trips")!;
        TinyModels.Score(TinyModels.Fill(request, lease.Model, TinyModels.Shared(1), TinyModels.Items(1, 30)));
        return (lease, new WeakReference<object>(lease.Model.Predictor));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool IsAlive(WeakReference<object> reference) => reference.TryGetTarget(out _);

    static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
