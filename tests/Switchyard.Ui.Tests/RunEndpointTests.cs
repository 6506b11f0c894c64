using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Switchyard.Ui.Tests;

public sealed class RunEndpointTests
{
    static async Task<JsonArray> List(RunningPage page) => (JsonArray)JsonNode.Parse(await page.Client.GetStringAsync(new Uri("runs", UriKind.Relative)))!;

    [Fact]
    public async Task Runs_OldAndRunningOnes_AreListedWithTheirState()
    {
        await using var page = new RunningPage();
        page.Write("a/old", Lines.Run, Lines.Step(1), Lines.End);
        page.Write("b", Lines.Run, Lines.Step(1));
        page.Write("c", "no json");
        Directory.CreateDirectory(Path.Combine(page.Folder, "a", "old", "model"));
        await File.WriteAllTextAsync(Path.Combine(page.Folder, "a", "old", "model", "manifest.json"), "{}");
        var runs = await List(await page.StartAsync());
        runs.Select(r => (string?)r!["id"]).ShouldBe(["a/old", "b", "c"]);
        runs.Select(r => (string?)r!["ended"]).ShouldBe(["finished", null, null]);
        runs.Select(r => (bool)r!["bundle"]!).ShouldBe([true, false, false]);
        runs.Select(r => (string?)r!["model"]).ShouldBe(["aesm2", "aesm2", null]);
        runs.Select(r => (bool)r!["fresh"]!).ShouldAllBe(fresh => fresh);
        runs.Select(r => (bool)r!["live"]!).ShouldAllBe(live => !live);
    }

    [Fact]
    public async Task Runs_WithARunOfThisProcess_ShowsItAndThoseBesideIt()
    {
        await using var page = new RunningPage();
        page.Write("now", Lines.Run);
        page.Write("before", Lines.Run);
        page.Write("other/deep", Lines.Run);
        var runs = await List(await page.StartAsync("now"));
        runs.Select(r => ((string?)r!["id"], (bool)r["live"]!)).ShouldBe([("before", false), ("now", true)]);
    }

    /// <summary>Buttons act on the run of this process, however its folder is named.</summary>
    [Theory]
    [InlineData("now/")]
    [InlineData(".hidden")]
    [InlineData("linked")]
    public async Task Runs_TheFolderOfThisProcessIsNamedOddly_IsListedOnce(string live)
    {
        await using var page = new RunningPage();
        if (live == "linked") Directory.CreateSymbolicLink(Path.Combine(page.Folder, live), Directory.CreateDirectory(Path.Combine(page.Folder, ".elsewhere")).FullName);
        page.Write(live, Lines.Run);
        page.Write("before", Lines.Run);
        var runs = await List(await page.StartAsync(live));
        runs.Select(r => ((string?)r!["id"], (bool)r["live"]!)).ShouldBe([("before", false), (live.TrimEnd('/'), true)], ignoreOrder: true);
    }

    [Fact]
    public async Task Runs_OfAComparison_AreListedByTheirNames()
    {
        await using var page = new RunningPage();
        page.Write("compared", Lines.Run);
        page.Write("compared/results", Lines.Run);
        File.Move(page.Log("compared/results"), Path.Combine(page.Folder, "compared", "results", "mmoe-seed1-0f.metrics.jsonl"));
        File.Copy(page.Log("compared"), Path.Combine(page.Folder, "compared", "results", "othermetrics.jsonl"));
        var runs = await List(await page.StartAsync());
        runs.Select(r => (string?)r!["id"]).ShouldBe(["compared", "compared/results/mmoe-seed1-0f"]);
        using var log = await page.Client.GetAsync(new Uri("events?run=compared/results/mmoe-seed1-0f", UriKind.Relative));
        (await log.Content.ReadAsStringAsync()).ShouldBe(Lines.Run + "\n");
    }

    [Fact]
    public async Task Runs_TheFolderIsARunItself_HasItsName()
    {
        await using var page = new RunningPage();
        await File.WriteAllTextAsync(Path.Combine(page.Folder, "metrics.jsonl"), Lines.Run + "\n");
        ((string?)(await List(await page.StartAsync())).Single()!["id"]).ShouldBe(Path.GetFileName(page.Folder));
    }

    [Fact]
    public async Task Events_PieceByPiece_PassTheLinesOn()
    {
        await using var page = new RunningPage();
        page.Write("run", Lines.Run, Lines.Step(1));
        await page.StartAsync();
        using var first = await page.Client.GetAsync(new Uri("events?run=run", UriKind.Relative));
        (await first.Content.ReadAsStringAsync()).ShouldBe($"{Lines.Run}\n{Lines.Step(1)}\n");
        page.Append("run", Lines.Step(2) + "\n");
        var next = first.Headers.GetValues("Switchyard-Next").Single();
        using var second = await page.Client.GetAsync(new Uri($"events?run=run&from={next}", UriKind.Relative));
        (await second.Content.ReadAsStringAsync()).ShouldBe($"{Lines.Step(2)}\n");
    }

    [Theory]
    [InlineData("events?run=none", HttpStatusCode.NotFound)]
    [InlineData("events?run=../run", HttpStatusCode.NotFound)]
    [InlineData("events?run=run&from=here", HttpStatusCode.BadRequest)]
    [InlineData("stream?run=run&from=here", HttpStatusCode.BadRequest)]
    [InlineData("nothing", HttpStatusCode.NotFound)]
    public async Task Get_WrongRequests_AreRefused(string path, HttpStatusCode expected)
    {
        await using var page = new RunningPage();
        page.Write("run", Lines.Run);
        await page.StartAsync();
        using var answer = await page.Client.GetAsync(new Uri(path, UriKind.Relative));
        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Control_Actions_ReachTheRun()
    {
        await using var page = await new RunningPage().StartAsync("run");
        (await page.ActAsync(new { action = "checkpoint" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await page.ActAsync(new { action = "rate", factor = 0.5 })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await page.ActAsync(new { action = "stop" })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        page.Acts.ShouldBe(["checkpoint", "rate 0.5", "stop"]);
    }

    [Theory]
    [InlineData("""{"action":"explode"}""")]
    [InlineData("""{"action":"rate"}""")]
    [InlineData("""{"action":"rate","factor":0}""")]
    [InlineData("""{"action":"rate","factor":"half"}""")]
    [InlineData("""["stop"]""")]
    [InlineData("""stop""")]
    public async Task Control_UnknownActions_AreRefused(string body)
    {
        await using var page = await new RunningPage().StartAsync("run");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await page.Client.PostAsync(new Uri("control", UriKind.Relative), content);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.Acts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Control_NoRunOfThisProcess_SaysHowToHaveOne()
    {
        await using var page = await new RunningPage().StartAsync();
        using var answer = await page.ActAsync(new { action = "stop" });
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("train --ui");
    }

    [Fact]
    public async Task Control_AfterTheEnd_DoesNothing()
    {
        await using var page = await new RunningPage().StartAsync("run");
        page.HasEnded = true;
        foreach (var action in new[] { "stop", "checkpoint" }) (await page.ActAsync(new { action })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await page.ActAsync(new { action = "rate", factor = 0.5 })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        page.Acts.ShouldBeEmpty();
    }
}
