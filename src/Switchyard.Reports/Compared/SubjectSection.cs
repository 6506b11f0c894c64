using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Switchyard.Reports;

/// <summary>What is compared: the scenarios with their rows, the models, and what is missing.</summary>
sealed partial class SubjectSection(ComparisonSubject comparison)
{
    readonly ComparisonFile _file = comparison.File;

    /// <summary>The first sentence of the report.</summary>
    public string Opening()
    {
        var tasks = Tasks();
        var scenarios = _file.Variants[0].Cells.Where(c => c.Level == _file.Level && _file.Level != "total").Select(c => c.Scenario).Distinct().Count();
        var columns = _file.Data is { Scenario: { IsEmpty: false } levels } ? $" (the values of {Words.All(_file.Level == "level1" ? [levels[0]] : levels)})" : "";
        var seeds = _file.Variants.SelectMany(v => v.Runs).Select(r => r.Seed).Distinct().Count();
        var trained = _file.Data is { } data
            ? $", trained on {Words.Count(data.TrainingRows, "row")} for at most {Words.Count(data.Epochs, "epoch")} in steps of {Words.Count(data.BatchSize, "row")}, with the weights that are best on {Words.Count(data.ValidationRows, "validation row")},"
            : "";
        return $"{Words.Count(_file.Variants.Length, "model")} for {Words.Count(tasks.Length, "task")}, {Words.All(tasks)}{(scenarios > 0 ? $", in {Words.Count(scenarios, "scenario")}{columns}" : "")}{trained} and measured on {Words.Count(_file.Rows, $"{_file.Part} row")}; {Words.Count(seeds, "seed")}.";
    }

    public Section Build() => new(
        "compared",
        "What is compared",
        [
            .. new[] { Caveats.LeftOut(_file), Caveats.Failed(_file), _file.Missing.IsEmpty ? null : $"Not run, though the comparison's file names them: {Words.All(_file.Missing)}.", comparison.LeftOut }.OfType<string>(),
        ],
        [.. new[] { Rows(), Models() }.OfType<Figure>()]);

    ImmutableArray<string> Tasks() => [.. _file.Variants[0].Cells.Select(c => c.Task).Distinct()];

    /// <summary>Rows and positives of every scenario.</summary>
    Figure? Rows()
    {
        var tasks = Tasks();
        var drawn = comparison.Drawn;
        var training = (_file.Data?.Training ?? []).ToLookup(c => c.Scenario);
        var scenarios = _file.Variants[0].Cells.Where(c => c.Level == _file.Level && drawn.Contains(c.Scenario)).GroupBy(c => c.Scenario).OrderByDescending(s => s.Max(c => c.Rows)).ToList();
        if (scenarios.Count == 0) return null;
        var left = _file.LeftOut().ToHashSet();
        var hasTraining = training.Count > 0;
        return new Figure
        {
            Id = "rows",
            Title = "Rows and positives of every scenario",
            Description = $"Rows with a label, and positives of every task, {(hasTraining ? "training rows, then " : "")}{_file.Part} rows: the fewer, the less is known of a scenario.{(left.Count > 0 ? " A task that is not counted there is in no mean and no test." : "")}",
            Kind = FigureKind.Table,
            Columns =
            [
                new("scenario", "Scenario"),
                .. hasTraining ? [Column.Integer("training_rows", "Training rows")] : Array.Empty<Column>(),
                Column.Integer("rows", $"{Capital(_file.Part)} rows"),
                .. tasks.SelectMany((t, i) => (Column[])[.. hasTraining ? [Column.Integer(Name("training_positives", i), $"{t}: positives in training")] : Array.Empty<Column>(), Column.Integer(Name("positives", i), $"{t}: positives in {_file.Part}")]),
                .. left.Count > 0 ? [new Column("left_out", "Not counted")] : Array.Empty<Column>(),
            ],
            Rows = [.. scenarios.Select(s => (FigureValue[])
            [
                s.Key,
                .. hasTraining ? [training[s.Key].Select(c => c.Rows).DefaultIfEmpty(0).Max()] : Array.Empty<FigureValue>(),
                s.Max(c => c.Rows),
                .. tasks.SelectMany(t => (FigureValue[])
                [
                    .. hasTraining ? [training[s.Key].Where(c => c.Task == t).Sum(c => c.Positives)] : Array.Empty<FigureValue>(),
                    s.FirstOrDefault(c => c.Task == t) is { } cell ? cell.Positives : default(FigureValue),
                ]),
                .. left.Count > 0 ? [string.Join(", ", tasks.Where(t => left.Contains((s.Key, t))))] : Array.Empty<FigureValue>(),
            ])],
        };

        static string Name(string what, int task) => string.Create(CultureInfo.InvariantCulture, $"{what}_{task + 1}");
    }

    Figure Models() => new()
    {
        Id = "architectures",
        Title = "What the models are",
        Description = "Every model in a few words, how scenarios and tasks reach it, and whether it has about as many weights as the baseline (equal: within ten percent, tables left out) or a number of its own.",
        Kind = FigureKind.Table,
        Columns = [new("model", "Model"), new("is", "What it is"), new("topology", "Scenarios and tasks"), new("size", "Size"), new("architecture", "Architecture")],
        Rows = [.. _file.Variants.Select(v => new FigureValue[] { v.Variant, Is(v), Topology(v), v.Size, v.Model })],
    };

    string Is(FileVariant variant) => variant.Variant == _file.Pooled
        ? $"the control that pools all scenarios: {ModelPhrases.Of(variant.Model) ?? variant.Model}"
        : ModelPhrases.Of(variant.Model) ?? variant.Topology;

    /// <summary>Levels by the names of their columns.</summary>
    string Topology(FileVariant variant) => _file.Data is { } data
        ? Level().Replace(variant.Topology, m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var level && level >= 1 && level <= data.Scenario.Length ? data.Scenario[level - 1] : m.Value)
        : variant.Topology;

    static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    [GeneratedRegex(@"level (\d+)")]
    private static partial Regex Level();
}
