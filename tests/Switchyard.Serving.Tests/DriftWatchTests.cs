using System.ComponentModel.DataAnnotations;

namespace Switchyard.Serving.Tests;

/// <summary>Which rows of requests are counted.</summary>
public sealed class DriftWatchTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ServedModel _model;

    public DriftWatchTests() => _model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Observe_ListsAsLongAsTheSample_EveryPlaceIsCountedAlike()
    {
        const int places = 10, requests = 2000;
        var watch = new DriftWatch(_model, new DriftOptions { Sample = places, WindowRows = 1_000_000 });
        var request = TinyModels.Fill(new RankRequest(), _model, TinyModels.Shared(1), Enumerable.Range(0, places).Select(i => new Dictionary<string, string?> { ["item"] = $"i{i}" }));
        TinyModels.Score(request);
        for (var i = 0; i < requests; i++) watch.Observe(request);

        var tally = watch.Read();

        (watch.Seen, tally.Rows).ShouldBe((places * requests, requests));

        // Bins of the first twenty ids; item i has id i + 1. Four deviations of a fair draw.
        var item = tally.Sum().Features[Array.FindIndex(tally.Features, f => f.Name == "item")];
        for (var place = 0; place < places; place++) item[place + 1].ShouldBeInRange(200 - 54, 200 + 54);
        item.Sum().ShouldBe(requests);
    }

    [Fact]
    public void Observe_SampleOfOne_CountsEveryRowOfEveryRequest()
    {
        var watch = new DriftWatch(_model, new DriftOptions { Sample = 1, WindowRows = 100_000 });
        var rows = 0;
        for (var i = 0; i < 30; i++)
        {
            watch.Observe(TinyModels.Score(TinyModels.NewRequest(_model, i, items: i * 3)));
            rows += i * 3;
        }

        watch.Read().Rows.ShouldBe(rows);
    }

    [Fact]
    public void Observe_VersionThatWasReplacedMeanwhile_CountsNothingMore()
    {
        var options = new DriftOptions { Sample = 1, WindowRows = 100_000 };
        var (used, fresh) = (new DriftWatch(_model, options), new DriftWatch(_model, options));
        _model.TryHold().ShouldBeTrue();
        using var lease = new ModelLease(_model);
        var request = TinyModels.Score(TinyModels.NewRequest(_model, 1));
        used.Observe(request);
        used.Idle.ShouldBe(1);

        // The folder lets go of it, and then the request does.
        _model.Release();
        lease.Dispose();
        used.Observe(request);
        fresh.Observe(request);

        _model.IsReleased.ShouldBeTrue();
        (used.Read().Rows, fresh.Read().Rows).ShouldBe((request.Items, 0));
        (used.Idle, fresh.Idle).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Observe_FromManyThreads_CountsAsOneWould()
    {
        var (alone, together) = (new DriftWatch(_model, new DriftOptions { Sample = 1, WindowRows = 1_000_000 }), new DriftWatch(_model, new DriftOptions { Sample = 1, WindowRows = 1_000_000 }));
        var requests = Enumerable.Range(0, 200).Select(i => TinyModels.Score(TinyModels.NewRequest(_model, i))).ToArray();
        foreach (var request in requests) alone.Observe(request);
        await Task.WhenAll(requests.Chunk(25).Select(part => Task.Run(() =>
        {
            foreach (var request in part) together.Observe(request);
        })));

        var (one, many) = (alone.Read(), together.Read());

        many.Nodes.Select(n => (n.Scenario, n.Counts.Rows)).ShouldBe(one.Nodes.Select(n => (n.Scenario, n.Counts.Rows)));

        // The order of the rows differs, and with it the last digits of sums of parts.
        foreach (var (a, b) in one.Nodes.Zip(many.Nodes))
        {
            for (var f = 0; f < one.Features.Length; f++) b.Counts.Features[f].ShouldBe(a.Counts.Features[f], 1e-9);
        }
    }

    [Fact]
    public void Observe_RequestWithoutACountedRow_AllocatesNothing()
    {
        var watch = new DriftWatch(_model, new DriftOptions { Sample = 1_000_000 });
        var request = TinyModels.Score(TinyModels.NewRequest(_model, 1));
        for (var i = 0; i < 100; i++) watch.Observe(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) watch.Observe(request);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        watch.Read().Rows.ShouldBe(0);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused() =>
        Should.Throw<ValidationException>(() => new DriftWatch(_model, new DriftOptions { WindowRows = 99 }));
}
