using Microsoft.Playwright;
using Switchyard.Reports;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>What a reader sees where a page's script does not run, or fails.</summary>
[Collection(BrowserGroup.Name)]
public sealed class FailingScriptTests(BrowserFixture browser, ReportFile report) : IClassFixture<ReportFile>
{
    const float Patience = 60_000;

    static ReportDocument Document => SampleReport.Document;

    [BrowserFact]
    public async Task Report_WithoutJavaScript_IsTextAndTables()
    {
        await using var watched = await browser.OpenAsync(new() { JavaScriptEnabled = false });
        await watched.Page.GotoAsync(report.Address);
        await ShouldBeTextAsync(watched.Page);
        (await watched.Page.GetByText("JavaScript, which is switched off").IsVisibleAsync()).ShouldBeTrue();
        (await watched.Page.GetByText("could not be drawn").IsVisibleAsync()).ShouldBeFalse();
    }

    /// <summary>Old browsers know a word or a part of the browser less; and a script may fail before or after it has begun to make the page.</summary>
    [BrowserFact]
    public async Task Report_ScriptFails_IsTextAndTablesWithWhatToDo()
    {
        foreach (var fault in new[] { "delete window.IntersectionObserver", "JSON.parse = () => { throw new Error('fault'); }", "Element.prototype.append = undefined" })
        {
            await using var watched = await browser.OpenAsync();
            await watched.Page.AddInitScriptAsync(fault);
            await watched.Page.GotoAsync(report.Address);
            await ShouldBeTextAsync(watched.Page);
            (await watched.Page.GetByText("could not be drawn").IsVisibleAsync()).ShouldBeTrue(fault);
            watched.Errors.ShouldHaveSingleItem(fault);
            (await watched.Page.Locator("#page").CountAsync()).ShouldBe(0, fault);
        }
    }

    [BrowserFact]
    public async Task Report_FileCutShort_IsTextAndTablesWithWhatToDo()
    {
        var html = File.ReadAllText(report.File);
        var file = $"{report.File}.cut.html";
        foreach (var end in new[] { html.Length - 1000, html.IndexOf("id=\"document\">", StringComparison.Ordinal) + 1000 })
        {
            File.WriteAllText(file, html[..end]);
            await using var watched = await browser.OpenAsync();
            await watched.Page.GotoAsync(new Uri(file).AbsoluteUri);
            await ShouldBeTextAsync(watched.Page);
            (await watched.Page.GetByText("could not be drawn").IsVisibleAsync()).ShouldBeTrue();
        }
    }

    [BrowserFact]
    public async Task Report_ChartFails_LeavesTheOthersAndItsTable()
    {
        await using var watched = await browser.OpenAsync();
        await watched.Page.AddInitScriptAsync("delete window.ResizeObserver");
        await watched.Page.GotoAsync(report.Address);
        var card = watched.Page.Locator("#loss");
        await card.ScrollIntoViewIfNeededAsync();
        await card.GetByText("This chart could not be drawn").WaitForAsync();
        await card.Locator("summary").ClickAsync();
        await card.Locator("table.data").WaitForAsync();
        (await watched.Page.Locator("#auc table.heat").CountAsync()).ShouldBe(1);
        watched.Errors.ShouldNotBeEmpty();
        watched.Errors.ShouldAllBe(e => e.Contains("ResizeObserver", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Live_WithoutItsScript_SaysWhatToDo()
    {
        using var folder = new LiveFolder();
        Directory.CreateDirectory(folder.Runs);
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using (var watched = await browser.OpenAsync(new() { JavaScriptEnabled = false })) await ShouldSayAsync(watched, server);
        await using (var watched = await browser.OpenAsync())
        {
            await watched.Page.RouteAsync("**/live.js", route => route.AbortAsync());
            await ShouldSayAsync(watched, server);
        }

        await using (var watched = await browser.OpenAsync())
        {
            await watched.Page.AddInitScriptAsync("delete window.EventSource; delete window.IntersectionObserver");
            await ShouldSayAsync(watched, server);
        }
    }

    [BrowserFact]
    public async Task Live_FaultLaterOn_IsSaid()
    {
        using var folder = new LiveFolder();
        Directory.CreateDirectory(folder.Runs);
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(server.Address.AbsoluteUri);
        await watched.Page.GetByText("No run has written a log here yet.").WaitForAsync();
        (await watched.Page.Locator("#plain").CountAsync()).ShouldBe(0);
        await watched.Page.EvaluateAsync("() => { setTimeout(() => { throw new Error('fault'); }); }");
        await Assertions.Expect(watched.Page.Locator(".trouble.shown")).ToContainTextAsync("Something on this page has failed", new() { Timeout = Patience });
    }

    static async Task ShouldSayAsync(WatchedPage watched, PageServer server)
    {
        await watched.Page.GotoAsync(server.Address.AbsoluteUri);
        await Assertions.Expect(watched.Page.Locator("#plain")).ToBeVisibleAsync(new() { Timeout = Patience });
        (await watched.Page.Locator("#plain").InnerTextAsync()).ShouldContain("Switch JavaScript on or open the page in a current browser");
    }

    static async Task ShouldBeTextAsync(IPage page)
    {
        (await page.Locator("h1").InnerTextAsync()).ShouldBe(Document.Title);
        foreach (var line in Document.Summary) (await page.GetByText(line.Text).First.IsVisibleAsync()).ShouldBeTrue(line.Text);
        var tables = page.Locator("table");
        (await tables.CountAsync()).ShouldBe(Document.Figures().Count());
        (await tables.First.IsVisibleAsync()).ShouldBeTrue();
    }
}
