using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Reports;

/// <summary>Which experts every node and task chooses, layer by layer, and what that comes to in words.</summary>
/// <param name="layers">The gated layers.</param>
/// <param name="nodes">Names of the nodes of every level, by its column.</param>
/// <param name="counted">What was counted: "9,989 test rows".</param>
sealed class ExpertSection(ImmutableArray<LayerView> layers, IReadOnlyDictionary<string, ImmutableArray<string>> nodes, string counted)
{
    /// <summary>Rows of a heat map in a document, at most: of more nodes, those with the most rows.</summary>
    const int MostGates = 60;

    public Section? Build(string? missing = null)
    {
        if (layers.IsEmpty) return missing is null ? null : new Section("experts", "Experts", [missing], []);
        return new Section(
            "experts",
            "Which experts scenarios and tasks use",
            [
                $"Counted over {counted}.",
                .. ExpertWords.Rule,
                .. layers.Where(l => l.Fixed is not null).Select(ExpertWords.Sentence),
            ],
            [.. new[] { ExpertTable.Of([("", layers)]) }.OfType<Figure>(), .. layers.SelectMany(Figures)]);
    }

    IEnumerable<Figure> Figures(LayerView layer)
    {
        if (layer.IsScenarioAttention)
        {
            yield return Attention(layer);
            yield break;
        }

        if (layer.IsBeforeSelection(layers))
        {
            yield return GivenScenario(layer);
            yield break;
        }

        yield return Own(layer);
        if (layer.Column is null && layer.Gates.Any(g => g.Scenario is not null)) yield return ByScenario(layer);
    }

    /// <summary>The gates as the model has them, every kind.</summary>
    Figure Own(LayerView layer)
    {
        var own = layer.Own;
        GateView[] gates = [layer.Total, .. own.Where(g => g != layer.Total).OrderByDescending(g => g.Rows).Take(MostGates)];
        return Heat(
            $"experts-{Words.Slug(layer.Name)}",
            $"{layer.Title}: experts by {(layer.Column ?? (own.Length > 1 ? "task" : "all rows"))}",
            $"A row is a gate, a column an expert; the darker, the more of the gate's rows use the expert. {(layer.Selects ? Kinds + " " : "")}{ExpertWords.Sentence(layer)}",
            gates.SelectMany(g => Cells(layer, g, "", g.Name)),
            layer.Selects ? ["kind"] : []);
    }

    /// <summary>A task's gates, scenario by scenario.</summary>
    Figure ByScenario(LayerView layer)
    {
        var column = layer.Gates.First(g => g.Column is not null).Column;
        var gates = layer.Gates.Where(g => g.Column == column).ToList();
        var tasks = gates.Where(g => g.Task is not null).ToList();
        var shown = (tasks.Count > 0 ? tasks : gates).ToList();
        var most = shown.GroupBy(g => g.Scenario).OrderByDescending(s => s.Sum(g => g.Rows)).Take(MostGates).Select(s => s.Key).ToHashSet();
        return Heat(
            $"experts-{Words.Slug(layer.Name)}-by-scenario",
            $"{layer.Title}: experts by {column} and task",
            $"The gates belong to tasks; here the rows of each are counted by {column}. Rows of the picture that look alike are scenarios that use the same experts.",
            shown.Where(g => most.Contains(g.Scenario)).SelectMany(g => Cells(layer, g, g.Task ?? "all tasks", g.Scenario!)),
            [.. new[] { layer.Selects ? "kind" : null, tasks.Count > 0 ? "task" : null }.OfType<string>()]);
    }

    /// <summary>P(expert | scenario) of the gates before the selection: what CESAA's mutual information is taken of.</summary>
    Figure GivenScenario(LayerView layer)
    {
        var column = layer.Gates.FirstOrDefault(g => g.Column is not null)?.Column;
        var gates = layer.Gates.Where(g => g.Column == column && g.Task is null).ToList();
        return Heat(
            $"experts-{Words.Slug(layer.Name)}",
            $"{layer.Title}: P(expert | scenario)",
            "Mean gate of every scenario's rows before the k largest are chosen: what the mutual information of scenario and expert is taken of. Rows that differ mean that experts have specialised; equal rows mean that they have not.",
            gates.Take(MostGates).SelectMany(g => Cells(layer, g, "", g.Name)),
            []);
    }

