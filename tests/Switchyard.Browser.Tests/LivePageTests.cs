using Microsoft.Playwright;
using Switchyard.Training;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>What somebody sees of a training while it runs, and does to it.</summary>
[Collection(BrowserGroup.Name)]
public sealed class LivePageTests(BrowserFixture browser)
{
    const float Patience = 60_000;

    [BrowserFact]
    public async Task Training_WatchedAndStopped_ShowsItLiveAndObeys()
    {
        using var folder = new LiveFolder();
        var control = new TrainingControl();
        var live = new LiveRun(folder.Output) { Stop = control.Stop, Checkpoint = control.SaveCheckpoint, ScaleRate = control.MultiplyRate };
        var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs, Live = live });
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;
        page.SetDefaultTimeout(Patience);
        await page.GotoAsync(server.Address.AbsoluteUri);
        await page.GetByText("No run has written a log here yet.").WaitForAsync();

        var training = Task.Run(() => Run.Train(folder.Configuration(), watch: new RunWatch { Control = control }));
        var cells = page.Locator(".status tbody tr").First;
        await Assertions.Expect(cells).ToContainTextAsync("training here", new() { Timeout = Patience });
        var step = await Step(cells);
        await Assertions.Expect(cells.Locator("td").Nth(2)).Not.ToHaveTextAsync(step, new() { Timeout = Patience });
        await page.Locator("#loss svg").WaitForAsync();

        var said = page.Locator(".actions .said");
        await page.GetByRole(AriaRole.Button, new() { Name = "Halve the learning rate" }).ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("The learning rate is multiplied by 0.5 from step", new() { Timeout = Patience });

        // With the keyboard alone: the question begins with the harmless answer.
        var stop = page.GetByRole(AriaRole.Button, new() { Name = "Stop training…" });
        await stop.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go on training" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(said).ToContainTextAsync("Stopped at step", new() { Timeout = Patience });
        (await training).Training.StoppedByRequest.ShouldBeTrue();
        await Assertions.Expect(stop).ToBeDisabledAsync(new() { Timeout = Patience });

        await server.DisposeAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The server has ended", new() { Timeout = Patience });
        watched.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Explorer_RowOfATrainedRun_ShowsItsWay()
    {
        using var folder = new LiveFolder();
        Run.Train(folder.Configuration(epochs: 1));
        var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var watched = await browser.OpenAsync();
        var page = watched.Page;
        page.SetDefaultTimeout(Patience);
        await page.GotoAsync(server.Address.AbsoluteUri);
        var explorer = page.GetByRole(AriaRole.Region, new() { Name = "One row through the model" });
        await explorer.GetByLabel("Row of the test part").FillAsync("3");
        await page.Keyboard.PressAsync("Enter");

        var said = explorer.Locator(".said");
        await Assertions.Expect(said).ToContainTextAsync("test row 3 of", new() { Timeout = Patience });
        await explorer.Locator("#way .chart > *").First.WaitForAsync();
        (await explorer.Locator("#effects tbody tr").CountAsync()).ShouldBeGreaterThan(1);
        (await explorer.Locator("#effects thead").TextContentAsync()).ShouldNotBeNull().ShouldContain("Divergence");
        await explorer.Locator("#inputs summary").ClickAsync();
        await Assertions.Expect(explorer.Locator("#inputs tbody")).ToContainTextAsync("kind (scenario) = ");

        await explorer.GetByLabel("Row of the test part").EvaluateAsync("input => { input.removeAttribute('max'); input.value = 4000; }");
        await explorer.GetByRole(AriaRole.Button, new() { Name = "Show its way" }).ClickAsync();
        await Assertions.Expect(said).ToContainTextAsync("There is no row 4000", new() { Timeout = Patience });
        // The browser itself tells of the refused request.
        watched.Errors.ShouldAllBe(e => e.Contains("409", StringComparison.Ordinal));
        await server.DisposeAsync();
    }

    static async Task<string> Step(ILocator row)
    {
        var cell = row.Locator("td").Nth(2);
        await Assertions.Expect(cell).Not.ToHaveTextAsync("–", new() { Timeout = Patience });
        return await cell.InnerTextAsync();
    }
}
