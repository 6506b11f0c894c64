using System.Globalization;
using Microsoft.Playwright;
using Switchyard.Data;
using Switchyard.Reports;

namespace Switchyard.Browser.Tests;

/// <summary>What a reader of a report sees and can do, in a real browser and without a network.</summary>
[Collection(BrowserGroup.Name)]
public sealed class ReportPageTests(BrowserFixture browser, ReportFile report) : IClassFixture<ReportFile>
{
    static ReportDocument Document => SampleReport.Document;

    [BrowserFact]
    public async Task Open_FromDisk_AsksNobodyAndComplainsOfNothing()
    {
        await using var watched = await OpenAsync();
        await DrawAllAsync(watched.Page);
        watched.Errors.ShouldBeEmpty();
        watched.Requests.ShouldBe([report.Address]);
        new FileInfo(report.File).Length.ShouldBeLessThan(5_000_000);
    }

    [BrowserFact]
    public async Task Open_TextsLikeMarkup_AreShownAsText()
    {
        await using var watched = await OpenAsync();
        (await watched.Page.TitleAsync()).ShouldBe(Document.Title);
        (await watched.Page.Locator("h1").TextContentAsync()).ShouldBe(Document.Title);
        (await watched.Page.Locator("#auc tbody th").AllTextContentsAsync()).ShouldContain("<i>live</i>");
        (await watched.Page.Locator("main i, main b").CountAsync()).ShouldBe(0);
    }

    [BrowserFact]
    public async Task Figures_All_HaveTitleDescriptionDrawingAndTable()
    {
        await using var watched = await OpenAsync();
        await DrawAllAsync(watched.Page);
        foreach (var figure in Document.Figures())
        {
            var card = watched.Page.Locator($"#{figure.Id}");
            (await card.Locator("h3").TextContentAsync()).ShouldBe(figure.Title);
            (await card.Locator(".description").IsVisibleAsync()).ShouldBeTrue();
            (await card.Locator("[aria-describedby]").GetAttributeAsync("aria-describedby")).ShouldBe($"{figure.Id}-text");
            (await card.Locator(".chart").EvaluateAsync<double>("chart => chart.getBoundingClientRect().height")).ShouldBeGreaterThan(100);
            if (figure.Kind != FigureKind.Table) await card.Locator("summary", new() { HasText = "Table" }).ClickAsync();
            var table = card.Locator("table.data");
            await table.WaitForAsync();
            (await table.Locator("thead th").CountAsync()).ShouldBe(figure.Columns.Length - (figure.Select?.Length ?? 0));
            (await table.Locator("tbody tr").CountAsync()).ShouldBeGreaterThan(0);
        }
    }

    [BrowserFact]
    public async Task Series_ByKeyboard_AreSwitchedOffAndOn()
    {
        await using var watched = await OpenAsync();
        await DrawAllAsync(watched.Page);
        var card = watched.Page.Locator("#loss");
        var series = card.GetByText("Series", new() { Exact = true });
        await series.FocusAsync();
        await watched.Page.Keyboard.PressAsync("Enter");
        await watched.Page.Keyboard.PressAsync("Tab");
        var button = card.GetByRole(AriaRole.Group, new() { Name = "Series shown" }).GetByRole(AriaRole.Button).First;
        await Assertions.Expect(button).ToBeFocusedAsync();
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        var before = await DrawnAsync();

        await watched.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        (await DrawnAsync()).ShouldNotBe(before);
        // It stays off, and the keyboard where it is, when the chart is drawn anew.
        await watched.Page.SetViewportSizeAsync(700, 800);
        await watched.Page.SetViewportSizeAsync(1280, 720);
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "false");
        await Assertions.Expect(button).ToBeFocusedAsync();
        await watched.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
        (await watched.Page.Locator("#auc .switches").CountAsync()).ShouldBe(0, "a heat table has no series");
        await watched.Page.EmulateMediaAsync(new() { Media = Media.Print });
        (await series.IsVisibleAsync()).ShouldBeFalse();
        watched.Errors.ShouldBeEmpty();

