using System.Diagnostics.Metrics;
using System.Net;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>When drift's metrics are computed, and what becomes of a version whose baseline is damaged.</summary>
[Collection(ModelTests.Name)]
public sealed class DriftMetricsTests(TrainedModel model)
{
    const string MeterName = "test.drift";
    const string Rows = "switchyard_drift_rows{model=\"shop\",scenario=\"(all)\"}";

    [Fact]
    public async Task Read_WithinASecond_ComparesOnce()
    {
        await using var server = await RunningServer.StartAsync(model);
        using var lease = server.Server.Models.Lease("shop")!;
        var time = new StillTime();
        var desk = new DriftDesk(new DriftOptions { Sample = 1 }, time);
        using var store = new MetricStore(new HashSet<string> { MeterName }, this);
        using var meter = new Meter(new MeterOptions(MeterName) { Scope = this });
        desk.AddTo(meter, server.Server.Models);
        var body = """{"scenario": ["home", "DE"], "items": ["a"]}"""u8.ToArray();
        var request = new RankRequest();
        request.Begin(lease.Model);
        new RankReader().Read(body, request);
        (await server.Server.Queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
        var served = new ServedRequest(null!, lease.Model, request, body, default, default, true);

        desk.Served(served);
        Read().ShouldBe(1);
        desk.Served(served);
        time.Now += 999;
        Read().ShouldBe(1);
        time.Now += 1;
        Read().ShouldBe(2);

        double Read() => PrometheusParser.Parse(store.Read())[Rows];
    }

    [Fact]
    public async Task Drift_DamagedBaseline_ServesWithoutAndSaysSo()
    {
        var folder = model.Folder("damaged-baseline");
        foreach (var file in Directory.GetFiles(model.Bundle)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        File.WriteAllText(Path.Combine(folder, DriftBaseline.FileName), "{");
        var log = new LogLines();

        await using var server = await RunningServer.StartAsync(model, "drift: {sample: 1}", services: log.Add, bundle: folder);

        await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", """{"scenario": ["home", "DE"], "items": ["a"]}"""));
        var drift = await RankTests.Answer(await server.Client.GetAsync("/v1/models/shop/drift"));
        drift["note"]!.GetValue<string>().ShouldStartWith("The bundle's baseline cannot be used");
        (drift["baseline"], drift["scenarios"]).ShouldBe((null, null));
        log.Count("without a baseline of drift").ShouldBe(1);
        var metrics = await server.Client.GetAsync("/metrics");
        metrics.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await metrics.Content.ReadAsStringAsync();
        text.ShouldContain("switchyard_experts_share{");
        text.ShouldNotContain("switchyard_drift_psi{");
    }

    /// <summary>Stands until it is moved; a tick is a millisecond.</summary>
    sealed class StillTime : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Now;
    }
}
