using Microsoft.Playwright;

namespace Switchyard.Browser.Tests;

/// <summary>One browser for all tests; each opens pages of its own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    IPlaywright? _playwright;
    IBrowser? _browser;

    /// <summary>The installed Chromium; null where there is none.</summary>
    public static string? Executable { get; } = Find();

    public async Task InitializeAsync()
    {
        if (Executable is null) return;
        _playwright = await Playwright.CreateAsync();

        // The sandbox wants rights that a container's root does not have; the pages are our own.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = ["--no-sandbox"] });
    }

    /// <summary>A new page in a context of its own.</summary>
    public async Task<WatchedPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        var context = await _browser!.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1300, Height = 900 } });
        return new WatchedPage(context, await context.NewPageAsync());
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("SWITCHYARD_CHROMIUM") is { Length: > 0 } given) return given;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}

/// <summary>A page that remembers what it complained about and whom it asked.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    readonly IBrowserContext _context;
    readonly List<string> _errors = [];
    readonly List<string> _requests = [];

    public WatchedPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Note(_errors, message.Text);
        };
        page.PageError += (_, error) => Note(_errors, error);
        page.Request += (_, request) => Note(_requests, request.Url);
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the console, and exceptions that nobody caught.</summary>
    public IReadOnlyList<string> Errors => Copy(_errors);

    /// <summary>Addresses the page has asked for, its own among them.</summary>
    public IReadOnlyList<string> Requests => Copy(_requests);

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    static void Note(List<string> list, string text)
    {
        lock (list) list.Add(text);
    }

    static string[] Copy(List<string> list)
    {
        lock (list) return [.. list];
    }
}

[CollectionDefinition(Name)]
public sealed class BrowserGroup : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}
