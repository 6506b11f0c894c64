using System.Globalization;
using System.Text.Json.Nodes;

namespace Switchyard.Server.Tests;

[Collection(ModelTests.Name)]
public sealed class ReplayTests(TrainedModel model) : IDisposable
{
    readonly RecordTests _record = new(model);
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose()
    {
        _record.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Run_ScoreWithAnotherBit_IsFoundWithItsPlace()
    {
        var lines = await LinesAsync();
        var recorded = 0f;
        lines[4] = Changed(lines[4], record =>
        {
            recorded = float.BitIncrement(record["scores"]!["buy"]![1]!.GetValue<float>());
            record["scores"]!["buy"]![1] = recorded;
        });
        var file = Write(lines);

        var report = Run(file);

        report.HasFailed.ShouldBeTrue();
        report.DifferentScores.ShouldBe(1);
        var difference = report.Differences.Single();
        (difference.File, difference.Line, difference.Item, difference.Id, difference.Task, difference.Recorded).ShouldBe((file, 5, 1, "x", "buy", recorded));
        difference.Replayed.ShouldBe(float.BitDecrement(recorded));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ScoreThatWasNotFinite_IsADifference(bool isSameVersion)
    {
        var lines = await LinesAsync();
        lines[0] = Changed(lines[0], record =>
        {
            record["scores"]!["buy"]![1] = null;
            if (!isSameVersion) record["digest"] = new string('0', 64);
        });

        var report = Run(Write(lines));

        report.DifferentScores.ShouldBe(isSameVersion ? 1 : 0);
        report.Bad.ShouldBe(0);
        var json = JsonNode.Parse(report.ToJson())!;
        if (isSameVersion) json["differences"]![0]!["recorded"]!.GetValue<string>().ShouldBe("NaN");
        else json["tasks"]!.AsArray().Single(t => t!["task"]!.GetValue<string>() == "buy" && t["scenario"] is null)!["largest"]!.GetValue<string>().ShouldBe("NaN");
    }

    [Fact]
    public async Task Run_RecordsOfAnotherVersion_MeasuresDifferencesAndOrders()
    {
        var lines = await LinesAsync();
        // As if another version had given them: by 1/64 more for one item, which puts it before the other or not.
        for (var i = 0; i < lines.Length; i++)
        {
            lines[i] = Changed(lines[i], record =>
            {
                record["digest"] = new string('0', 64);
                foreach (var scores in (JsonNode[])[record["scores"]!["click"]!, record["fused"]!]) scores[0] = scores[0]!.GetValue<float>() + (1f / 64);
            });
        }

        var report = Run(Write(lines));

        report.HasFailed.ShouldBeFalse();
        report.ExactScores.ShouldBe(0);
        var click = report.Tasks.Single(t => t is { Task: "click", Scenario: null });
        click.Scores.ShouldBe(44);
        click.Largest.ShouldBe(1 / 64.0, 1e-6);
        click.Mean.ShouldBe(1 / 128.0, 1e-6);
        report.Tasks.Single(t => t is { Task: "buy", Scenario: null }).Largest.ShouldBe(0);
        report.Tasks.Where(t => t.Task == "click").Select(t => t.Scenario).ShouldBe([null, "cart/(missing)", "home/FR", "home/new"]);
        report.Worst.Length.ShouldBe(10);
        report.Worst[0].Difference.ShouldBe(-1 / 64.0, 1e-6);
        report.Orders.ShouldBe(new OrderChanges(20, Expected(lines), Expected(lines)));
    }

    [Fact]
    public async Task Run_BadLines_AreNamedAndTheOthersReplayed()
    {
        var lines = await LinesAsync();
        lines[2] = "{\"kind\": 7}";
        lines[3] = "no JSON";
        lines[5] = lines[5].Replace("\"price\"", "\"prize\"", StringComparison.Ordinal);
        var file = Write(lines, end: "");
        await File.AppendAllTextAsync(file, "\n" + lines[0][..^20]);

        var report = Run(file);

        report.HasFailed.ShouldBeTrue();
        report.Bad.ShouldBe(3);
        report.BadRecords[0].ShouldStartWith($"{file}:3: this is no record of a request");
        report.BadRecords[1].ShouldStartWith($"{file}:4: this is no record of a request");
        report.BadRecords[2].ShouldStartWith($"{file}:6: The model reads no column 'prize'. Did you mean 'price'?");
        report.Cut.ShouldBe([$"{file}:23: the last line is cut, 22 read"]);
        report.Requests.ShouldBe(19);
        report.DifferentScores.ShouldBe(0);
    }

    [Fact]
    public async Task Run_CutLineAlone_DoesNotFail()
    {
        var lines = await LinesAsync();
        var report = Run(Write([.. lines[..3], lines[4][..200]], end: ""));

        (report.HasFailed, report.Requests, report.Cut.Length).ShouldBe((false, 3, 1));
        Run(Write(lines, end: "")).Requests.ShouldBe(22);
    }

    [Fact]
    public async Task Run_OtherNameOrNothing_SaysSo()
    {
        var lines = await LinesAsync();
        var file = Write(lines);

        Should.Throw<Data.InputException>(() => Replay.Run(new ReplayOptions { Files = [file], Bundle = model.Bundle, Model = "other" })).Message.ShouldContain("no record is of a model called other; 22 are of others");
        Should.Throw<Data.InputException>(() => Run(Write([]))).Message.ShouldContain("there is no whole record");
        Should.Throw<Data.InputException>(() => Run(file + "x")).Message.ShouldContain("there is no such file of records");
    }

    [Fact]
    public async Task ToJson_AnyThreads_IsTheSame()
    {
        var lines = await LinesAsync();
        for (var i = 0; i < lines.Length; i++) lines[i] = Changed(lines[i], record => record["digest"] = "other");
        var file = Write([.. Enumerable.Range(0, 20).SelectMany(_ => lines)]);
        string[] reports = [.. new[] { 1, 2, 5 }.Select(threads => Replay.Run(new ReplayOptions { Files = [file], Bundle = model.Bundle, Threads = threads }).ToJson())];

        reports[1].ShouldBe(reports[0]);
        reports[2].ShouldBe(reports[0]);
        JsonNode.Parse(reports[0])!["requests"]!.GetValue<int>().ShouldBe(440);
    }

    ReplayReport Run(string file) => Replay.Run(new ReplayOptions { Files = [file], Bundle = model.Bundle });

    async Task<string[]> LinesAsync() => await File.ReadAllLinesAsync(await _record.RecordAsync());

    string Write(string[] lines, string end = "\n")
    {
        var file = Path.Combine(_folder.FullName, "lines.jsonl");
        File.WriteAllText(file, string.Join('\n', lines) + end);
        return file;
    }

    static string Changed(string line, Action<JsonNode> change)
    {
        var record = JsonNode.Parse(line)!;
        change(record);
        return record.ToJsonString();
    }

    // The replayed scores are the recorded ones without the change.
    static long Expected(string[] lines) => lines.Select(l => JsonNode.Parse(l)!).Where(r => r["kind"]!.GetValue<string>() == "rank").LongCount(record =>
    {
        float[] fused = [.. record["fused"]!.AsArray().Select(f => float.Parse(f!.ToJsonString(), CultureInfo.InvariantCulture))];
        return fused[0] >= fused[1] != fused[0] - (1f / 64) >= fused[1];
    });
}
