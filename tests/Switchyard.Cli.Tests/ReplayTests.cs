using System.Text.Json.Nodes;

namespace Switchyard.Cli.Tests;

public sealed class ReplayTests
{
    [Fact]
    public async Task Replay_RecordedRequests_SaysWhetherBitsAreTheSame()
    {
        using var run = new TemporaryRun();
        CliRun.Run("train", run.Configuration, "--set", "training.epochs=1").ShouldSucceed();
        var bundle = Path.Combine(run.Path, "runs", "demo", "model");
        var file = Path.Combine(run.Path, "requests.jsonl");
        await RecordAsync(bundle, file);

        CliRun.Run("replay", file, "--model", bundle).ShouldSucceed().Output.ShouldContain("recorded by the same version: all 6 scores have the same bits");

        var record = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        record["scores"]!["click"]![1] = 0.5f;
        await File.WriteAllTextAsync(file, record.ToJsonString() + "\n");
        var different = CliRun.Run("replay", file, "--model", bundle);
        different.Code.ShouldBe(1);
        different.Output.ShouldContain("1 of 6 scores have other bits");
        different.Output.ShouldContain($"{file}:1: item 1 (b), click: recorded 0.5, replayed 0.");

        record["digest"] = "another";
        await File.WriteAllTextAsync(file, record.ToJsonString() + "\n");
        var json = Path.Combine(run.Path, "changes.json");
        var changed = CliRun.Run("replay", file, "--model", bundle, "--json", json).ShouldSucceed().Output;
        changed.ShouldContain("recorded by another version");
        changed.ShouldContain("orders: 0 of 1 have another first item");
        JsonNode.Parse(await File.ReadAllTextAsync(json))!["orders"]!["orders"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void Replay_WrongUse_IsOneLine()
    {
        using var run = new TemporaryRun();
        CliRun.Run("replay", "nowhere.jsonl", "--model", run.Path).ShouldRefuse("there is no such folder");
        CliRun.Run("replay", "a.jsonl", "--model", run.Path, "--list", "-1").ShouldRefuse("--list -1");
        CliRun.Run("replay", "a.jsonl", "--model", run.Path, "--json", run.Path).ShouldRefuse("--json");
    }

    static async Task RecordAsync(string bundle, string file)
    {
        var port = ServeTests.FreePort();
        using var stop = new CancellationTokenSource();
        var serving = Task.Run(() => CliRun.Run(stop.Token, "serve", "--model", bundle, "--port", $"{port}", "--record", file));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await ServeTests.Ready(client, serving);
        using var body = new StringContent("""{"scenario": {"kind": "a"}, "items": ["a", {"id": "b", "fields": {"size": 12}}, {"id": "c", "fields": {"size": 3}}]}""", null, "application/json");
        (await client.PostAsync("/v1/models/demo/rank", body)).EnsureSuccessStatusCode();
        await stop.CancelAsync();
        (await serving.WaitAsync(TimeSpan.FromSeconds(60))).ShouldSucceed();
    }
}
