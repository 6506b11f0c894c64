using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Reads a run's metrics.jsonl, also while the run writes it: a last line without its end is left out.</summary>
public static class MetricLogReader
{
    /// <summary>Name of the log in a run's output folder.</summary>
    public const string FileName = "metrics.jsonl";

    /// <summary>The log in a run's output folder.</summary>
    public static string PathIn(string output) => Path.Combine(output, FileName);

    /// <summary>All events of a log; kinds that a later version writes are left out.</summary>
    /// <exception cref="InputException">The file cannot be read, or a line of it is no event.</exception>
    public static ImmutableArray<MetricEvent> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return [.. WholeLines(path).Select((line, i) => Parse(path, line, i + 1)).OfType<MetricEvent>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {e.Message.TrimEnd('.')}; train the run again to write it, or name another run.", e);
        }
    }

    /// <summary>The lines that have their end.</summary>
    internal static ImmutableArray<string> WholeLines(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n');
        return [.. lines.AsSpan(0, lines.Length - 1)];
    }

    static MetricEvent? Parse(string path, string line, int number)
    {
        try
        {
            return MetricJson.Parse(line);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}, line {number}: not a metric event ({e.Message.TrimEnd('.')}); train the run again to write the file anew.", e);
        }
    }
}
