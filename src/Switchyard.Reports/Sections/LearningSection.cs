using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>How training went: losses, validations, auxiliary terms, rate.</summary>
/// <param name="log">The run's log; null where there is none.</param>
/// <param name="missing">Why there is none.</param>
sealed class LearningSection(TrainingLog? log, string? missing)
{
    /// <summary>Points of a curve: more cannot be told apart in print.</summary>
    const int MostPoints = 200;

    /// <summary>Scenarios that one picture can hold.</summary>
    const int MostScenarios = 8;

    public Section Build()
    {
        if (log is null) return new Section("training", "Training", [missing ?? "There is no log of the training, so its curves are left out."], []);
        return new Section("training", "Training", [.. Sentences()], [.. new[] { Loss(), Validation(), Cells(), Auxiliary(), Rate() }.OfType<Figure>()]);
    }

    IEnumerable<string> Sentences()
    {
        if (log!.End is { } end)
        {
            var why = end.Reason switch
            {
                EndReason.Finished => "ran all its epochs",
                EndReason.StoppedEarly => "stopped early, as no validation was better any more",
                EndReason.Stopped => "was stopped by hand",
                EndReason.Interrupted => "was interrupted",
                _ => "failed",
            };
            var kept = end.BestStep is { } step ? $"; the weights of step {Words.Number(step)} were kept ({log.Run.Monitor} {Words.Metric(end.BestValue)} on the validation rows)" : "";
            yield return $"Training {why} after {Words.Count(end.Step, "step")} and {Words.Number(end.Seconds)} s{kept}.";
        }

        foreach (var control in log.Controls) yield return $"By hand after step {Words.Number(control.Step)}: {control.Action.ToString().ToLowerInvariant()}{(control.Value is { } value ? $" times {value.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)}" : "")}.";
    }

    Figure? Loss()
    {
        if (log!.Steps.IsEmpty) return null;
        return new Figure
        {
            Id = "loss",
            Title = "Training loss",
            Description = $"Loss of every task on the training rows over the steps, and the mean loss of the epoch with everything that is added to it. {Ends()}",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "loss", Series = "part" },
            Columns = [new("part", "Part"), Column.Integer("step", "Step"), Column.Number("loss", "Loss")],
            Rows = [.. TrainingLog.Thin(log.Steps, MostPoints).SelectMany(s => s.Tasks.Select(t => new FigureValue[] { t.Key, s.Step, t.Value }).Append([Total, s.Step, s.Loss])).OrderBy(r => r[0].Text == Total)],
        };

        string Ends() => string.Join(" ", log.Run.Tasks.Where(t => log.Steps[^1].Tasks.ContainsKey(t) && log.Steps[0].Tasks.ContainsKey(t))
            .Select(t => $"{t}: from {Words.Metric(log.Steps[0].Tasks[t])} to {Words.Metric(log.Steps[^1].Tasks[t])}."));
    }

    const string Total = "all, mean of the epoch";

    Figure? Validation()
    {
        var known = log!.Validations.Where(v => v.Value is not null).ToImmutableArray();
        if (known.IsEmpty) return null;
        var best = log.Run.HigherIsBetter ? known.MaxBy(v => v.Value)! : known.MinBy(v => v.Value)!;
        return new Figure
        {
            Id = "validation",
            Title = $"Validation: {log.Run.Monitor}",
            Description = $"What decides which weights are kept, on the validation rows; {(log.Run.HigherIsBetter ? "higher" : "lower")} is better. Best at step {Words.Number(best.Step)}: {Words.Metric(best.Value)}.",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "value" },
            Columns = [Column.Integer("step", "Step"), Column.Integer("epoch", "Epoch"), Column.Number("value", log.Run.Monitor)],
            Rows = [.. TrainingLog.Thin(known, MostPoints).Select(v => new FigureValue[] { v.Step, v.Epoch, v.Value })],
        };
    }

    Figure? Cells()
    {
        var rows = new List<FigureValue[]>();
        var first = log!.Validations.FirstOrDefault();
        if (first is null) return null;
        var column = first.Cells.FirstOrDefault(c => c.Column is not null)?.Column;
        var shown = first.Cells.Where(c => c.Column == column && column is not null).GroupBy(c => c.Scenario!).OrderByDescending(s => s.Max(c => c.Rows)).Take(MostScenarios).Select(s => s.Key).ToHashSet();
        foreach (var validation in TrainingLog.Thin(log.Validations, MostPoints))
        {
            rows.AddRange(validation.Cells.Where(c => c.Auc is not null && (c.Column is null || (c.Column == column && shown.Contains(c.Scenario!))))
                .Select(c => new FigureValue[] { c.Task, c.Scenario ?? "all rows", validation.Step, c.Auc, c.LogLoss }));
        }

        if (rows.Count == 0) return null;
        return new Figure
        {
            Id = "validation-auc",
            Title = "Validation AUC of every scenario",
            Description = "AUC on the validation rows, scenario by scenario. A scenario whose line falls while others rise is paying for them; small scenarios jump more by chance.",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "auc", Series = "scenario" },
            Columns = [new("task", "Task"), new("scenario", "Scenario"), Column.Integer("step", "Step"), Column.Number("auc", "AUC"), Column.Number("log_loss", "Log loss")],
            Rows = [.. rows],
            Select = ["task"],
            Note = first.Cells.Count(c => c.Column == column && c.Task == first.Cells[0].Task) > MostScenarios ? $"The {MostScenarios} scenarios with the most rows." : null,
        };
    }

    Figure? Auxiliary()
    {
        var names = log!.Steps.SelectMany(s => s.Auxiliary.Keys).Distinct().ToList();
        if (names.Count == 0) return null;
        var steps = TrainingLog.Thin(log.Steps, MostPoints).ToList();
        return new Figure
        {
            Id = "auxiliary",
            Title = "Divergences and other auxiliary terms",
            Description = "The auxiliary terms over training, unweighted: for AESM² the divergences that make specific experts differ and shared ones agree, for CESAA the information of scenario and expert. Terms of weight 0 are measured too, so a run without auxiliary loss shows what they would be.",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "value", Series = "layer" },
            Columns = [new("kind", "Term"), new("layer", "Layer"), Column.Integer("step", "Step"), Column.Number("value", "Value")],
            Rows = [.. names.SelectMany(n => steps.Where(s => s.Auxiliary.ContainsKey(n)).Select(s => new FigureValue[] { Term(n), Layer(n), s.Step, s.Auxiliary[n] }))],
            Select = names.Select(Term).Distinct().Count() > 1 ? ["kind"] : null,
        };
    }

    /// <summary>What follows the layer in a term's name.</summary>
    public static string Term(string name) => name[(name.LastIndexOf('.') + 1)..];

    public static string Layer(string name) => name.LastIndexOf('.') is > 0 and var end ? name[..end] : name;

    Figure? Rate()
    {
        if (log!.Steps.IsEmpty) return null;
        return new Figure
        {
            Id = "rate",
            Title = "Learning rate",
            Description = "Learning rate of every step, with the schedule and what was changed by hand.",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "rate" },
            Columns = [Column.Integer("step", "Step"), Column.Number("rate", "Learning rate", 6)],
            Rows = [.. TrainingLog.Thin(log.Steps, MostPoints).Select(s => new FigureValue[] { s.Step, s.Rate })],
        };
    }
}
