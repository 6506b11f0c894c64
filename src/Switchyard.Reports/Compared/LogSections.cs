using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>How the models learned, over each other: from the log of every model's first seed.</summary>
/// <param name="logs">The logs that were found.</param>
/// <param name="missing">Models without a log.</param>
sealed class LogSections(ImmutableArray<(string Variant, TrainingLog Log)> logs, ImmutableArray<string> missing)
{
    const int MostPoints = 100;
    const int MostMeans = 30;

    public Section Training()
    {
        if (logs.IsEmpty) return new Section("training", "Training", ["The compared runs left no logs (those of older versions did not), so learning curves, divergences and experts are left out; train them again to have them."], []);
        return new Section(
            "training",
            "Training",
            [$"Of every model's first seed.{(missing.IsEmpty ? "" : $" Without a log: {Words.All(missing)}.")}"],
            [.. new[] { Validation(), Loss(), Auxiliary() }.OfType<Figure>()]);
    }

    public Section? Experts()
    {
        var models = Layers();
        if (models.IsEmpty) return null;
        var flows = models.Select((m, place) => (m.Variant, Drawn: Flow(place, m.Variant, m.Layers))).ToImmutableArray();
        var gateless = logs.Select(l => l.Variant).Except(models.Select(m => m.Variant)).ToList();
        return new Section(
            "experts",
            "Which experts scenarios and tasks use",
            [
                "Counted over the last training batches that were logged (5 at most, none of the first half of the way to the weights that were kept), of the first seed, with the noise that training adds to gates. The report of a single run counts all measured rows instead.",
                .. ExpertWords.Rule,
                .. models.SelectMany(m => m.Layers.Where(l => l.Fixed is not null).Select(l => $"{m.Variant}, {ExpertWords.Sentence(l)}")),
                .. flows.Where(f => f.Drawn.Missing is not null).Select(f => $"No streams are drawn of {f.Variant}: {f.Drawn.Missing}."),
                .. gateless.Count > 0 ? new[] { $"Without gates, so without experts to choose: {Words.All(gateless)}." } : [],
            ],
            [.. new[] { ExpertTable.Of(models) }.OfType<Figure>(), Use(models), .. flows.Select(f => f.Drawn.Figure).OfType<Figure>()]);
    }

    /// <summary>The layers of every model that has gates.</summary>
    public ImmutableArray<(string Variant, ImmutableArray<LayerView> Layers)> Layers() =>
        [.. logs.Select(l => (l.Variant, Layers: l.Log.ExpertsAtBest())).Where(l => !l.Layers.IsEmpty)];

    Figure? Validation()
    {
        var rows = logs.SelectMany(l => TrainingLog.Thin([.. l.Log.Validations.Where(v => v.Value is not null)], MostPoints).Select(v => new FigureValue[] { l.Log.Run.Monitor, l.Variant, v.Step, v.Value })).ToImmutableArray();
        if (rows.IsEmpty) return null;
        var monitors = rows.Select(r => r[0]).Distinct().Count();
        var once = rows.GroupBy(r => (r[0].Text, r[1].Text)).All(m => m.Count() == 1);
        return new Figure
        {
            Id = "validation",
            Title = once ? "Validation" : "Validation over training",
            Description = once
                ? "The monitor on the validation rows. Every model was validated once, so nothing is seen of how fast one learned or whether it began to overfit."
                : "The monitor on the validation rows, model by model: which learn faster, and which begin to overfit.",
            Kind = once ? FigureKind.Interval : FigureKind.Line,
            Encoding = once ? new Encoding { Category = "model", Value = "value" } : new Encoding { X = "step", Y = "value", Series = "model" },
            Columns = [new("monitor", "Monitor"), new("model", "Model"), Column.Integer("step", "Step"), Column.Number("value", monitors == 1 ? rows[0][0].Text! : "Value")],
            Rows = rows,
            Select = monitors > 1 ? ["monitor"] : null,
        };
    }

