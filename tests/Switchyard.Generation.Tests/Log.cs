using System.Globalization;

namespace Switchyard.Generation.Tests;

/// <summary>A generated log, read back.</summary>
sealed class Log
{
    Log(string text, string probabilities, Truth truth)
    {
        (Text, Truth) = (text, truth);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Header = lines[0].Split(',');
        Rows = [.. lines.Skip(1).Select(l => l.Split(','))];
        Probabilities = [.. probabilities.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(l => l.Split(',').Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray())];
    }

    public string Text { get; }

    public Truth Truth { get; }

    public string[] Header { get; }

    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>click, click_served, purchase, purchase_served.</summary>
    public IReadOnlyList<double[]> Probabilities { get; }

    public static Log Of(FundSearchOptions options, long rows)
    {
        using var log = new StringWriter();
        using var probabilities = new StringWriter();
        var truth = GeneratedLog.Write(new FundSearchWorld(options), rows, log, probabilities);
        return new Log(log.ToString(), probabilities.ToString(), truth);
    }

    public string Value(int row, string column) => Rows[row][Array.IndexOf(Header, column)];

    public bool Is(int row, string label) => Value(row, label) == "1";

    public string Scenario(int row) => $"{Value(row, "channel")}/{Value(row, "domain")}";

    public IEnumerable<int> Where(Func<int, bool> condition) => Enumerable.Range(0, Rows.Count).Where(condition);
}
