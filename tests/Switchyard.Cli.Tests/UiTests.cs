using System.Net;

namespace Switchyard.Cli.Tests;

public sealed class UiTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public void Ui_WrongUse_IsOneLine()
    {
        CliRun.Run("ui", "nowhere").ShouldRefuse("nowhere: there is no such folder");
        CliRun.Run("ui", ".", "--ui-port", "70000").ShouldRefuse("--ui-port 70000");
        CliRun.Run("ui", ".", "--record", "nowhere.jsonl").ShouldRefuse("nowhere.jsonl: there is no such file of records");
        using var run = new TemporaryRun();
        CliRun.Run("train", run.Configuration, "--ui-port", "8090").ShouldRefuse("there is no page without --ui");
        CliRun.Run("train", run.Configuration, "--ui-keep").ShouldRefuse("there is no page without --ui");
        CliRun.Run("train", run.Configuration, "--ui", "--dry-run").ShouldRefuse("--dry-run trains nothing, so there is nothing to show");
    }

    [PagesFact]
    public async Task TrainWithUi_Kept_ShowsTheEndUntilToldToStop()
    {
        using var run = new TemporaryRun();
        var port = ServeTests.FreePort();
        using var stop = new CancellationTokenSource();
        var training = Task.Run(() => CliRun.Run(stop.Token, "train", run.Configuration, "--set", "training.epochs=2", "--ui", "--ui-keep", "--ui-port", $"{port}"));
        var log = Path.Combine(run.Path, "runs", "demo", "metrics.jsonl");
        await Until(() => training.IsCompleted || (File.Exists(log) && File.Exists(Path.Combine(run.Path, "runs", "demo", "model", "manifest.json"))));
        training.IsCompleted.ShouldBeFalse("the page is kept");
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/runs"));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, "the address without its token");
        await stop.CancelAsync();

        var result = (await training.WaitAsync(Patience)).ShouldSucceed();
        result.Error.ShouldContain($"page: http://127.0.0.1:{port}/");
        File.ReadLines(log).Last().ShouldContain("\"reason\":\"finished\"");
    }

    static async Task Until(Func<bool> met)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!met()) await Task.Delay(50, patience.Token);
    }
}

/// <summary>A test that needs the page, which is built where Node is.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class PagesFactAttribute : FactAttribute
{
    public PagesFactAttribute()
    {
        if (System.Reflection.Assembly.Load("Switchyard.Reports").GetManifestResourceInfo("web/live.js") is null)
            Skip = "This build has no pages: Node was not there.";
    }
}
