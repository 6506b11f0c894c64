using System.Text.Json.Nodes;

namespace Switchyard.Ui.Tests;

public sealed class StreamTests
{
    static (JsonObject Head, string[] Lines) Parse(string? data)
    {
        var lines = data.ShouldNotBeNull().Split('\n');
        return ((JsonObject)JsonNode.Parse(lines[0])!, lines[1..]);
    }

    [Fact]
    public async Task Stream_LinesWrittenMeanwhile_ArriveAtEveryViewer()
    {
        await using var page = new RunningPage();
        page.Write("run", Lines.Run, Lines.Step(1));
        await page.StartAsync();
        using var one = await page.WatchAsync("run=run");
        using var two = await page.WatchAsync("run=run");
        foreach (var viewer in new[] { one, two }) Parse(await viewer.NextAsync("lines")).Lines.ShouldBe([Lines.Run, Lines.Step(1)]);
        page.Append("run", Lines.Step(2) + "\n");
        foreach (var viewer in new[] { one, two }) Parse(await viewer.NextAsync("lines")).Lines.ShouldBe([Lines.Step(2)]);
    }

    [Fact]
    public async Task Stream_FromACursor_GoesOnThere()
    {
        await using var page = new RunningPage();
        page.Write("run", Lines.Run);
        await page.StartAsync();
        using var first = await page.WatchAsync("run=run");
        var cursor = (string)Parse(await first.NextAsync("lines")).Head["cursor"]!;
        page.Append("run", Lines.Step(1) + "\n");
        using var again = await page.WatchAsync($"run=run&from={cursor}");
        var (head, lines) = Parse(await again.NextAsync("lines"));
        lines.ShouldBe([Lines.Step(1)]);
        ((bool)head["anew"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Stream_ResumedRun_BeginsTheLogAnew()
    {
        await using var page = new RunningPage();
        page.Write("run", Lines.Run, Lines.Step(1, 0.9), Lines.Step(2, 0.8));
        await page.StartAsync();
        using var viewer = await page.WatchAsync("run=run");
        await viewer.NextAsync("lines");
        page.Write("run", Lines.Run, Lines.Step(1, 0.9), Lines.Step(2, 0.7), Lines.Step(3, 0.6));
        var (head, lines) = Parse(await viewer.NextAsync("lines"));
        ((bool)head["anew"]!).ShouldBeTrue();
        lines.ShouldBe([Lines.Run, Lines.Step(1, 0.9), Lines.Step(2, 0.7), Lines.Step(3, 0.6)]);
    }

    [Fact]
    public async Task Stream_OpenForLong_GathersLinesButNotAnAnswer()
    {
        var time = new SetTime();
        await using var page = new RunningPage { Time = time };
        page.Write("run", Lines.Run);
        await page.StartAsync();
        using var viewer = await page.WatchAsync("run=run");
        await viewer.NextAsync("lines");
        page.Append("run", Lines.Step(1) + "\n");
        time.Advance(TimeSpan.FromSeconds(20));
        Parse(await viewer.NextAsync("lines")).Lines.ShouldBe([Lines.Step(1)]);

        // The clock stands, so that nothing is due, but the server goes on looking.
        page.Append("run", Lines.Step(2) + "\n");
        await Task.Delay(TimeSpan.FromSeconds(2));
        page.Append("run", Lines.Step(3) + "\n" + Lines.Control + "\n");
        Parse(await viewer.NextAsync("lines")).Lines.ShouldBe([Lines.Step(2), Lines.Step(3), Lines.Control]);

        page.Append("run", Lines.Step(5) + "\n");
        await Task.Delay(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(6));
        Parse(await viewer.NextAsync("lines")).Lines.ShouldBe([Lines.Step(5)]);
    }

    [Fact]
    public async Task Stream_RunThatBeginsLater_IsListedAndFollowed()
    {
        await using var page = await new RunningPage().StartAsync();
        using var viewer = await page.WatchAsync("run=later");
        (await viewer.NextAsync("runs")).ShouldBe("[]");
        page.Write("later", Lines.Run);
        (await viewer.NextAsync("runs")).ShouldNotBeNull().ShouldContain("\"later\"");
        Parse(await viewer.NextAsync("lines")).Lines.ShouldBe([Lines.Run]);
    }

    [Fact]
    public async Task Stream_RunEnds_ListSaysSo()
    {
        await using var page = new RunningPage();
        page.Write("run", Lines.Run);
        await page.StartAsync();
        using var viewer = await page.WatchAsync("run=run");
        (await viewer.NextAsync("runs")).ShouldNotBeNull().ShouldContain("\"ended\":null");
        page.Append("run", Lines.End + "\n");
        (await viewer.NextAsync("runs")).ShouldNotBeNull().ShouldContain("\"ended\":\"finished\"");
    }

    [Fact]
    public async Task Stream_ServerStops_SaysGoodbye()
    {
        var page = await new RunningPage().StartAsync();
        using var viewer = await page.WatchAsync("");
        await viewer.NextAsync("runs");
        await page.DisposeAsync();
        (await viewer.NextAsync("bye")).ShouldBe("{}");
    }
}
