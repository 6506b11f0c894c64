using Spectre.Console;

namespace Switchyard.Cli;

/// <summary>Draws a comparison on a terminal: its models, their differences and what they mean. The cells stand in the report's files.</summary>
static class CompareWriter
{
    /// <summary>Wide enough for the table of models, where the output is no terminal.</summary>
    const int PlainWidth = 180;

    public static void Write(IAnsiConsole console, ComparisonReport report)
    {
        console.Profile.Width = Math.Max(console.Profile.Width, PlainWidth);
        var level = report.Level == "total" ? "leaf" : report.Level;
        var table = new Table { Border = TableBorder.Simple };
        foreach (var head in new[] { "variant", $"mean AUC {level}", $"against {report.Comparison.Baseline}", ComparisonColumns.Coverage(report), "validation", "weights", "active", "rows/s", "memory", "seeds" })
            table.AddColumn(new TableColumn(Markup.Escape(head)) { Alignment = head == "variant" ? Justify.Left : Justify.Right, NoWrap = true });
        foreach (var variant in report.Variants)
        {
            var difference = report.Differences
                .FirstOrDefault(d => d.Of.IsMean && d.Of.Level == report.Level && d.Variant == variant.Name && d.Reference == report.Comparison.Baseline)?.Bootstrap;
            table.AddRow(
                Cells(
                    variant.Size is VariantSize.Own ? $"{variant.Name} (own size)" : variant.Name,
                    ComparisonColumns.Text(variant.Means.FirstOrDefault(m => m.Level == level)?.Auc),
                    ComparisonColumns.Signed(difference?.Value),
                    ComparisonColumns.Range(difference),
                    ComparisonColumns.Text(variant.Validation),
                    ComparisonColumns.Number(variant.Runs[0].DenseParameters),
                    ComparisonColumns.Number(variant.Runs.Average(r => r.ActiveParameters)),
                    ComparisonColumns.Speed(variant),
                    ComparisonColumns.Bytes(variant.Runs.Max(r => r.PeakMemory)),
                    $"{variant.Runs.Length}"));
        }

        console.Write(table);
        foreach (var verdict in report.Verdicts) console.WriteLine(VerdictText.Of(verdict, report));
        if (report.HasOneSeed) console.WriteLine(ComparisonColumns.OneSeed);
        if (report.Variants.All(v => v.Name != report.Comparison.Baseline)) console.WriteLine(ComparisonColumns.NoDifferences(report));
        foreach (var failed in report.Failed) console.WriteLine($"failed: {failed.Variant}, seed {failed.Seed}: {failed.Failure}");
        if (!report.Missing.IsEmpty) console.WriteLine($"not run yet: {string.Join(", ", report.Missing)}");
        console.WriteLine($"full report: {Path.GetRelativePath(Directory.GetCurrentDirectory(), Path.Combine(report.Comparison.OutputDirectory, "report.md"))}");
    }

    static Markup[] Cells(params string[] texts) => [.. texts.Select(t => new Markup(Markup.Escape(t)))];
}