    Figure? Loss()
    {
        var rows = logs.SelectMany(l => Means(l.Log.Steps).Select(m => new FigureValue[] { m.Task, l.Variant, m.Step, m.Loss })).ToImmutableArray();
        if (rows.IsEmpty) return null;
        return new Figure
        {
            Id = "loss",
            Title = "Training loss of every task",
            Description = $"Loss on the training rows over the steps, model by model, without auxiliary terms. A point is the mean of the batches logged since the point before it (at most {MostMeans} points a model), for a single batch tells little.",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "loss", Series = "model" },
            Columns = [new("task", "Task"), new("model", "Model"), Column.Integer("step", "Step"), Column.Number("loss", "Loss")],
            Rows = rows,
            Select = ["task"],
        };
    }

    /// <summary>Every task's loss in stretches of as many logged steps, under the last step of each.</summary>
    static IEnumerable<(string Task, long Step, double Loss)> Means(ImmutableArray<StepEvent> steps) =>
        from stretch in steps.Chunk(Math.Max(1, (steps.Length + MostMeans - 1) / MostMeans))
        from task in stretch.SelectMany(s => s.Tasks).GroupBy(t => t.Key)
        select (task.Key, stretch[^1].Step, task.Average(t => t.Value));

    /// <summary>A term of one layer, model over model: with and without auxiliary loss where variants differ in it.</summary>
    Figure? Auxiliary()
    {
        var rows = logs.SelectMany(l => TrainingLog.Thin(l.Log.Steps, MostPoints).SelectMany(s => s.Auxiliary.Select(a => new FigureValue[] { a.Key, l.Variant, s.Step, a.Value })))
            .OrderBy(r => r[0].Text, StringComparer.Ordinal).ToImmutableArray();
        if (rows.IsEmpty) return null;
        var compared = rows.GroupBy(r => r[0]).Any(term => term.Select(r => r[1]).Distinct().Skip(1).Any());
        return new Figure
        {
            Id = "auxiliary",
            Title = "Divergences and other auxiliary terms",
            Description = compared
                ? "An auxiliary term over training, unweighted, model over model. A model whose term has weight 0 shows where it goes without being asked to: the gap to the others is what the auxiliary loss does."
                : "An auxiliary term over training, unweighted. Each term here is that of one model, so nothing shows where it would go without its loss.",
            Kind = FigureKind.Line,
            Encoding = new Encoding { X = "step", Y = "value", Series = "model" },
            Columns = [new("term", "Term"), new("model", "Model"), Column.Integer("step", "Step"), Column.Number("value", "Value")],
            Rows = rows,
            Select = ["term"],
        };
    }

    static Figure Use(ImmutableArray<(string Variant, ImmutableArray<LayerView> Layers)> models) => new()
    {
        Id = "experts",
        Title = "Experts by scenario and task",
        Description = $"A row is a gate, a column an expert; the darker, the more of the gate's rows use the expert. {ExpertSection.Kinds} Gates whose rows of the picture look alike use the same experts.",
        Kind = FigureKind.Heat,
        Encoding = new Encoding { X = "expert", Y = "gate", Value = "share", Scale = "sequential" },
        Columns = [new("model", "Model and layer"), new("kind", "Shown"), new("gate", "Gate"), new("expert", "Expert"), Column.Number("share", "Share", 3), Column.Integer("rows", "Rows")],
        Rows = [.. from model in models
                   from layer in model.Layers
                   from gate in new[] { layer.Total }.Concat(layer.Shown).Take(30)
                   from kind in ExpertSection.KindsOf(layer, gate)
                   from value in kind.Values.Select((share, k) => (Share: share, Expert: k))
                   select new FigureValue[] { $"{model.Variant}: {layer.Title}", kind.Kind, gate.Label, layer.ExpertName(value.Expert), value.Share, gate.Rows }],
        Select = models.Any(m => m.Layers.Any(l => l.Selects)) ? ["model", "kind"] : ["model"],
    };

    (Figure? Figure, string? Missing) Flow(int place, string variant, ImmutableArray<LayerView> layers)
    {
        var flow = new FlowSection(layers, logs.First(l => l.Variant == variant).Log.Structure);
        return (flow.Build() is { Figures: [var figure] }
            ? figure with { Id = FormattableString.Invariant($"flow-{place + 1}-{Words.Slug(variant)}"), Title = $"{variant}: {char.ToLowerInvariant(figure.Title[0])}{figure.Title[1..]}" }
            : null, flow.Missing);
    }
}
