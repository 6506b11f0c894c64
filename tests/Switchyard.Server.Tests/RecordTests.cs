using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

[Collection(ModelTests.Name)]
public sealed class RecordTests(TrainedModel model) : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Record_RequestsOfBothKinds_AreWholeLinesAndReplayWithTheSameBits()
    {
        var file = await RecordAsync();

        var lines = File.ReadAllLines(file);
        var first = JsonNode.Parse(lines[0])!;
        first["kind"]!.GetValue<string>().ShouldBe("rank");
        first["model"]!.GetValue<string>().ShouldBe("shop");
        first["fusion"]!.GetValue<string>().ShouldBe("last-task");
        first["scores"]!["click"]!.AsArray().Count.ShouldBe(2);
        first["request"]!["user"]!["age"]!.ToJsonString().ShouldBe("31.50");
        first["filled"]!["request"]!["user_id"]!.GetValue<string>().ShouldBe("u7");
        first["filled"]!["items"]!.ToJsonString().ShouldBe("""[{"brand":"i1"},{"brand":"x"}]""");
        JsonNode.Parse(lines[1])!["kind"]!.GetValue<string>().ShouldBe("score");
        var report = Replay.Run(new ReplayOptions { Files = [file], Bundle = model.Bundle });
        report.HasFailed.ShouldBeFalse();
        report.Requests.ShouldBe(22);
        report.ExactScores.ShouldBe(report.Items * 3);
        report.DifferentScores.ShouldBe(0);
        report.Tasks.ShouldBeEmpty();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Record_FileThatAKillCut_GoesOnAfterTheLastWholeLine()
    {
        var file = Path.Combine(_folder.FullName, "cut.jsonl");
        await RecordAsync(file);
        var whole = await File.ReadAllBytesAsync(file);
        await using (var stream = new FileStream(file, FileMode.Append)) stream.Write(whole.AsSpan(0, whole.Length / 22));

        await RecordAsync(file);

        Replay.Run(new ReplayOptions { Files = [file], Bundle = model.Bundle }).Requests.ShouldBe(44);
        (await File.ReadAllBytesAsync(file)).AsSpan(0, whole.Length).SequenceEqual(whole).ShouldBeTrue();
    }

    [Fact]
    public async Task Served_MoreThanTheLargestFile_RotatesAndKeepsSoManyFiles()
    {
        var options = new RecordOptions { Path = _folder.FullName, Megabytes = 1, Files = 3 };
        var served = ServedModel();
        await using (var recorder = new RequestRecorder(options, NullLogger.Instance, TimeProvider.System))
        {
            var request = new RankRequest();
            var body = Encoding.UTF8.GetBytes($$"""{"scenario": ["home", "DE"], "context": {"brand": "{{new string('b', 100_000)}}"}, "items": ["a"]}""");
            for (var i = 0; i < 60; i++)
            {
                await Fill(request, served, body);
                recorder.Served(new ServedRequest(null!, served, request, body, default, default, true));
                for (var wait = 0; recorder.Written + recorder.Dropped <= i; wait++)
                {
                    wait.ShouldBeLessThan(30_000);
                    await Task.Delay(1);
                }
            }

            recorder.Dropped.ShouldBe(0);
        }

        var files = _folder.GetFiles("*.jsonl").OrderBy(f => f.Name).ToList();
        files.Select(f => f.Name).ShouldBe(["requests.1.jsonl", "requests.2.jsonl", "requests.jsonl"]);
        files.ShouldAllBe(f => f.Length <= 1 << 20);
        // 10 records fit into a file.
        var report = Replay.Run(new ReplayOptions { Files = [_folder.FullName], Bundle = model.Bundle });
        report.Requests.ShouldBe(30);
        report.HasFailed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0.25, 250)]
    [InlineData(0.01, 10)]
    [InlineData(1.0, 1000)]
    public async Task Served_ShareOfRequests_AreKept(double share, int expected)
    {
        var file = Path.Combine(_folder.FullName, "share.jsonl");
        var served = ServedModel();
        var body = """{"scenario": ["home", "DE"], "items": ["a"]}"""u8.ToArray();
        var request = new RankRequest();
        await Fill(request, served, body);
        await using (var recorder = new RequestRecorder(new RecordOptions { Path = file, Share = share }, NullLogger.Instance, TimeProvider.System))
        {
            for (var i = 0; i < 1000; i++) recorder.Served(new ServedRequest(null!, served, request, body, default, default, true));
        }

        File.ReadLines(file).Count().ShouldBeInRange(expected - 2, expected + 2);
    }

    [Fact]
    public async Task Write_ScoreThatIsNotFinite_IsNullAndReadBack()
    {
        var served = ServedModel();
        var body = """{"scenario": ["home", "DE"], "items": ["a", "b"]}"""u8.ToArray();
        var request = new RankRequest();
        await Fill(request, served, body);
        var scores = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(request.Scores), request.Scores.Length);
        (scores[0], scores[1]) = (float.NaN, float.PositiveInfinity);
        using var line = new RecordLine();
        line.Write(request, body, isRank: true, DateTimeOffset.UnixEpoch);
        var record = new RecordedRequest();

        record.Read(line.Bytes.Span[..^1]);

        JsonNode.Parse(line.Bytes.Span)!["scores"]!["click"]!.ToJsonString().ShouldBe("[null,null]");
        record.Scores[0].Scores.Count.ShouldBe(2);
        record.Scores[0].Scores.ShouldAllBe(s => float.IsNaN(s));
        record.Scores[1].Scores.ToArray().ShouldBe(request.Scores[2..].ToArray());
    }

    [Fact]
    public async Task Served_AfterTheEnd_IsCountedAsDropped()
    {
        var served = ServedModel();
        var body = """{"scenario": ["home", "DE"], "items": ["a"]}"""u8.ToArray();
        var request = new RankRequest();
        await Fill(request, served, body);
        var recorder = new RequestRecorder(new RecordOptions { Path = _folder.FullName }, NullLogger.Instance, TimeProvider.System);
        await recorder.DisposeAsync();

        recorder.Served(new ServedRequest(null!, served, request, body, default, default, true));

        (recorder.Written, recorder.Dropped).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Served_MoreThanMayWait_IsDroppedAndTheRestKept()
    {
        var file = Path.Combine(_folder.FullName, "large.jsonl");
        var served = ServedModel();
        var body = """{"scenario": ["home", "DE"], "items": ["a"]}"""u8.ToArray();
        var large = new byte[17 << 20];
        large.AsSpan().Fill((byte)' ');
        body.CopyTo(large, 0);
        var request = new RankRequest();
        await Fill(request, served, body);
        await using (var recorder = new RequestRecorder(new RecordOptions { Path = file }, NullLogger.Instance, TimeProvider.System))
        {
            recorder.Served(new ServedRequest(null!, served, request, large, default, default, true));
            recorder.Served(new ServedRequest(null!, served, request, body, default, default, true));
            recorder.Dropped.ShouldBe(1);
        }

        File.ReadLines(file).Count().ShouldBe(1);
    }

    [Fact]
    public void Create_FolderThatIsAFile_IsOneLine()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");

        Should.Throw<Data.InputException>(() => new RequestRecorder(new RecordOptions { Path = Path.Combine(file, "a.jsonl") }, NullLogger.Instance, TimeProvider.System))
            .Message.ShouldContain("requests cannot be recorded there");
    }

    /// <summary>Records 20 rank and 2 score requests; a store fills in the user and the brand.</summary>
    internal async Task<string> RecordAsync(string? file = null)
    {
        file ??= Path.Combine(_folder.FullName, "requests.jsonl");
        await using var server = await RunningServer.StartAsync(model, $"record: {{path: {file}}}", services: s => s.AddSingleton<IRequestFeatures>(new Store()));
        for (var i = 0; i < 20; i++)
        {
            var body = """
                {"scenario": {"page": "home", "country": "FR"},
                 "user": {"age": 31.50}, "items": ["i1", {"id": "x", "fields": {"price": PRICE, "tags": ["t1", "tä\n2"]}}]}
                """.Replace("PRICE", $"{i}.250", StringComparison.Ordinal);
            await RankTests.Answer(await server.PostAsync("/v1/models/shop/rank", body));
            if (i % 10 == 0) await RankTests.Answer(await server.PostAsync("/v1/models/shop/score", """{"rows": [{"page": "cart", "country": null, "stock": 3}, {"page": "home", "country": "new", "brand": "b1"}]}"""));
        }

        await server.Server.StopAsync();
        return file;
    }

    ServedModel ServedModel() => new("shop", "1", Models.ModelBundle.Load(model.Bundle), UnknownScenarioRule.Average);

    static async Task Fill(RankRequest request, ServedModel served, byte[] body)
    {
        request.Begin(served);
        new RankReader().Read(body, request);
        await using var queue = new ScoringQueue();
        (await queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
    }

    sealed class Store : IRequestFeatures
    {
        public ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
        {
            Set(request, RankRequest.Shared, "user_id", "u7"u8);
            for (var item = 0; item < request.Items; item++) Set(request, item, "brand", request.Id(item));
            return ValueTask.CompletedTask;
        }

        static void Set(RankRequest request, int item, string column, ReadOnlySpan<byte> value)
        {
            var index = request.Model.Columns.Names.IndexOf(column);
            if (!value.IsEmpty && !request.IsSet(item, index)) request.Set(item, index, value);
        }
    }
}