        // The chart is drawn in the next frame.
        async Task<string> DrawnAsync()
        {
            await watched.Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            return await card.Locator(".chart svg").InnerHTMLAsync();
        }
    }

    [BrowserFact]
    public async Task Csv_OfEveryFigure_IsItsTable()
    {
        await using var watched = await OpenAsync();
        foreach (var figure in Document.Figures())
        {
            var download = await watched.Page.RunAndWaitForDownloadAsync(() => watched.Page.Locator($"#{figure.Id}").GetByText("Download CSV").ClickAsync());
            download.SuggestedFilename.ShouldBe($"{figure.Id}.csv");
            var lines = Read((await download.PathAsync())!, figure);
            lines[0].ShouldBe(figure.Columns.Select(c => c.Name));
            lines.Count.ShouldBe(figure.Rows.Length + 1);
            foreach (var (row, line) in figure.Rows.Zip(lines.Skip(1)))
            {
                foreach (var (value, text) in row.Zip(line))
                {
                    if (value.Number is { } number) double.Parse(text, CultureInfo.InvariantCulture).ShouldBe(number, 1e-8);
                    else text.ShouldBe(value.Text ?? "");
                }
            }
        }
    }

    /// <summary>Many intervals miss the reference by chance: what is filled, the corrected test decides.</summary>
    [BrowserFact]
    public async Task Interval_Verdicts_AreFilledOrHollow()
    {
        await using var watched = await OpenAsync();
        var card = watched.Page.Locator("#judged");
        await card.ScrollIntoViewIfNeededAsync();
        await card.Locator("svg").WaitForAsync();
        var texts = await card.Locator("svg text").AllTextContentsAsync();
        texts.ShouldContain("+0.0200 ▲");
        texts.ShouldContain("+0.0200 ·");
        texts.ShouldContain("−0.0200 ▼");
        var points = await card.Locator("svg path[stroke-width='2'][d*='A']").EvaluateAllAsync<string[]>(
            "circles => circles.map(circle => circle.getAttribute('fill') === circle.getAttribute('stroke') ? 'filled' : 'hollow')");
        points.Order().ShouldBe(["filled", "filled", "hollow"]);
    }

    [BrowserFact]
    public async Task Heat_ManyColumns_MarksWhatIsDecided()
    {
        await using var watched = await OpenAsync();
        var card = watched.Page.Locator("#judged-map");
        await card.ScrollIntoViewIfNeededAsync();
        await card.Locator("svg").WaitForAsync();
        var texts = await card.Locator("svg text").AllTextContentsAsync();
        texts.Count(t => t == "▲").ShouldBe(1);
        texts.Count(t => t == "▼").ShouldBe(1);
    }

    [BrowserFact]
    public async Task Select_AnotherValue_ShowsItsRows()
    {
        await using var watched = await OpenAsync();
        var card = watched.Page.Locator("#gain");
        await card.ScrollIntoViewIfNeededAsync();
        await card.Locator("summary", new() { HasText = "Table" }).ClickAsync();
        var before = await card.Locator("tbody").TextContentAsync();
        await card.GetByLabel("Model").SelectOptionAsync("model 3");
        (await card.Locator("tbody").TextContentAsync()).ShouldNotBe(before);
        (await card.Locator("tbody tr").CountAsync()).ShouldBe(4);
    }

    [BrowserFact]
    public async Task Keyboard_TabKey_ReachesEveryControl()
    {
        await using var watched = await OpenAsync();
        await DrawAllAsync(watched.Page);
        var (reached, missed) = await Keyboard.WalkAsync(watched.Page);
        missed.ShouldBeEmpty();
        reached.ShouldBeGreaterThan(25);
    }

    [BrowserFact]
    public async Task Contrast_LightAndDark_TextIsReadable()
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var watched = await OpenAsync(new() { ColorScheme = scheme });
            await DrawAllAsync(watched.Page);
            (await watched.Page.EvaluateAsync<string[]>(Contrast.Script, 4.5)).ShouldBeEmpty($"{scheme}");
        }
    }

    [BrowserFact]
    public async Task Open_DarkMode_IsDark()
    {
        await using var watched = await OpenAsync(new() { ColorScheme = ColorScheme.Dark });
        (await watched.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(14, 18, 23)");
    }

    [BrowserFact]
    public async Task Open_OnAPhone_FitsItsWidth()
    {
        await using var watched = await OpenAsync(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await DrawAllAsync(watched.Page);
        (await watched.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360);
    }

    [BrowserFact]
    public async Task Print_WithoutScrolling_DrawsEveryFigure()
    {
        await using var watched = await OpenAsync(new() { ColorScheme = ColorScheme.Dark });
        (await watched.Page.Locator(".chart:empty").CountAsync()).ShouldBeGreaterThan(0, "charts far away are not drawn before they are needed");
        var pages = await watched.Page.PdfAsync(new() { Format = "A4" });
        pages.Length.ShouldBeGreaterThan(50_000);
        (await watched.Page.Locator(".chart:empty").CountAsync()).ShouldBe(0);
        watched.Errors.ShouldBeEmpty();
    }

    async Task<WatchedPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var watched = await browser.OpenAsync(options);
        await watched.Page.GotoAsync(report.Address);
        return watched;
    }

    /// <summary>Scrolls through the page, as charts are drawn when they come near the view.</summary>
    static async Task DrawAllAsync(IPage page)
    {
        var charts = page.Locator(".chart");
        for (var place = 0; place < await charts.CountAsync(); place++) await charts.Nth(place).ScrollIntoViewIfNeededAsync();
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.chart:empty').length === 0");
        await page.EvaluateAsync("() => window.scrollTo(0, 0)");
    }

    /// <summary>All lines, the first with the names of the columns.</summary>
    static List<string[]> Read(string file, Figure figure)
    {
        using var rows = new CsvRows(File.OpenRead(file), file, columns: [.. figure.Columns.Select(c => c.Name)]);
        var lines = new List<string[]>();
        while (rows.Read()) lines.Add([.. Enumerable.Range(0, figure.Columns.Length).Select(c => System.Text.Encoding.UTF8.GetString(rows[c]))]);
        return lines;
    }
}
