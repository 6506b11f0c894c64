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
    /// <param name="path">The log.</param>
    /// <param name="warn">Hears of lines that are no events, as a power failure leaves them, which are left out; null where such a line is an error.</param>
    /// <exception cref="InputException">The file cannot be read, or a line of it is no event.</exception>
    public static ImmutableArray<MetricEvent> Read(string path, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var events = ImmutableArray.CreateBuilder<MetricEvent>();
            var damaged = new List<int>();
            foreach (var (i, line) in WholeLines(path).Index())
            {
                try
                {
                    if (MetricJson.Parse(line) is { } happened) events.Add(happened);
                }
                catch (JsonException e)
                {
                    if (warn is null) throw new InputException($"{path}, line {i + 1}: not a metric event ({e.Message.TrimEnd('.')}); train the run again to write the file anew.", e);
                    damaged.Add(i + 1);
                }
            }

            if (damaged.Count > 0) warn?.Invoke($"{path}: {damaged.Count} of its lines, the first at {damaged[0]}, {(damaged.Count == 1 ? "is no metric event and is" : "are no metric events and are")} left out");
            return events.DrainToImmutable();
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
}
