using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>Versions warmed with recorded requests.</summary>
[Collection(ModelTests.Name)]
public sealed class RecordedWarmUpTests(TrainedModel model) : IDisposable
{
    const string Rank = """{"scenario": ["home", "DE"], "user": {"user_id": "u7"}, "items": ["a", {"id": "b", "fields": {"price": 3.5}}]}""";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    string File => Path.Combine(_folder.FullName, "requests.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_RecordedRequests_WarmTheVersionAndAreNoRequestsOfIts()
    {
        await RecordAsync(2);

        var log = new LogLines();
        await using var server = await StartAsync(log);

        log.Count("serves, warmed with 2 recorded requests").ShouldBe(1);
        log.Any("do not fit").ShouldBeFalse();
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Rank)))["items"]!.AsArray().Count.ShouldBe(2);
        using var lease = server.Server.Models.Lease("shop")!;
        lease.Model.Rows.ShouldBe(2);
    }

    [Fact]
    public async Task Start_RecordsThatDoNotFit_ArePassedOverAndCounted()
    {
        await RecordAsync(1);
        var good = (await System.IO.File.ReadAllLinesAsync(File))[0];
        string[] foreign =
        [
            "no JSON at all", "[]", "{}", "null", "\"x\"", """{"kind": "rank"}""", """{"model": 3}""",
            Changed(r => r["request"] = JsonNode.Parse("""{"scenario": ["home", "DE"], "items": [{"fields": {"colour": 1}}, "b"]}""")),
            Changed(r => r["request"] = JsonNode.Parse("""{"scenario": ["home", "DE"], "items": [{"fields": {"price": "much"}}, "b"]}""")),
            Changed(r => r["request"] = JsonNode.Parse("""{"scenario": ["nowhere", "DE"], "items": ["a", "b"]}""")),
            Changed(r => r["request"] = JsonNode.Parse("""{"scenario": ["home", "DE"], "items": ["a", "b", "c"]}""")),
            Changed(r => r["request"] = 7),
            Changed(r => r["filled"] = JsonNode.Parse("""{"request": {"brand": 7}}""")),
            Changed(r => r["scores"] = JsonNode.Parse("""{"click": [true]}""")),
        ];
        // Another model's are not looked at, and a line that is being written is no line yet.
        await System.IO.File.WriteAllTextAsync(File, string.Join('\n', [.. foreign, Changed(r => r["model"] = "trips"), "", good, good[..100]]));

        var log = new LogLines();
        await using var server = await StartAsync(log, unknownScenario: "refuse");

        log.Count($"serves, warmed with 1 recorded request ({foreign.Length} do not fit it)").ShouldBe(1);
        (await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Rank)))["items"]!.AsArray().Count.ShouldBe(2);

        string Changed(Action<JsonNode> change)
        {
            var record = JsonNode.Parse(good)!;
            change(record);
            return record.ToJsonString();
        }
    }

    [Fact]
    public async Task Start_FilesThatCannotBeRead_WarmsWithMadeUpRequestsAndSaysSo()
    {
        var log = new LogLines();
        await using (await StartAsync(log)) log.Count("serves, warmed with 0 recorded requests").ShouldBe(1);
        log.Count("there is no such file of records").ShouldBe(1);

        var packed = Path.Combine(_folder.FullName, "broken.jsonl.gz");
        await RecordAsync(1);
        await using (var stream = new GZipStream(System.IO.File.Create(packed), CompressionLevel.Fastest)) await stream.WriteAsync(await System.IO.File.ReadAllBytesAsync(File));
        var whole = await System.IO.File.ReadAllBytesAsync(packed);
        whole.AsSpan(whole.Length / 2).Fill(7);
        await System.IO.File.WriteAllBytesAsync(packed, whole);
        log = new LogLines();
        await using var server = await StartAsync(log, path: packed);

        log.Count("the records cannot be read").ShouldBe(1);
        server.Server.Models.IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task Of_FolderOfFiles_IsReadFromTheOldestAndOnlyAsFarAsIsAsked()
    {
        await RecordAsync(3);
        System.IO.File.Copy(File, Path.Combine(_folder.FullName, "requests.1.jsonl"));
        var served = new ServedModel("shop", "1", Models.ModelBundle.Load(model.Bundle), UnknownScenarioRule.Average);
        var warmUp = new RecordedWarmUp(_folder.FullName, NullLogger.Instance);

        warmUp.Of(served).Count().ShouldBe(6);
        warmUp.Of(new ServedModel("trips", "1", Models.ModelBundle.Load(model.Bundle), UnknownScenarioRule.Average)).ShouldBeEmpty();
        var request = new RankRequest();
        request.Begin(served);
        warmUp.Of(served).First()(request);

        request.Items.ShouldBe(2);
        request.Value(1, served.Columns.Names.IndexOf("price")).ToArray().ShouldBe("3.5"u8.ToArray());
    }

    Task<RunningServer> StartAsync(LogLines log, string unknownScenario = "model", string? path = null) =>
        RunningServer.StartAsync(model, $"warm_up: {{requests: {path ?? File}}}", unknownScenario: unknownScenario, services: log.Add);

    async Task RecordAsync(int requests)
    {
        await using var server = await RunningServer.StartAsync(model, $"record: {{path: {File}}}");
        for (var i = 0; i < requests; i++) await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", Rank));
        await server.Server.StopAsync();
    }
}
