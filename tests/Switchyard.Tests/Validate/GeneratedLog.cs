using System.Globalization;
using System.Text;

namespace Switchyard.Tests;

/// <summary>A generated log in a temporary folder: rows of named columns, changed by the test before they are written.</summary>
sealed class GeneratedLog : IDisposable
{
    static readonly string[] Channels = ["feed", "search", "mail"];

    public GeneratedLog() => Directory.CreateDirectory(Folder);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"switchyard-log-{Guid.NewGuid():N}");

    public List<Dictionary<string, string>> Rows { get; } = [];

    public string Configuration => Path.Combine(Folder, "run.yaml");

    /// <summary>
    /// A log without a defect: 10 days of 150 rows each in three channels; every user has rows on one day only, so that no user is on
    /// both sides of a split by day. Click depends on item and channel; buy is 1 only where click is.
    /// </summary>
    public static GeneratedLog Clean()
    {
        var log = new GeneratedLog();
        var random = new Random(7);
        for (var i = 0; i < 1500; i++)
        {
            var day = i / 150;
            var item = random.Next(40);
            var channel = random.Next(3);
            var click = random.NextDouble() < 0.15 + (0.01 * item) + (0.05 * channel);
            log.Rows.Add(new(StringComparer.Ordinal)
            {
                ["user_id"] = $"u{(day * 50) + random.Next(50)}",
                ["date"] = $"2024-03-{day + 1:00}",
                ["channel"] = Channels[channel],
                ["item_id"] = $"i{item}",
                ["price"] = (random.NextDouble() * 90).ToString("0.000", CultureInfo.InvariantCulture),
                ["tags"] = string.Join('|', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"t{random.Next(6)}")),
                ["click"] = click ? "1" : "0",
                ["buy"] = click && random.NextDouble() < 0.3 ? "1" : "0",
            });
        }

        return log;
    }

    /// <summary>The configuration for <see cref="Clean"/>, with lines added behind and texts replaced.</summary>
    public static string Yaml(string more = "", params (string Old, string New)[] changes)
    {
        var yaml =
            $$$"""
            sources: log.csv
            fields:
              - channel
              - item_id
              - {name: price, type: numeric}
              - {name: tags, type: multi-value}
            scenario: channel
            tasks: {click: click, buy: {label: buy, given: click}}
            split:
              train: date < 2024-03-08
              validation: ["date >= 2024-03-08", "date < 2024-03-09"]
              test: date >= 2024-03-09
            model: aesm2
            {{{more}}}
            """;
        foreach (var (old, replacement) in changes)
        {
            yaml.ShouldContain(old);
            yaml = yaml.Replace(old, replacement, StringComparison.Ordinal);
        }

        return yaml;
    }

    /// <summary>Changes a column of the rows that a test chooses.</summary>
    public GeneratedLog Set(string column, Func<Dictionary<string, string>, int, string> value)
    {
        for (var i = 0; i < Rows.Count; i++) Rows[i][column] = value(Rows[i], i);
        return this;
    }

    public string WriteCsv(string name = "log.csv", char separator = ',')
    {
        var text = new StringBuilder();
        text.AppendJoin(separator, Rows[0].Keys.Select(k => Quote(k, separator))).Append('\n');
        foreach (var row in Rows) text.AppendJoin(separator, Rows[0].Keys.Select(k => Quote(row[k], separator))).Append('\n');
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text.ToString());
        return path;
    }

    public DataReport Validate(string yaml, string? json = null)
    {
        if (!File.Exists(Path.Combine(Folder, "log.csv"))) WriteCsv();
        File.WriteAllText(Configuration, yaml);
        return Run.Validate(RunConfiguration.Load(Configuration), json, SilentReporter.Instance);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static string Quote(string value, char separator) =>
        value.AsSpan().IndexOfAny([separator, '"', '\n', '\r']) >= 0 || value.Length == 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
