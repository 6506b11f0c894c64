using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;

namespace Switchyard.Ui.Tests;

/// <summary>A page of a folder of its own, and a client that knows its address.</summary>
sealed class RunningPage : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("switchyard").FullName;
    PageServer? _server;
    HttpClient? _client;

    /// <summary>What the page did to the run of its process.</summary>
    public List<string> Acts { get; } = [];

    public PageServer Server => _server!;

    /// <summary>The server's clock; null for the system's.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Whether the run has made its last step.</summary>
    public bool HasEnded { get; set; }

    public HttpClient Client => _client!;

    public string Folder => _folder;

    /// <summary>Starts it, with the run of this process in the folder named, or without one, and with files of recorded requests.</summary>
    public async Task<RunningPage> StartAsync(string? live = null, params ImmutableArray<string> records)
    {
        var run = live is null ? null : new LiveRun(Path.Combine(_folder, live))
        {
            Stop = () => Act("stop"),
            Checkpoint = () => Act("checkpoint"),
            ScaleRate = factor => Act(string.Create(CultureInfo.InvariantCulture, $"rate {factor}")),
        };
        _server = await PageServer.StartAsync(new PageOptions { Folder = _folder, Live = run, Records = records }, new LivePage("the script"), Time);
        _client = new HttpClient { BaseAddress = _server.Address };
        return this;
    }

    public string Log(string run)
    {
        Directory.CreateDirectory(Path.Combine(_folder, run));
        return Path.Combine(_folder, run, "metrics.jsonl");
    }

    /// <summary>Replaces a log, as a resumed run does: a reader sees the old one or the new one.</summary>
    public void Write(string run, params string[] lines)
    {
        var written = Log(run) + ".new";
        File.WriteAllText(written, string.Concat(lines.Select(l => l + "\n")));
        File.Move(written, Log(run), overwrite: true);
    }

    public void Append(string run, string text) => File.AppendAllText(Log(run), text);

    public Task<HttpResponseMessage> ActAsync(object action) => Client.PostAsJsonAsync("control", action);

    public async Task<EventReader> WatchAsync(string query) => new(await Client.GetStreamAsync(new Uri("stream?" + query, UriKind.Relative)));

    bool Act(string what)
    {
        if (!HasEnded) Acts.Add(what);
        return !HasEnded;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Reads server-sent events.</summary>
sealed class EventReader(Stream stream) : IDisposable
{
    readonly StreamReader _reader = new(stream, Encoding.UTF8);

    /// <summary>The next event of a name, its lines of data in one text; null where the server ended without one.</summary>
    public async Task<string?> NextAsync(string name)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (current, data) = ("", new List<string>());
        while (await _reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) current = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data.Add(line[6..]);
            else if (line.Length == 0)
            {
                if (current == name) return string.Join('\n', data);
                (current, data) = ("", []);
            }
        }

        return null;
    }

    public void Dispose() => _reader.Dispose();
}
