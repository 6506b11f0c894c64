using Microsoft.Playwright;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>How seldom the live page writes: a training on the same machine pays for all of it. Events come from the test, not from a server.</summary>
[Collection(BrowserGroup.Name)]
public sealed class PainterTests(BrowserFixture browser)
{
    const float Patience = 60_000;

    /// <summary>Stands for the server's stream: <c>say(kind, data)</c> reaches the page at once.</summary>
    const string Stream = """
        const sources = [];
        window.EventSource = class extends EventTarget {
          constructor() { super(); sources.push(this); }
          close() { sources.splice(sources.indexOf(this), 1); }
        };
        window.say = (kind, data) => sources.at(-1).dispatchEvent(new MessageEvent(kind, { data }));
        window.tell = (...events) => say("lines", [{ run: "run", cursor: "c", anew: false }, ...events].map(line => JSON.stringify(line)).join("\n"));
        window.step = n => ({ event: "step", step: n, epoch: 1, seconds: n, loss: 1 / n, tasks: {}, auxiliary: {}, auxiliary_loss: 0, rate: 0.1, rows_per_second: 100, left_seconds: 1 });
        window.validation = n => ({ event: "validation", step: n, epoch: 1, seconds: n, value: 0.7, best: 0.7, improved: true, cells: [{ column: null, scenario: null, task: "click", rows: 9, positives: 3, auc: 0.7, log_loss: 0.1 }] });
        window.changesOf = selector => {
          const changes = { count: 0 };
          new MutationObserver(list => changes.count += list.length).observe(document.querySelector(selector), { subtree: true, childList: true, characterData: true, attributes: true });
          return changes;
        };
        """;

    const string Begin = """
        () => {
          say("runs", JSON.stringify([{ id: "run", name: "run", model: "mmoe", started: "2026-01-01", ended: null, fresh: true, bundle: false, live: true }]));
          tell({ event: "run", version: 1, name: "run", started: "2026-01-01", model: "mmoe", tasks: ["click"], levels: [], parameters: 1, epochs: 9, steps_per_epoch: 1000, batch_size: 1, rows: { train: 1, validation: 1, test: 1 }, monitor: "auc", higher_is_better: true },
            ...Array.from({ length: 10 }, (_, i) => step(i + 1)), validation(10));
        }
        """;

    [BrowserFact]
    public async Task Words_ManyEventsAtOnce_AreWrittenOnce()
    {
        await using var opened = await OpenAsync();
        var page = opened.Page;
        await page.EvaluateAsync("() => { window.changes = changesOf('.status tbody tr td:nth-child(4)'); for (let n = 11; n <= 60; n++) tell(step(n)); }");
        await Assertions.Expect(page.Locator(".status tbody td").Nth(2)).ToContainTextAsync("60 of", new() { Timeout = Patience });
        (await page.EvaluateAsync<int>("() => changes.count")).ShouldBe(1);
        opened.Watched.Errors.ShouldBeEmpty();
    }

    [BrowserFact]
    public async Task Figures_OthersHaveNewData_StayAsTheyAre()
    {
        await using var opened = await OpenAsync();
        var page = opened.Page;
        await page.EvaluateAsync("() => { window.others = changesOf('#auc'); for (let n = 11; n <= 60; n++) tell(step(n)); }");
        await page.Mouse.MoveAsync(40, 40);
        await Assertions.Expect(page.Locator("#loss .description")).ToContainTextAsync("at step 60", new() { Timeout = 2 * Patience });
        (await page.EvaluateAsync<int>("() => others.count")).ShouldBe(0);

        await page.EvaluateAsync("() => tell({ ...validation(60), value: 0.8 })");
        await page.Mouse.MoveAsync(60, 60);
        await Assertions.Expect(page.Locator("#auc .description")).ToContainTextAsync("0.8000 at step 60", new() { Timeout = 2 * Patience });
        opened.Watched.Errors.ShouldBeEmpty();
    }

    /// <summary>With less than a hundredth of new points, and nobody at the page, a figure may be a minute old, but not the end of a training.</summary>
    [BrowserFact]
    public async Task Figures_TrainingEnds_ShowItsLastStep()
    {
        await using var opened = await OpenAsync();
        var page = opened.Page;
        await page.EvaluateAsync("() => tell(...Array.from({ length: 290 }, (_, i) => step(i + 11)))");
        await page.EvaluateAsync("() => tell(step(301), { event: 'end', step: 301, seconds: 301, reason: 'finished', best_step: 10, best_epoch: 1, best_value: 0.7 })");
        await Assertions.Expect(page.Locator("#loss .description")).ToContainTextAsync("at step 301", new() { Timeout = Patience });
        await Assertions.Expect(page.Locator(".status .news")).ToContainTextAsync("finished at step 301", new() { Timeout = Patience });
    }

    /// <summary>A page on which every figure is in view and has been drawn.</summary>
    async Task<OpenedPage> OpenAsync()
    {
        var folder = Directory.CreateTempSubdirectory();
        var server = await PageServer.StartAsync(new PageOptions { Folder = folder.FullName });
        var watched = await browser.OpenAsync(new() { ViewportSize = new() { Width = 1300, Height = 4000 } });
        watched.Page.SetDefaultTimeout(Patience);
        await watched.Page.AddInitScriptAsync(Stream);
        await watched.Page.GotoAsync(server.Address.AbsoluteUri);
        await watched.Page.EvaluateAsync(Begin);
        foreach (var id in (string[])["#loss", "#auc", "#speed"]) await watched.Page.Locator($"{id} svg").First.WaitForAsync();
        await Assertions.Expect(watched.Page.Locator(".status tbody td").Nth(2)).ToContainTextAsync("10 of", new() { Timeout = Patience });
        return new OpenedPage(folder, server, watched);
    }

    sealed record OpenedPage(DirectoryInfo Folder, PageServer Server, WatchedPage Watched) : IAsyncDisposable
    {
        public IPage Page => Watched.Page;

        public async ValueTask DisposeAsync()
        {
            await Watched.DisposeAsync();
            await Server.DisposeAsync();
            Folder.Delete(recursive: true);
        }
    }
}
