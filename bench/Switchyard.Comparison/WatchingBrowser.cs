using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Switchyard.Comparison;

/// <summary>A Chromium without a window that shows a page, as somebody's browser on the same machine does.</summary>
sealed partial class WatchingBrowser : IDisposable
{
    /// <summary>Its start costs seconds of a processor, the last of them half a minute later, which belong to no training.</summary>
    static readonly TimeSpan Settling = TimeSpan.FromSeconds(40);

    readonly Process _process;
    readonly CancellationTokenSource _end = new();
    readonly HttpClient _client = new();
    readonly Task _looking;
    volatile bool _seen;

    // Looked for once, when it is at rest: looking takes longer than a signal.
    int[]? _stopped;

    WatchingBrowser(Process process, int port)
    {
        _process = process;
        _looking = LookAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/json/list")));
    }

    /// <summary>Whether the page's title has told of a running training.</summary>
    public bool HasSeenTraining => _seen;

    /// <summary>Opens a page; done when the browser is at rest.</summary>
    /// <param name="page">Its address.</param>
    /// <param name="profile">Folder for the browser's files.</param>
    public static async Task<WatchingBrowser> StartAsync(Uri page, string profile)
    {
        var name = Environment.GetEnvironmentVariable("SWITCHYARD_CHROMIUM") is { Length: > 0 } given ? given : "chromium";
        var start = new ProcessStartInfo(name) { RedirectStandardError = true };
        foreach (var argument in (string[])["--headless=new", "--no-sandbox", "--no-first-run", "--remote-debugging-port=0", $"--user-data-dir={profile}", "--window-size=1300,1100", page.AbsoluteUri])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        while (await process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (Listening().Match(line) is not { Success: true } match) continue;
            await Task.Delay(Settling).ConfigureAwait(false);
            return new WatchingBrowser(process, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }

        throw new InvalidOperationException($"{name} did not start; install Chromium, or set SWITCHYARD_CHROMIUM to one.");
    }

    /// <summary>Processor seconds of all its processes so far.</summary>
    public double ProcessorSeconds() => ProcessTree.ProcessorSeconds(_process.Id);

    /// <summary>Halts all its processes, until <see cref="Continue"/>. Linux only.</summary>
    public void Stop()
    {
        _stopped ??= [.. ProcessTree.Below(_process.Id)];
        foreach (var id in _stopped) _ = Signal(id, 19);
    }

    /// <summary>Lets them go on.</summary>
    public void Continue()
    {
        foreach (var id in _stopped ?? []) _ = Signal(id, 18);
    }

    public void Dispose()
    {
        Continue();
        _end.Cancel();
        _looking.Wait();
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _client.Dispose();
        _end.Dispose();
    }

    // Seldom: it is no part of what somebody's browser does.
    async Task LookAsync(Uri pages)
    {
        try
        {
            while (!_seen)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _end.Token).ConfigureAwait(false);
                _seen = Epoch().IsMatch(await _client.GetStringAsync(pages, _end.Token).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Signal(int process, int signal);

    [GeneratedRegex(@"""title"": ""\d+/")]
    private static partial Regex Epoch();

    [GeneratedRegex(@"DevTools listening on ws://127\.0\.0\.1:(\d+)/")]
    private static partial Regex Listening();
}
