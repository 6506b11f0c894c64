using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Ui;

/// <summary>
/// Server-sent events of some runs, for one viewer: the list of runs where it changes, and the new lines of every log that is watched. A
/// log is looked at only while somebody watches, twice a second. At first all that is new is said at once; later it is gathered for seconds,
/// for each event wakes a browser that may run on the cores of the training. What somebody waits for never is.
/// </summary>
sealed class RunStream(RunFolder folder, TimeProvider time)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    static readonly TimeSpan SilenceAtMost = TimeSpan.FromSeconds(15);

    readonly List<Watched> _watched = [];
    ImmutableArray<RunSummary> _runs;
    string _list = "";
    long _spoke;

    /// <summary>Answers until the viewer goes or the server stops.</summary>
    /// <param name="context">Its query names runs (<c>run</c>) and, in the same order, where each was read up to (<c>from</c>).</param>
    /// <param name="stopping">The server ends.</param>
    public async Task AnswerAsync(HttpContext context, CancellationToken stopping)
    {
        if (!TryWatch(context.Request.Query))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var response = context.Response;
        response.ContentType = "text/event-stream";
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var timer = new PeriodicTimer(Look, time);
        var began = _spoke = time.GetTimestamp();
        var told = began;
        try
        {
            do
            {
                await SayListAsync(response, end.Token).ConfigureAwait(false);
                var isDue = time.GetElapsedTime(began) < First || time.GetElapsedTime(told) >= Pause;
                if (isDue) told = time.GetTimestamp();
                foreach (var run in _watched) await SayLinesAsync(run, isDue, response, end.Token).ConfigureAwait(false);
                if (time.GetElapsedTime(_spoke) >= SilenceAtMost) await SayAsync(response, ":\n\n", end.Token).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(end.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            if (!context.RequestAborted.IsCancellationRequested) await SayGoodbyeAsync(response, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>The last lines, and that this end is on purpose.</summary>
    async Task SayGoodbyeAsync(HttpResponse response, CancellationToken gone)
    {
        foreach (var run in _watched) await SayLinesAsync(run, isDue: true, response, gone).ConfigureAwait(false);
        await SayAsync(response, "event: bye\ndata: {}\n\n", gone).ConfigureAwait(false);
    }

    bool TryWatch(IQueryCollection query)
    {
        var (runs, places) = (query["run"], query["from"]);
        for (var i = 0; i < runs.Count; i++)
        {
            LogCursor? from = i < places.Count && places[i] is { Length: > 0 } text ? LogCursor.Parse(text) : default(LogCursor);
            if (from is not { } cursor || runs[i] is not { Length: > 0 } id) return false;
            _watched.Add(new Watched(id, cursor));
        }

        return true;
    }

    Task SayListAsync(HttpResponse response, CancellationToken cancellation)
    {
        // The folder has the same list until it looks again.
        var runs = folder.Runs();
        if (runs == _runs) return Task.CompletedTask;
        _runs = runs;
        var list = RunList.Of(runs).ToJsonString();
        if (list == _list) return Task.CompletedTask;
        _list = list;
        return SayAsync(response, $"event: runs\ndata: {list}\n\n", cancellation);
    }

    /// <summary>Says the new lines where they are due, or where one of them is waited for.</summary>
    async Task SayLinesAsync(Watched run, bool isDue, HttpResponse response, CancellationToken cancellation)
    {
        if (folder.Find(run.Id) is not { } found) return;
        var file = new FileInfo(found.Log);
        var isSame = !file.Exists || (run.Length == file.Length && run.Written == file.LastWriteTimeUtc);
        if (isSame && !(isDue && run.IsHeld)) return;
        if (!isSame) (run.Length, run.Written) = (file.Length, file.LastWriteTimeUtc);
        run.IsHeld = !isDue && !IsAwaited(run, found.Log);
        if (run.IsHeld) return;
        while (true)
        {
            var piece = RunLog.Read(found.Log, run.Cursor);
            run.Cursor = run.Seen = piece.Next;
            if (piece is { Lines.IsEmpty: true, IsAnew: false }) return;
            await SayAsync(response, Event(run, piece), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a line that was not looked at yet answers a button or ends the run, or the log began anew.</summary>
    static bool IsAwaited(Watched run, string log)
    {
        var piece = RunLog.Read(log, run.Seen);
        run.Seen = piece.Next;
        return piece.IsAnew || piece.Lines.Span.IndexOf("{\"event\":\"control\""u8) >= 0 || piece.Lines.Span.IndexOf("{\"event\":\"end\""u8) >= 0;
    }

    /// <summary>An event is of lines "data:", here a head and then those of the log as they are.</summary>
    static string Event(Watched run, in LogPiece piece)
    {
        var head = new JsonObject { ["run"] = run.Id, ["cursor"] = run.Cursor.ToString(), ["anew"] = piece.IsAnew };
        var text = new StringBuilder("event: lines\ndata: ").Append(head.ToJsonString());
        foreach (var line in Encoding.UTF8.GetString(piece.Lines.Span).TrimEnd('\n').Split('\n')) text.Append("\ndata: ").Append(line);
        return text.Append("\n\n").ToString();
    }

    async Task SayAsync(HttpResponse response, string text, CancellationToken cancellation)
    {
        await response.WriteAsync(text, cancellation).ConfigureAwait(false);
        await response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        _spoke = time.GetTimestamp();
    }

    /// <summary>A log and how far the viewer has it.</summary>
    sealed class Watched(string id, LogCursor cursor)
    {
        public string Id { get; } = id;

        public LogCursor Cursor { get; set; } = cursor;

        /// <summary>How far the log was looked at.</summary>
        public LogCursor Seen { get; set; } = cursor;

        /// <summary>There are lines that the viewer has not been told.</summary>
        public bool IsHeld { get; set; }

        public long Length { get; set; } = -1;

        public DateTime Written { get; set; }
    }
}
