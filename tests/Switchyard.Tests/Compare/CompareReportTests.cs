using System.Collections.Immutable;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard.Tests;

/// <summary>What a report says of times, of errors and of losses.</summary>
public sealed class CompareReportTests
{
    const string One = "base: run.yaml\nseeds: [1]\nbootstrap: {samples: 100}\nvariants: {mmoe: {}, pooled: {model.experts: 1}}\n";

    [Fact]
    public void Compare_ResumedRun_IsMarkedInItsSeconds()
    {
        using var folder = new CompareFolder();
        using var cancel = new CancellationTokenSource();
        folder.Stepped = step =>
        {
            if (step == 20) cancel.Cancel();
        };
        Should.Throw<OperationCanceledException>(() => folder.Compare(One, cancellation: cancel.Token));
        folder.Stepped = null;

        var report = folder.Compare(One);

        report.Variants.Select(v => v.Runs[0].Resumed).ShouldBe([true, false]);
        ComparisonColumns.Seconds(report.Variants[0]).ShouldStartWith("≥ ");
        ComparisonColumns.Seconds(report.Variants[1]).ShouldNotContain("≥");
        report.ToMarkdown().ShouldContain("Seconds with ≥: some seed went on from a checkpoint");
    }

    [Fact]
    public void Compare_Data_CountsTheTrainingRowsOfEveryCell()
    {
        using var folder = new CompareFolder();
        var report = folder.Compare(One);
        var lines = File.ReadAllLines(folder.Place("data.csv")).Skip(1).Select(l => l.Split(',')).Where(f => int.Parse(f[5], System.Globalization.CultureInfo.InvariantCulture) <= 7).ToList();

        report.Data.TrainingRows.ShouldBe(lines.Count);
        (report.Data.Epochs, report.Data.BatchSize, report.Data.MinPositives).ShouldBe((2, 64, 2));
        report.Data.Scenario.ShouldBe(["region"]);
        report.Data.Training.Where(c => c.Task == "click").ShouldBe(
            lines.GroupBy(f => f[0]).Select(r => new TrainingCell(r.Key, "click", r.Count(), r.Count(f => f[3] == "1"))), ignoreOrder: true);
        using var json = JsonDocument.Parse(report.ToJson());
        json.RootElement.GetProperty("data").GetProperty("training")[0].GetProperty("rows").GetInt64().ShouldBe(report.Data.Training[0].Rows);
    }

    [Fact]
    public void Compare_RunThatCannotBeSaved_NamesVariantAndSeed()
    {
        using var folder = new CompareFolder();
        Directory.CreateDirectory(folder.Place("runs/compare"));
        File.WriteAllText(folder.Place("runs/compare/results"), "in the way");

        var message = Should.Throw<InputException>(() => folder.Compare(One.Replace("[1]", "[7]", StringComparison.Ordinal))).Message;

        message.ShouldStartWith("variant mmoe, seed 7: ");
        message.ShouldContain("cannot be written");
        message.ShouldNotContain('\n');
    }

    /// <summary>Two variants, two controls and two cells are a family of eight: 0.02 is enough alone, and in its own line, but not here.</summary>
    [Theory]
    [InlineData(0.02, 0)]
    [InlineData(0.005, 1)]
    public void Losses_OneCell_IsCorrectedOverAllVariantsControlsAndCells(double p, int losses)
    {
        using var folder = new CompareFolder();
        var comparison = folder.Load(One.Replace("mmoe: {}", "a: {}, b: {}, single: {}", StringComparison.Ordinal));
        ImmutableArray<ValueDifference> differences =
        [
            .. from reference in new[] { "single", "pooled" }
               from variant in new[] { "a", "b", "single", "pooled" }
               where variant != reference
               from cell in new[] { 0, 1 }
               select Difference(variant, reference, cell, "level1", variant == "b" && reference == "pooled" && cell == 1 ? p : 0.9),
            // Of a control and of another level: in no family.
            Difference("single", "pooled", 2, "level1", 0.0001),
            Difference("a", "pooled", 2, "leaf", 0.0001),
        ];

        var lost = ComparisonBuilder.Losses(comparison, differences, "level1");

        lost.Length.ShouldBe(losses);
        lost.ShouldAllBe(d => d.Variant == "b" && d.Reference == "pooled" && d.Of.Node == 1);
    }

    static ValueDifference Difference(string variant, string reference, int cell, string level, double p) => new(
        variant,
        reference,
        new ComparedValue(ComparedMetric.Auc, cell, level, $"r{cell}", "click", 100, 20, 20),
        new Interval(-0.1, -0.2, 0, p),
        null,
        p);
}