    /// <summary>How much each scenario takes from every other one.</summary>
    Figure Attention(LayerView layer)
    {
        // Scenarios times scenarios: of many, those with the most rows.
        var own = layer.Own.OrderByDescending(g => g.Rows).Take(MostGates).ToList();
        var kept = own.Select(g => g.Scenario).ToHashSet();
        var left = layer.Own.Length - own.Count;
        return new Figure
        {
            Id = "scenario-attention",
            Title = "Scenario attention",
            Description = "How much each scenario (row) takes of every other scenario's knowledge (column), by the attention over scenarios; a row sums to 1, and a scenario takes nothing of itself here. " + Strongest(layer),
            Kind = FigureKind.Heat,
            Encoding = new Encoding { X = "from", Y = "scenario", Value = "attention", Scale = "sequential" },
            Columns = [new("scenario", "Scenario"), new("from", "Takes from"), Column.Number("attention", "Attention", 3)],
            Rows = [.. layer.Own.Where(g => kept.Contains(g.Scenario)).SelectMany(g => g.Weight.Select((w, k) => new FigureValue[] { g.Scenario, NameOf(layer, k), w })).Where(r => left == 0 || kept.Contains(r[1].Text))],
            Note = left == 0 ? null : $"The {own.Count} scenarios with the most rows; {Words.Count(left, "smaller one")} left out, so rows sum to less than 1.",
        };
    }

    string Strongest(LayerView layer)
    {
        var best = layer.Own.SelectMany(g => g.Weight.Select((w, k) => (Gate: g, Other: k, Weight: w))).MaxBy(x => x.Weight);
        return $"The strongest: {best.Gate.Scenario} takes {Words.Percent(best.Weight)} from {NameOf(layer, best.Other)}.";
    }

    /// <summary>The "experts" of the attention are the nodes of its level.</summary>
    string NameOf(LayerView layer, int node) =>
        layer.Column is { } column && nodes.TryGetValue(column, out var names) && names.Length == layer.Experts ? names[node] : node.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the choices of the select mean.</summary>
    public const string Kinds =
        "Shown: mean weight is what the expert counts in the mixture; chosen as own, the share of rows that choose it for their own scenario or task; chosen as shared, the share that choose it among those that all are meant to use.";

    /// <summary>What is shown of a gate, by the name of its choice.</summary>
    public static IEnumerable<(string Kind, ImmutableArray<double> Values)> KindsOf(LayerView layer, GateView gate) => layer.Selects
        ? [("mean weight", gate.Weight), ("chosen as own", gate.Specific), .. layer.SelectsShared ? new[] { ("chosen as shared", gate.Shared) } : []]
        : [("mean weight", gate.Weight)];

    static IEnumerable<FigureValue[]> Cells(LayerView layer, GateView gate, string task, string name)
    {
        foreach (var (kind, values) in KindsOf(layer, gate))
        {
            for (var k = 0; k < values.Length; k++) yield return [kind, task, name, layer.ExpertName(k), values[k], gate.Rows];
        }
    }

    static Figure Heat(string id, string title, string description, IEnumerable<FigureValue[]> rows, ImmutableArray<string> select) => new()
    {
        Id = id,
        Title = title,
        Description = description,
        Kind = FigureKind.Heat,
        Encoding = new Encoding { X = "expert", Y = "gate", Value = "share", Scale = "sequential" },
        Columns = [new("kind", "Shown"), new("task", "Task"), new("gate", "Gate"), new("expert", "Expert"), Column.Number("share", "Share", 3), Column.Integer("rows", "Rows")],
        Rows = [.. rows],
        Select = select.IsEmpty ? null : select,
    };
}
