using System.Net;
using System.Text.Json.Nodes;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>What a server says of drift.</summary>
[Collection(ModelTests.Name)]
public sealed class DriftTests(TrainedModel model)
{
    const string Every = "drift: {sample: 1, window_rows: 1000}";

    [Fact]
    public async Task Drift_RowsOfAFile_HasTheFindingsOfTheCommand()
    {
        await using var server = await RunningServer.StartAsync(model, Every);
        await Post(server, Rows(), 1);
        var expected = Run.Drift(model.Bundle, model.Rows);

        var drift = await Ask(server);

        (drift["rows"]!.GetValue<int>(), drift["seen_rows"]!.GetValue<int>(), drift["sample"]!.GetValue<int>()).ShouldBe((400, 400, 1));
        drift["baseline"]!["part"]!.GetValue<string>().ShouldBe("validation");
        drift["baseline"]!["rows"]!.GetValue<long>().ShouldBe(expected[0].BaselineRows);
        var scenarios = drift["scenarios"]!.AsArray();
        scenarios.Select(s => s!["scenario"]!.GetValue<string>()).ShouldBe(["(all)", "cart", "home", "search"]);
        foreach (var (scenario, known) in scenarios.Zip(expected))
        {
            scenario!["rows"]!.GetValue<long>().ShouldBe(known.Rows);
            string[] kinds = ["scores", "fields", "experts"];
            foreach (var (finding, same) in kinds.SelectMany(k => scenario[k]!.AsArray()).Zip(known.Findings, (f, k) => (f!, k)))
            {
                finding["name"]!.GetValue<string>().ShouldBe(same.Name);
                finding["psi"]!.GetValue<double>().ShouldBe(same.Psi, 1e-9);
                finding["noise"]!.GetValue<double>().ShouldBe(same.Noise, 1e-9);
                finding["verdict"]!.GetValue<string>().ShouldBe(DriftDesk.VerdictOf(same.Verdict));
            }
        }

        scenarios[0]!["scores"]!.AsArray().Select(f => f!["name"]!.GetValue<string>()).ShouldBe(["click", "buy"]);
        scenarios[0]!["fields"]!.AsArray().Select(f => f!["name"]!.GetValue<string>()).ShouldBe(["user_id", "age", "price", "stock", "tags", "viewed", "brand"]);
        scenarios[0]!["experts"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Drift_UnseenBrands_AreFoundAndShownAsMetrics()
    {
        await using var server = await RunningServer.StartAsync(model, Every);
        await Post(
            server,
            Rows().Select(row =>
            {
                row["brand"] = "secret-brand";
                return row;
            }),
            1);

        var drift = await Ask(server);
        var metrics = PrometheusParser.Parse(await server.Client.GetStringAsync("/metrics"));

        var brand = Finding(drift, "(all)", "fields", "brand");
        brand["verdict"]!.GetValue<string>().ShouldBe("large");
        brand["most_changed"]!.GetValue<string>().ShouldBe("(unknown)");
        (brand["unknown"]!.GetValue<double>(), brand["baseline_unknown"]!.GetValue<double>()).ShouldBe((1, 0));
        Finding(drift, "(all)", "fields", "stock")["verdict"]!.GetValue<string>().ShouldNotBe("large");
        drift.ToJsonString().ShouldNotContain("secret-brand");
        metrics["switchyard_drift_rows{model=\"shop\",scenario=\"(all)\"}"].ShouldBe(400);
        metrics["switchyard_drift_psi{kind=\"field\",model=\"shop\",name=\"brand\"}"].ShouldBe(Finding(drift, "(all)", "fields", "brand")["psi"]!.GetValue<double>(), 1e-12);
        metrics["switchyard_drift_findings{model=\"shop\",scenario=\"(all)\",verdict=\"large\"}"].ShouldBeGreaterThanOrEqualTo(1);
        metrics["switchyard_drift_unknown_share{model=\"shop\",name=\"brand\"}"].ShouldBe(1);
        metrics.Where(m => m.Key.StartsWith("switchyard_experts_share", StringComparison.Ordinal)).Sum(m => m.Value).ShouldBe(1, 1e-9);
    }

    [Fact]
    public async Task Drift_ManyRequestsAtOnce_CountsOneRowInSoMany()
    {
        await using var server = await RunningServer.StartAsync(model, "queue: {max_wait_ms: 60000, deadline_ms: 60000}\nlimits: {seconds: 60}\ndrift: {sample: 7, window_rows: 100000}");
        var rows = Rows().ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(t => Post(server, rows, 1 + (t % 5))));

        var drift = await Ask(server);

        drift["seen_rows"]!.GetValue<int>().ShouldBe(16 * 400);
        drift["rows"]!.GetValue<int>().ShouldBeInRange((16 * 400 / 7) - 1, (16 * 400 / 7) + 1);
        drift["scenarios"]!.AsArray().Skip(1).Sum(s => s!["rows"]!.GetValue<int>()).ShouldBe(drift["rows"]!.GetValue<int>());
    }

    [Fact]
    public async Task Drift_Window_ForgetsOldRows()
    {
        await using var server = await RunningServer.StartAsync(model, "drift: {sample: 1, window_rows: 100}");
        await Post(server, Rows().Where(r => r["page"] == "home"), 5);
        await Post(server, Rows().Where(r => r["page"] == "cart"), 5);

        var drift = await Ask(server);

        drift["rows"]!.GetValue<int>().ShouldBeInRange(90, 105);
        drift["scenarios"]!.AsArray().Select(s => s!["scenario"]!.GetValue<string>()).ShouldBe(["(all)", "cart"]);
    }

    [Fact]
    public async Task Drift_Off_CountsNothing()
    {
        await using var server = await RunningServer.StartAsync(model, "drift: {sample: 0}");
        await Post(server, Rows(), 1);

        (await Ask(server))["rows"]!.GetValue<int>().ShouldBe(0);
        (await server.Client.GetAsync("/v1/models/nothing/drift")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void Drift_BundleWithoutBaseline_SaysSo()
    {
        var folder = Path.Combine(model.Folder("without-baseline"), "model");
        var bundle = ModelBundle.Load(model.Bundle);
        ModelBundle.Save(folder, bundle.Ranker, bundle.Metadata);

        var drift = new DriftDesk(new DriftOptions(), TimeProvider.System).Describe(new ServedModel("shop", "1", ModelBundle.Load(folder)));

        drift.Baseline.ShouldBeNull();
        drift.Scenarios.ShouldBeNull();
        drift.Note!.ShouldStartWith("The bundle has no baseline");
    }

    [Fact]
    public void Run_DriftOfAShiftedFile_FindsIt()
    {
        var shifted = Path.Combine(model.Folder("drift"), "shifted.csv");
        File.WriteAllLines(shifted, File.ReadLines(model.Rows).Select((l, row) => row == 0 ? l : string.Join(',', l.Split(',').Select((c, i) => i == 8 ? "new" : c))));
        var json = Path.Combine(model.Folder("drift"), "drift.json");

        var drifts = Run.Drift(model.Bundle, shifted, json);

        drifts[0].Findings.Single(f => f.Name == "brand").Verdict.ShouldBe(DriftVerdict.Large);
        drifts[0].Verdict.ShouldBe(DriftVerdict.Large);
        JsonNode.Parse(File.ReadAllText(json))!["scenarios"]!.AsArray().Count.ShouldBe(drifts.Length);
        Run.Drift(model.Bundle, model.Rows)[0].Findings.ShouldAllBe(f => f.Verdict == DriftVerdict.Stable || f.Verdict == DriftVerdict.TooFewRows);
    }

    static JsonNode Finding(JsonNode drift, string scenario, string kind, string name) =>
        drift["scenarios"]!.AsArray().Single(s => s!["scenario"]!.GetValue<string>() == scenario)![kind]!.AsArray().Single(f => f!["name"]!.GetValue<string>() == name)!;

    static async Task<JsonObject> Ask(RunningServer server) => await RankTests.Answer(await server.Client.GetAsync("/v1/models/shop/drift"));

    static async Task Post(RunningServer server, IEnumerable<Dictionary<string, string>> rows, int size)
    {
        foreach (var chunk in rows.Chunk(size))
        {
            var body = new JsonObject { ["rows"] = new JsonArray([.. chunk.Select(row => new JsonObject(row.Where(c => c.Key is not ("click" or "buy")).Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value))))]) };
            (await server.PostAsync("/v1/models/shop/score", body.ToJsonString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    IEnumerable<Dictionary<string, string>> Rows()
    {
        var header = File.ReadLines(model.Rows).First().Split(',');
        return File.ReadLines(model.Rows).Skip(1).Select(l => header.Zip(l.Split(',')).ToDictionary(c => c.First, c => c.Second));
    }
}
