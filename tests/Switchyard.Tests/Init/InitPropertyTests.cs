using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Tests;

/// <summary>Random tables with odd names and odd values: init writes a configuration that loads and whose import needs nothing else.</summary>
public sealed class InitPropertyTests
{
    static readonly string[] Names =
    [
        "click", "label", "is_click", "purchase", "rating", "user_id", "session_id", "id", "date", "timestamp", "channel", "country", "price",
        "tags", "y", "row", "hash", "is", "not", "null", "true", "naïve", "a b", "with\"quote", "it's", "x,y", "#", "a: b", "- d", "{e}", "[f]", "${HOME}",
        "tab\there", "line\nbreak", "日本語", "🙂", "1", "0.5", "*", "&anchor", "!tag", "|", ">", "%", "@", "back`tick", "", "…", " lead", "~", "=", "<<", "\u0085", "\u2028",
    ];

    [Theory]
    [InlineData(1, 400)]
    [InlineData(2, 400)]
    [InlineData(3, 400)]
    public void Init_RandomTable_WritesAConfigurationThatLoadsAndReads(int seed, int tables)
    {
        var random = new Random(seed);
        using var log = new GeneratedLog();
        var written = 0;
        for (var table = 0; table < tables; table++)
        {
            var csv = Write(log, random);
            try
            {
                if (Check(log, csv)) written++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"table {table}: {e.Message}\n{File.ReadAllText(csv)}\n{(File.Exists(log.Configuration) ? File.ReadAllText(log.Configuration) : "")}", e);
            }
        }

        // The others have no column besides the label.
        written.ShouldBeGreaterThan(tables * 9 / 10);
    }

    /// <summary>False where the table has nothing to learn from, and init says so.</summary>
    static bool Check(GeneratedLog log, string csv)
    {
        RunConfiguration run;
        try
        {
            run = InitTests.Init(log, [csv], force: true);
        }
        catch (InputException e) when (e.Message.Contains("besides the label", StringComparison.Ordinal) || e.Message.Contains("name that a condition can use", StringComparison.Ordinal))
        {
            return false;
        }

        run.Data.Fields.Select(f => f.Name).Intersect(run.Data.Tasks.SelectMany(t => t.Label.Columns)).ShouldBeEmpty();
        var report = Run.Validate(run, null, SilentReporter.Instance);
        report.Findings.Where(f => f.Check is "unreadable" or "split" or "number" or "weight" or "label" && f.Text.Contains("stop training", StringComparison.Ordinal)).ShouldBeEmpty();
        report.ToText().Split('\n').Count(l => l.StartsWith("PASS ", StringComparison.Ordinal) || l.StartsWith("WARN ", StringComparison.Ordinal) || l.StartsWith("FAIL ", StringComparison.Ordinal))
            .ShouldBe(report.Findings.Length);
        return true;
    }

    static string Write(GeneratedLog log, Random random)
    {
        log.Rows.Clear();
        var columns = Names.OrderBy(_ => random.Next()).Take(2 + random.Next(8)).Select(n => (Name: n, Kind: random.Next(16), Missing: random.Next(3) == 0 ? random.NextDouble() : 0)).ToList();
        var rows = 1 + random.Next(random.Next(3) == 0 ? 300 : 40);
        for (var i = 0; i < rows; i++)
            log.Rows.Add(columns.ToDictionary(c => c.Name, c => random.NextDouble() < c.Missing ? "" : Value(c.Kind, i, random), StringComparer.Ordinal));
        return log.WriteCsv();
    }

    static string Value(int kind, int row, Random random) => kind switch
    {
        0 => random.Next(2).ToString(CultureInfo.InvariantCulture),
        1 => random.Next(2) == 0 ? "true" : "FALSE",
        2 => random.Next(6).ToString(CultureInfo.InvariantCulture),
        3 => (random.NextDouble() * 1e6).ToString("R", CultureInfo.InvariantCulture),
        4 => $"2024-{1 + random.Next(12):00}-{1 + random.Next(28):00}{(random.Next(2) == 0 ? " 10:00:00" : "")}",
        5 => $"{random.Next(1, 9999):0000}-99-99",
        6 => $"{1_700_000_000 + random.Next(1_000_000)}",
        7 => $"202401{1 + random.Next(28):00}",
        8 => $"v{row}",
        9 => string.Join(random.Next(9) == 0 ? ";" : "|", Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(9))),
        10 => "same",
        11 => Names[random.Next(Names.Length)],
        12 => random.Next(2) == 0 ? "it's \"both\"" : "yes",
        13 => random.Next(3) == 0 ? "NaN" : $"-{random.NextDouble().ToString("E3", CultureInfo.InvariantCulture)}",
        14 => random.Next(4) == 0 ? "NULL" : $"{random.Next(100)}",
        _ => new string((char)random.Next(32, 0x2FF), 1 + random.Next(3)),
    };
}
