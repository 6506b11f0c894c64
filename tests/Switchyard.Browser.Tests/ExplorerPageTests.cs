using Microsoft.Playwright;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>Requests in the live page's explorer: given ones and recorded ones.</summary>
[Collection(BrowserGroup.Name)]
public sealed class ExplorerPageTests(BrowserFixture browser) : IDisposable
{
    const float Patience = 60_000;
    const string Body = """{"scenario": ["b"], "items": [{"id": "x", "fields": {"size": 12}}, {"id": "y"}]}""";

    readonly LiveFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [BrowserFact]
    public async Task Pasted_Request_ShowsItsGatesAndItsScores()
    {
        _folder.Train("one");
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = _folder.Runs });
        await using var watched = await browser.OpenAsync();
        var explorer = await OpenAsync(watched, server);

        // With the keyboard alone: from the first choice to the second.
        await explorer.GetByRole(AriaRole.Radio, new() { Name = "a measured row" }).FocusAsync();
        await watched.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(explorer.GetByLabel("Row of the test part")).ToBeHiddenAsync();
        await watched.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(explorer.GetByLabel("Body of a request in JSON")).ToBeFocusedAsync();
        await watched.Page.Keyboard.InsertTextAsync(Body);
        await watched.Page.Keyboard.PressAsync("Tab");
        await watched.Page.Keyboard.InsertTextAsync("1");
        await watched.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(explorer.Locator(".said")).ToContainTextAsync("one, item 1 of 2 (y) of the given request: kind b.", new() { Timeout = Patience });
        await Assertions.Expect(explorer.Locator(".remarks")).ToContainTextAsync("Not given, and so missing: size.");
        (await explorer.Locator("#effects tbody tr").CountAsync()).ShouldBeGreaterThan(1);
        (await explorer.Locator("#effects thead").TextContentAsync()).ShouldNotBeNull().ShouldContain("Divergence");
        await Assertions.Expect(explorer.Locator("#scores tbody tr")).ToHaveCountAsync(2);
        (await explorer.Locator("#scores thead").TextContentAsync()).ShouldNotBeNull().ShouldNotContain("Recorded");
        watched.Errors.ShouldBeEmpty();

        await explorer.GetByLabel("Body of a request in JSON").FillAsync("""{"scenario": ["b"], "items": [{"fields": {"size": "big"}}]}""");
        await explorer.GetByLabel("Item, from 0").FillAsync("0");
        await watched.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(explorer.Locator(".said")).ToContainTextAsync("Column 'size' of item 0: 'big' is not a number", new() { Timeout = Patience });
        // What is drawn is of the item before.
        foreach (var place in (string[])[".remarks", "#scores", "#effects", "#inputs"]) await Assertions.Expect(explorer.Locator(place)).ToBeHiddenAsync();
        // The browser itself tells of the refused request.
        watched.Errors.ShouldAllBe(e => e.Contains("409", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Recorded_Requests_AreListedAndComparedBitByBit()
    {
        _folder.Train("one");
        var (bundle, file) = (Path.Combine(_folder.OutputOf("one"), "model"), Path.Combine(_folder.Runs, "requests.jsonl"));
        Records.Append(file, bundle, Body);
        Records.Append(file, bundle, """{"scenario": ["a"], "items": ["z"]}""", 1);
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = _folder.Runs, Records = [file] });
        await using var watched = await browser.OpenAsync(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        var explorer = await OpenAsync(watched, server);

        await explorer.GetByLabel("a recorded request").CheckAsync();
        var list = explorer.GetByLabel("Recorded request", new() { Exact = true });
        await Assertions.Expect(list.Locator("option")).ToHaveTextAsync(["2026-11-22 12:00:01 UTC, shop 3, 1 item, a", "2026-11-22 12:00:00 UTC, shop 3, 2 items, b"], new() { Timeout = Patience });
        await list.SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await explorer.GetByLabel("Item of the recorded request").FillAsync("1");
        await explorer.GetByRole(AriaRole.Button, new() { Name = "Show its way" }).ClickAsync();

        await Assertions.Expect(explorer.Locator(".remarks")).ToContainTextAsync("This model has the same weights, and its scores have the recorded bits.", new() { Timeout = Patience });
        await Assertions.Expect(explorer.Locator("#scores tbody tr").First.Locator("td").Last).ToHaveTextAsync("the same");
        (await explorer.Locator("#effects tbody tr").CountAsync()).ShouldBeGreaterThan(1);
        (await watched.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth")).ShouldBeTrue("a narrow page does not scroll sideways");
        watched.Errors.ShouldBeEmpty();

        // Back to a row: no scores are compared there.
        await explorer.GetByLabel("a measured row").CheckAsync();
        await explorer.GetByRole(AriaRole.Button, new() { Name = "Show its way" }).ClickAsync();
        await Assertions.Expect(explorer.Locator(".said")).ToContainTextAsync("test row 0 of", new() { Timeout = Patience });
        await Assertions.Expect(explorer.Locator("#scores")).ToBeHiddenAsync();
        await Assertions.Expect(explorer.Locator(".remarks")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task Recorded_OlderOnes_AreListedAndSought()
    {
        _folder.Train("one");
        var file = Path.Combine(_folder.Runs, "requests.jsonl");
        var line = Records.Append(file, Path.Combine(_folder.OutputOf("one"), "model"), Body);
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, 250).Select(i => line.Replace("2026-11-22T12:00:00", $"2026-11-22T12:{i / 60:00}:{i % 60:00}", StringComparison.Ordinal))));
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = _folder.Runs, Records = [file] });
        await using var watched = await browser.OpenAsync();
        var explorer = await OpenAsync(watched, server);
        await explorer.GetByLabel("a recorded request").CheckAsync();
        var options = explorer.GetByLabel("Recorded request", new() { Exact = true }).Locator("option");
        var (older, newest, text) = (explorer.GetByRole(AriaRole.Button, new() { Name = "Older" }), explorer.GetByRole(AriaRole.Button, new() { Name = "List the newest" }), explorer.GetByLabel("Only those that contain"));
        await ShouldListAsync(200, "12:04:09", "Numbers 1 to 200 of 250 are listed");

        await older.FocusAsync();
        await watched.Page.Keyboard.PressAsync("Enter");
        await ShouldListAsync(50, "12:00:49", "Numbers 201 to 250 of 250 are listed");
        await Assertions.Expect(older).ToBeDisabledAsync();
        await newest.ClickAsync();
        await ShouldListAsync(200, "12:04:09", "Numbers 1 to 200");
        await text.FillAsync("T12:01:0");
        await text.PressAsync("Enter");
        await ShouldListAsync(10, "12:01:09", "10 recorded requests.");
        await Assertions.Expect(explorer.Locator(".said")).ToBeEmptyAsync();
        await text.FillAsync("nothing");
        await text.PressAsync("Enter");
        await Assertions.Expect(explorer.GetByText("0 recorded requests.")).ToBeVisibleAsync();
        watched.Errors.ShouldBeEmpty();

        async Task ShouldListAsync(int count, string first, string note)
        {
            await Assertions.Expect(explorer.GetByText(note)).ToBeVisibleAsync(new() { Timeout = Patience });
            await Assertions.Expect(options).ToHaveCountAsync(count);
            await Assertions.Expect(options.First).ToContainTextAsync(first);
        }
    }

    [BrowserFact]
    public async Task Recorded_PageWithoutRecords_SaysHowToGiveThem()
    {
        _folder.Train("one");
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = _folder.Runs });
        await using var watched = await browser.OpenAsync();
        var explorer = await OpenAsync(watched, server);

        await explorer.GetByLabel("a recorded request").CheckAsync();

        await Assertions.Expect(explorer.GetByText("Start it with switchyard ui RUNS --record FILE")).ToBeVisibleAsync(new() { Timeout = Patience });
        watched.Errors.ShouldBeEmpty();
    }

    /// <summary>As a proxy between the page and its server answers.</summary>
    [BrowserFact]
    public async Task Answer_ThatIsNoJson_IsToldOfWithItsStatusAndFirstWords()
    {
        _folder.Train("one");
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = _folder.Runs });
        await using var watched = await browser.OpenAsync();
        var explorer = await OpenAsync(watched, server);
        var said = explorer.Locator(".said");
        var ask = explorer.GetByRole(AriaRole.Button, new() { Name = "Show its way" });

        await ShouldSayAsync(new() { Status = 502, ContentType = "text/html", Body = $"<h1>Bad\n gateway</h1>{new string('x', 500)}" }, $"(status 502 Bad Gateway): “<h1>Bad gateway</h1>{new string('x', 60)}…”.");
        await ShouldSayAsync(new() { Status = 200, ContentType = "text/plain", Body = "Please sign in" }, "(status 200 OK): “Please sign in”.");
        await ShouldSayAsync(new() { Status = 500, ContentType = "application/json", Body = "null" }, "(status 500 Internal Server Error): “null”.");
        await watched.Page.UnrouteAsync("**/explain?*");
        await watched.Page.RouteAsync("**/explain?*", route => route.AbortAsync());
        await ask.ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("There is no answer from the server.");

        async Task ShouldSayAsync(RouteFulfillOptions answer, string words)
        {
            await watched.Page.UnrouteAsync("**/explain?*");
            await watched.Page.RouteAsync("**/explain?*", route => route.FulfillAsync(answer));
            await ask.ClickAsync();
            await Assertions.Expect(said).ToHaveTextAsync($"What came is no answer of this page's server {words}", new() { Timeout = Patience });
            await Assertions.Expect(ask).ToBeEnabledAsync();
        }
    }

    static async Task<ILocator> OpenAsync(WatchedPage watched, PageServer server)
    {
        watched.Page.SetDefaultTimeout(Patience);
        await watched.Page.GotoAsync(server.Address.AbsoluteUri);
        return watched.Page.GetByRole(AriaRole.Region, new() { Name = "One row through the model" });
    }
}
