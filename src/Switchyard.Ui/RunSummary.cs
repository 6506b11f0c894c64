using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.Ui;

/// <summary>A run as a list shows it: what its log begins and ends with.</summary>
sealed record RunSummary
{
    const int LastBytes = 1 << 16;

    /// <summary>
    /// Path of the run's folder below the folder that is shown, with /; the folder's own name where it is that one. Of a comparison's run
    /// the name of its log, without the ending, stands behind it.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Absolute path of the log.</summary>
    public required string Log { get; init; }

    /// <summary>Whether it is the run of this process, which takes actions of the page.</summary>
    public required bool IsLive { get; init; }

    /// <summary>Folder of its trained model, if there is one.</summary>
    public string Bundle => Path.Combine(Path.GetDirectoryName(Log)!, "model");

    /// <summary>Name that the run gave itself.</summary>
    public string? Name { get; init; }

    /// <summary>Name of its model.</summary>
    public string? Model { get; init; }

    /// <summary>When it was started (ISO 8601).</summary>
    public string? Started { get; init; }

    /// <summary>Why it ended; null where the log does not say: it runs, or was killed.</summary>
    public string? Ended { get; init; }

    /// <summary>Whether the log was written to in the last minute.</summary>
    public bool IsFresh { get; init; }

    /// <summary>Whether a trained model stands beside the log.</summary>
    public bool HasBundle { get; init; }

    /// <summary>Reads a log's first line and its last one.</summary>
    public static RunSummary Read(string id, string log, bool isLive, bool isFresh)
    {
        var summary = new RunSummary { Id = id, Log = log, IsLive = isLive, IsFresh = isFresh };
        summary = summary with { HasBundle = Path.GetFileName(log) == MetricLogReader.FileName && File.Exists(Path.Combine(summary.Bundle, "manifest.json")) };
        var first = First(RunLog.Read(summary.Log, default, LastBytes).Lines.Span);
        if (Event(first) is { } run && Text(run, "event") == "run")
            summary = summary with { Name = Text(run, "name"), Model = Text(run, "model"), Started = Text(run, "started") };
        return Event(Last(summary.Log)) is { } end && Text(end, "event") == "end" ? summary with { Ended = Text(end, "reason") } : summary;
    }

    /// <summary>The summary for the page.</summary>
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["name"] = Name,
        ["model"] = Model,
        ["started"] = Started,
        ["ended"] = Ended,
        ["fresh"] = IsFresh,
        ["bundle"] = HasBundle,
        ["live"] = IsLive,
    };

    static ReadOnlySpan<byte> First(ReadOnlySpan<byte> lines) => lines.IndexOf((byte)'\n') is >= 0 and var end ? lines[..end] : lines;

    // A line is far shorter than this, but for those of experts, which end no log.
    static byte[] Last(string log)
    {
        try
        {
            using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(LastBytes, file.Length), SeekOrigin.End);
            var bytes = new byte[LastBytes];
            var lines = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).TrimEnd((byte)'\n');
            return lines[(lines.LastIndexOf((byte)'\n') + 1)..].ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static JsonElement? Event(ReadOnlySpan<byte> line)
    {
        try
        {
            var element = JsonElement.Parse(line);
            return element.ValueKind == JsonValueKind.Object ? element : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
