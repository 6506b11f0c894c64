using Microsoft.Playwright;
using Switchyard.Reports;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>Takes the pictures of the documentation, where the environment names a folder for them (eng/screenshots.sh).</summary>
[Collection(BrowserGroup.Name)]
public sealed class ScreenshotTests(BrowserFixture browser)
{
    const float Patience = 300_000;

    [ScreenshotFact]
    public async Task Pictures_OfTheSampleRun_AreTaken()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var runs = Path.Combine(folder.FullName, "runs");
            var output = Path.Combine(runs, "census-income");
            var configuration = RunConfiguration.Load(
                Path.Combine(ScreenshotFactAttribute.Sample!, "switchyard.yaml"), [$"output={output}", "training.epochs=14", "training.patience=0", "training.validate_every=40"]);
            await using (var server = await PageServer.StartAsync(new PageOptions { Folder = runs, Live = new LiveRun(output) { Stop = () => true, Checkpoint = () => true, ScaleRate = _ => true } }))
            {
                var training = Task.Run(() => Run.Train(configuration));
                await LiveAsync(server.Address.AbsoluteUri);
                await training;
            }

            var report = Path.Combine(folder.FullName, "report.html");
            Report.OfRun(Path.Combine(output, "model"), configuration, new ReportOptions { Output = report, Command = "switchyard report samples/census-income/switchyard.yaml" }, SilentReporter.Instance);
            await ReportAsync(new Uri(report).AbsoluteUri);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    async Task LiveAsync(string address)
    {
        await using var watched = await browser.OpenAsync(new() { ViewportSize = new() { Width = 1300, Height = 2130 }, DeviceScaleFactor = 0.8f });
        var page = watched.Page;
        page.SetDefaultTimeout(Patience);
        await page.GotoAsync(address);
        await Assertions.Expect(page.Locator(".status tbody tr td").Nth(1)).ToContainTextAsync("9 of", new() { Timeout = Patience });

        // Opened anew, it draws at once what has happened.
        await page.ReloadAsync();
        foreach (var figure in new[] { "#loss", "#auc", "#experts" }) await page.Locator($"{figure} .chart > *").First.WaitForAsync();
        await page.WaitForTimeoutAsync(3000);
        await page.ScreenshotAsync(new() { Path = PathOf("live.png") });
        watched.Errors.ShouldBeEmpty();
    }

    async Task ReportAsync(string address)
    {
        await using var watched = await browser.OpenAsync(new() { ViewportSize = new() { Width = 1300, Height = 1140 } });
        var page = watched.Page;
        await page.GotoAsync(address);
        var heading = page.GetByRole(AriaRole.Heading, new() { Name = "From scenarios through experts to tasks" });
        // Twice: charts that are drawn on the way there change what is above it.
        for (var time = 0; time < 2; time++)
        {
            await heading.EvaluateAsync("heading => window.scrollTo(0, heading.getBoundingClientRect().top + window.scrollY - 640)");
            await page.WaitForTimeoutAsync(1500);
        }

        await page.ScreenshotAsync(new() { Path = PathOf("report.png") });
        watched.Errors.ShouldBeEmpty();
    }

    static string PathOf(string name) => Path.Combine(ScreenshotFactAttribute.Folder!, name);
}
