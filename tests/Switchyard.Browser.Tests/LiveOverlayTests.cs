using Microsoft.Playwright;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>Several runs on the live page, a lost connection, and the keyboard.</summary>
[Collection(BrowserGroup.Name)]
public sealed class LiveOverlayTests(BrowserFixture browser)
{
    const float Patience = 300_000;

    [BrowserFact]
    public async Task Runs_TwoTicked_AreDrawnOverEachOther()
    {
        using var folder = new LiveFolder();
        folder.Train("first");
        folder.Train("second", "mmoe");
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var watched = await OpenAsync(server.Address);
        var page = watched.Page;
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "first" }).SetCheckedAsync(true);
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "second" }).SetCheckedAsync(true);

        await ShouldShowAsync(page, "first", "second");
        new Uri(page.Url).Fragment.ShouldBe("#run=second&run=first", "the newest was chosen before");
        await Assertions.Expect(page.Locator("#auc .description")).ToContainTextAsync("second", new() { Timeout = Patience });

        // The address keeps the choice.
        await page.ReloadAsync();
        await ShouldShowAsync(page, "first", "second");

        await page.GetByRole(AriaRole.Checkbox, new() { Name = "second" }).SetCheckedAsync(false);
        await Assertions.Expect(page.Locator(".status tbody tr")).ToHaveCountAsync(1, new() { Timeout = Patience });
        await Assertions.Expect(page.Locator("#loss svg")).Not.ToContainTextAsync("second", new() { Timeout = Patience });
        watched.Errors.ShouldBeEmpty();
    }

    /// <summary>As where a server is killed, or a tunnel to it breaks: nobody says goodbye.</summary>
    [BrowserFact]
    public async Task Connection_Lost_IsTakenUpAgainWithWhatCameMeanwhile()
    {
        using var folder = new LiveFolder();
        folder.Train("run");
        folder.Reopen("run");
        var steps = File.ReadAllLines(folder.LogOf("run")).Where(line => line.StartsWith("{\"event\":\"step\"", StringComparison.Ordinal)).ToArray();
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var line = new BreakableLine(server.Address);
        await using var watched = await OpenAsync(line.Address);
        var page = watched.Page;
        var (step, alert) = (page.Locator(".status tbody td").Nth(2), page.Locator(".trouble.shown"));
        await Assertions.Expect(step).ToHaveTextAsync("101 of 101", new() { Timeout = Patience });
        await Assertions.Expect(alert).ToHaveCountAsync(0);

        line.Cut();
        await Assertions.Expect(alert).ToContainTextAsync("There is no answer from the server", new() { Timeout = Patience });
        File.AppendAllText(folder.LogOf("run"), $"{steps[^1].Replace("\"step\":101", "\"step\":102", StringComparison.Ordinal)}\n");
        await Assertions.Expect(step).ToHaveTextAsync("101 of 101");

        line.Mend();
        await Assertions.Expect(step).ToHaveTextAsync("102 of 101", new() { Timeout = Patience });
        await Assertions.Expect(alert).ToHaveCountAsync(0);

        // Nothing came twice. The page may take a minute to draw it.
        await page.Locator("#loss summary", new() { HasText = "Table" }).ClickAsync();
        await Assertions.Expect(page.Locator("#loss tbody")).ToContainTextAsync("102", new() { Timeout = 2 * Patience });
        (await page.Locator("#loss tbody tr").CountAsync()).ShouldBe(2 * (steps.Length + 1));
    }

    /// <summary>The page of a server that ended stays as it was; the next server at its port has another token, so another address.</summary>
    [BrowserFact]
    public async Task Server_EndedAndAnotherBegan_LeavesWhatItSent()
    {
        using var folder = new LiveFolder();
        folder.Train("run");
        var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var watched = await OpenAsync(server.Address);
        var page = watched.Page;
        await Assertions.Expect(page.Locator(".status tbody td").First).ToHaveTextAsync("finished", new() { Timeout = Patience });
        await server.DisposeAsync();
        await Assertions.Expect(page.Locator(".trouble.shown")).ToContainTextAsync("The server has ended", new() { Timeout = Patience });

        await using var next = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs, Port = server.Address.Port });
        (await page.Locator(".status tbody td").First.TextContentAsync()).ShouldBe("finished");
        await page.GotoAsync(next.Address.AbsoluteUri);
        await Assertions.Expect(page.Locator(".trouble.shown")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".status tbody td").First).ToHaveTextAsync("finished", new() { Timeout = Patience });
        watched.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Keyboard_TabKey_ReachesEveryControl()
    {
        using var folder = new LiveFolder();
        folder.Train("live");
        folder.Train("other");
        folder.Reopen("live");
        var live = new LiveRun(folder.Output) { Stop = () => true, Checkpoint = () => true, ScaleRate = _ => true };
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs, Live = live });
        await using var watched = await OpenAsync(server.Address);
        var page = watched.Page;
        await Assertions.Expect(page.Locator(".status tbody td").Nth(2)).ToHaveTextAsync("101 of 101", new() { Timeout = Patience });
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Stop training…" })).ToBeEnabledAsync();
        var (reached, missed) = await Keyboard.WalkAsync(page);
        missed.ShouldBeEmpty();
        reached.ShouldBeGreaterThan(20);
    }

    static async Task ShouldShowAsync(IPage page, params string[] runs)
    {
        await Assertions.Expect(page.Locator(".status tbody tr")).ToHaveCountAsync(runs.Length, new() { Timeout = Patience });
        foreach (var run in runs)
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = run })).ToBeCheckedAsync();
            await Assertions.Expect(page.Locator(".status tbody")).ToContainTextAsync(run, new() { Timeout = Patience });
            await Assertions.Expect(page.Locator("#loss svg")).ToContainTextAsync(run, new() { Timeout = Patience });
        }
    }

    async Task<WatchedPage> OpenAsync(Uri address)
    {
        var watched = await browser.OpenAsync();
        watched.Page.SetDefaultTimeout(Patience);
        await watched.Page.GotoAsync(address.AbsoluteUri);
        return watched;
    }
}
