using System.Globalization;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Inference;
using Switchyard.Models;

namespace Switchyard;

public static partial class Run
{
    /// <summary>
    /// Measures what a model loses, in every scenario and task, when a field's values are permuted among the rows. Fields that share a
    /// source column are permuted together; a scenario column with its level and those below. Position fields are fixed in scoring and left out.
    /// </summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="configuration">Which rows to read; null reads those of the run that trained the bundle.</param>
    /// <param name="options">Part, repeats, rows, seed; null for the defaults.</param>
    /// <param name="json">File for the report as JSON, null for none.</param>
    /// <param name="csv">File with a line for every field × scenario × task, null for none.</param>
    /// <param name="reporter">Hears the tables; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two batches.</param>
    public static ImportanceReport Importance(
        string bundle,
        RunConfiguration? configuration = null,
        ImportanceOptions? options = null,
        string? json = null,
        string? csv = null,
        IRunReporter? reporter = null,
        CancellationToken cancellation = default)
    {
        options ??= new ImportanceOptions();
        reporter ??= SilentReporter.Instance;
        options.Check();
        TextFile.RequireWritable(("--json", json), ("--csv", csv));
        var loaded = ModelBundle.Load(bundle, cancellation);
        configuration ??= ConfigurationOf(bundle, loaded.Metadata);
        using var data = OpenData(configuration, loaded.Ranker.Schema, reporter, cancellation);
        var part = options.Part ?? Measured(data);
        if (data.Rows(part) == 0) throw new InputException($"There is no {part.Name()} row to score; give split.{part.Name()} a condition that some rows meet, or name another part with --part.");
        using var pool = NewPool(configuration.Training.Threads);
        using var source = data.Open(part);
        var report = Measure(new Predictor(loaded.Ranker, pool), source, part, options, configuration.Evaluation, reporter, cancellation);
        reporter.Result(report.ToText());
        if (json is not null) TextFile.Write(json, report.ToJson());
        if (csv is not null) TextFile.Write(csv, report.WriteCsv);
        return report;
    }

    internal static ImportanceReport Measure(
        Predictor predictor, IBatchSource source, Part part, ImportanceOptions options, EvaluationOptions evaluation, IRunReporter reporter, CancellationToken cancellation)
    {
        var sample = RowSample.Read(source, options.Rows, options.Seed, cancellation);
        var schema = sample.Schema;
        var layout = PartEvaluation.LayoutOf(schema);
        int[] leaves = [.. Enumerable.Range(0, sample.Count).Select(sample.Leaf)];
        float[][] labels = [.. Enumerable.Range(0, schema.Tasks.Length).Select(t => sample.Labels(t)[..sample.Count])];
        var scores = new PermutedScores(predictor, sample);
        var comparison = new ScoreComparison(layout, evaluation, leaves, sample.Groups[..sample.Count], labels, predictor.Threads);
        if (comparison.Problem is { } problem)
        {
            throw new InputException(
                $"{sample.Count} {part.Name()} rows are too few to measure what is lost: {problem}; {(sample.Count < source.RowCount ? "raise --rows" : "name another part with --part")}, or lower evaluation.min_positives and evaluation.min_negatives.");
        }

        scores.Run(SampleColumns.None, [], cancellation);
        comparison.SetFirst(scores.Scores);
        float[][] unpermuted = [.. scores.Scores.Select(s => s.ToArray())];
        var evaluator = new Evaluator(layout, evaluation with { GroupMetrics = false }, predictor.Threads);
        evaluator.Add(leaves, default, scores.Scores, labels, sample.Count);
        var within = options.AcrossScenarios ? Permutation.Across(sample.Count) : new Permutation(leaves);
        var fields = new List<FieldImportance>();
        var columns = SampleColumns.Of(schema, predictor.Embedding.Fields);
        foreach (var unit in columns)
        {
            var permutation = unit.Level < 0 || options.AcrossScenarios ? within : new Permutation(LevelsAbove(sample, unit.Level));
            comparison.Clear();
            var moved = false;
            for (var repeat = 0; repeat < options.Repeats; repeat++)
            {
                scores.Run(unit, permutation.Draw(options.Seed, string.Create(CultureInfo.InvariantCulture, $"{unit.Unit.Column}/{repeat}")), cancellation);
                comparison.Add(scores.Scores);
                moved = moved || !Enumerable.Range(0, unpermuted.Length).All(task => scores.Scores[task].AsSpan().SequenceEqual(unpermuted[task]));
            }

            fields.Add(new FieldImportance(unit.Unit, comparison.Differences(), !moved));
            if (10 * fields.Count / columns.Length > 10 * (fields.Count - 1) / columns.Length)
                reporter.Message(string.Create(CultureInfo.InvariantCulture, $"permuted {fields.Count} of {columns.Length} fields"));
        }

        var significant = OneScenarioFinder.Significant(fields);
        return new ImportanceReport
        {
            Part = part,
            Rows = sample.Count,
            RowsInPart = source.RowCount,
            Options = options,
            Base = evaluator.Report(),
            Fields = [.. fields.OrderByDescending(f => f.Importance).ThenBy(f => f.Unit.Name, StringComparer.Ordinal)],
            Fixed = [.. schema.Fields.Where(f => f.Role == FieldRole.Position).Select(f => (f.Name, f.Fixed ?? ""))],
            Significant = significant,
            OneScenario = OneScenarioFinder.Find(fields, significant),
        };
    }

    /// <summary>The nodes above a level as one number: a scenario column is permuted among rows that agree in them, or it would leave its place in the tree.</summary>
    static int[] LevelsAbove(Batch sample, int level)
    {
        var strata = new int[sample.Count];
        for (var above = 0; above < level; above++)
        {
            var numbers = new Dictionary<(int Stratum, int Node), int>();
            for (var row = 0; row < strata.Length; row++)
            {
                var key = (strata[row], sample.Nodes(above)[row]);
                if (!numbers.TryGetValue(key, out var number)) numbers.Add(key, number = numbers.Count);
                strata[row] = number;
            }
        }

        return strata;
    }
}
