using System.Globalization;
using System.Text.Json;
using CsvHelper;

namespace Switchyard.Comparison;

/// <summary>
/// The report of a comparison beside the same models in PyTorch and gradient boosting (independent code; the numbers are those of the
/// reference document that came with the data, copied to peers/reference_results.csv).
/// </summary>
static class Parity
{
    /// <summary>A difference smaller than this is no difference, whatever the spread.</summary>
    const double Floor = 0.003;

    /// <summary>Prints a line for every metric of every variant that the reference has too.</summary>
    /// <param name="report">The report.json of <c>switchyard compare</c>.</param>
    /// <param name="protocol">Protocol of the reference: t1n, t2n, r, rn.</param>
    public static void Print(string report, string protocol)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(report));
        var reference = Reference(protocol);
        var (lines, below) = (0, 0);
        Console.WriteLine("| model | metric | Switchyard | reference | difference | allowed below | reached |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var variant in document.RootElement.GetProperty("variants").EnumerateArray())
        {
            var name = variant.GetProperty("variant").GetString()!;
            foreach (var (metric, theirs) in reference.Where(r => r.Model == name).Select(r => (r.Metric, r.Value)))
            {
                if (Ours(variant, metric) is not { } ours) continue;
                var allowed = Math.Max(2 * Math.Sqrt(SquaredError(ours) + SquaredError(theirs)), Floor);
                var difference = ours.Mean - theirs.Mean;
                lines++;
                if (difference < -allowed) below++;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {metric} | {ComparisonColumns.Text(ours)} | {ComparisonColumns.Text(theirs)} | {ComparisonColumns.Signed(difference)} | {allowed:0.0000} | {(difference < -allowed ? "**no**" : "yes")} |"));
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{lines - below} of {lines} lines reach the reference.");
    }

    /// <summary>Of the mean; one seed says nothing of it.</summary>
    static double SquaredError(Spread spread) => spread.Deviation is { } deviation ? deviation * deviation / spread.Seeds : 0;

    static List<(string Model, string Metric, Spread Value)> Reference(string protocol)
    {
        List<(string, string, Spread)> lines = [];
        using var reader = CsvReader.FromFile(Path.Combine(AppContext.BaseDirectory, "reference_results.csv"));
        while (reader.Read())
        {
            var metric = reader.GetString("metric");
            if (reader.GetString("protocol") == protocol && metric.Split(':')[0] is ("mean_auc" or "auc"))
                lines.Add((reader.GetString("model"), metric, new Spread(Number("mean"), Number("deviation"), (int)Number("seeds"))));
        }

        return lines;

        double Number(string column) => double.Parse(reader.GetString(column), CultureInfo.InvariantCulture);
    }

    static Spread? Ours(JsonElement variant, string metric)
    {
        var (kind, what) = (metric.Split(':')[0], metric.Split(':')[1]);
        if (kind == "mean_auc") return variant.GetProperty("mean_auc").TryGetProperty(what, out var mean) ? Read(mean) : null;
        var total = variant.GetProperty("cells").EnumerateArray()
            .FirstOrDefault(c => c.GetProperty("level").GetString() == "total" && c.GetProperty("task").GetString() == what);
        return total.ValueKind == JsonValueKind.Undefined ? null : Read(total.GetProperty("auc"));
    }

    static Spread Read(JsonElement value) => new(
        value.GetProperty("mean").GetDouble(),
        value.GetProperty("sd") is { ValueKind: JsonValueKind.Number } sd ? sd.GetDouble() : null,
        value.GetProperty("seeds").GetInt32());
}
