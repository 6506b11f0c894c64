using System.Globalization;
using Spectre.Console;

namespace Switchyard.Cli;

/// <summary>An inspection as heat maps.</summary>
static class InspectWriter
{
    /// <summary>More lines than a screen has help nobody; the files have all.</summary>
    const int Rows = 20;

    const int Overlaps = 12;

    static readonly string[] DriftHeads = ["specific", "shared", "weight", "changed"];

    public static void Write(IAnsiConsole console, InspectReport report)
    {
        var legend = HeatMap.InColour(console) ? "" : " (░ ▒ from 25 ▓ from 50 █ from 75)";
        Say(console, $"{report.Part}: {report.Use.Rows:N0} rows; cells are percentages{legend}");
        foreach (var layer in report.Use.Layers)
        {
            Say(console, $"");
            Say(console, $"{OneLine.Of(layer.Name)}: {layer.Experts} experts, a gate per {OneLine.Of(layer.Column ?? "task")}; {Choice(layer)}");
            Use(console, layer);
            var dead = layer.Dead(report.DeadBelow);
            Say(console, $"dead ({(layer.Selects ? "chosen by" : "mean weight")} under {100 * report.DeadBelow:0.###} % of all rows): {(dead.IsEmpty ? "none" : $"expert {string.Join(", ", dead)}")}");
            if (layer.Collapsed is { IsEmpty: false } onto) Say(console, $"collapsed: the choices of nearly all rows fall on expert {string.Join(", ", onto)}");
            Overlap(console, layer);
            if (report.Drift is { } drift) Drift(console, layer, drift, report.Against!);
        }
    }

    static void Use(IAnsiConsole console, LayerUse layer)
    {
        var (gates, left) = Shown(layer);
        var heads = Numbers(layer.Experts, 0);
        var limit = Math.Log2(layer.Experts);
        ExpertKind[] kinds = [.. Choices(layer), ExpertKind.Weight];
        HeatPanel[] panels =
        [
            .. kinds.Select(kind => new HeatPanel(TitleOf(kind), heads, [.. gates.Select(g => g[kind])])
            {
                NoteHead = "bits",
                Notes = [.. gates.Select(g => g.Entropy(kind).ToString("0.00", CultureInfo.InvariantCulture))],
            }),
            new HeatPanel("", [], [.. gates.Select(_ => Array.Empty<double>())])
            {
                NoteHead = "rows",
                Notes = [.. gates.Select(g => g.Rows.ToString("N0", CultureInfo.InvariantCulture))],
            },
        ];
        HeatMap.Write(console, OneLine.Of(layer.Column ?? "task"), [.. gates.Select(g => NameOf(layer, g))], panels);
        if (left > 0) Say(console, $"… and {left} gates with fewer rows; --csv and --json have all");
        Say(console, $"bits: entropy of a choice, of at most {limit:0.00}");
    }

    static void Overlap(IAnsiConsole console, LayerUse layer)
    {
        var all = layer.Own.Where(g => g.Scenario != GateUse.Unknown).ToList();
        var gates = Largest(all, Overlaps);
        if (gates.Count < 2) return;
        var few = gates.Count < all.Count ? $", the {gates.Count} with most rows" : "";
        Say(console, $"overlap of two gates' choices, Σ min(p, q){few}:");
        ExpertKind[] kinds = layer.Selects ? Choices(layer) : [ExpertKind.Weight];
        HeatMap.Write(
            console,
            "",
            [.. gates.Select((g, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1,2} {OneLine.Of(g.Scenario ?? g.Task!)}"))],
            [.. kinds.Select(kind => new HeatPanel(TitleOf(kind), Numbers(gates.Count, 1), [.. gates.Select(a => Row(a, kind))]))]);

        double[] Row(GateUse a, ExpertKind kind) => [.. gates.Select(b => GateUse.Overlap(a, b, kind))];
    }

    static void Drift(IAnsiConsole console, LayerUse layer, DriftReport drift, string against)
    {
        var (gates, _) = Shown(layer);
        var found = gates.Select(g => drift.Gates.FirstOrDefault(d => ReferenceEquals(d.Gate, g))).OfType<GateDrift>().ToList();
        if (found.Count == 0) return;
        Say(console, $"drift from {OneLine.Of(against)} (total variation; changed: rows that choose otherwise):");
        var heads = layer.Selects ? DriftHeads : [DriftHeads[2]];
        HeatMap.Write(
            console,
            OneLine.Of(layer.Column ?? "task"),
            [.. found.Select(d => NameOf(layer, d.Gate))],
            [new HeatPanel("", heads, [.. found.Select(d => layer.Selects ? Distances(d) : Distances(d)[2..3])]) { Cell = 10 }]);
    }

    static double[] Distances(GateDrift drift) =>
    [
        drift.Distance(ExpertKind.Specific) ?? double.NaN,
        drift.Distance(ExpertKind.Shared) ?? double.NaN,
        drift.Distance(ExpertKind.Weight) ?? double.NaN,
        drift.Gate.Changed ?? double.NaN,
    ];

    /// <summary>The layer's own gates, within a task those of the coarsest level, then all rows; and how many were left out.</summary>
    static (List<GateUse> Gates, int Left) Shown(LayerUse layer)
    {
        List<GateUse> all = layer.Column is not null
            ? [.. layer.Own]
            : [.. layer.Own.SelectMany(task => layer.Gates.Where(g => g.Task == task.Task && (g == task || g.Column == Coarsest(layer))))];
        var shown = Largest(all, Math.Max(Rows, layer.Own.Count(g => g.Column is null)));
        return (layer.Column is null && layer.Own.Length == 1 ? shown : [.. shown, layer.Total], all.Count - shown.Count);
    }

    static string? Coarsest(LayerUse layer) => layer.Gates.FirstOrDefault(g => g.Column is not null)?.Column;

    /// <summary>Those with most rows, in the order they came.</summary>
    static List<GateUse> Largest(List<GateUse> gates, int count)
    {
        var kept = gates.OrderByDescending(g => g.Rows).Take(count).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. gates.Where(kept.Contains)];
    }

    static string NameOf(LayerUse layer, GateUse gate)
    {
        if (ReferenceEquals(gate, layer.Total)) return "all";
        if (layer.Column is not null) return OneLine.Of(gate.Scenario ?? "all");
        return OneLine.Of(gate.Scenario is null ? gate.Task! : $"  {gate.Scenario}");
    }

    /// <summary>The kinds of choice that the layer's rows make.</summary>
    static ExpertKind[] Choices(LayerUse layer) =>
        !layer.Selects ? [] : layer.SelectsShared ? [ExpertKind.Specific, ExpertKind.Shared] : [ExpertKind.Specific];

    static string Choice(LayerUse layer) => layer.Selects
        ? string.Create(CultureInfo.InvariantCulture, $"{layer.Total.Specific.Sum():0} specific, {layer.Total.Shared.Sum():0} shared a row")
        : "a row mixes all of them";

    static string TitleOf(ExpertKind kind) => kind switch
    {
        ExpertKind.Specific => "chosen as specific",
        ExpertKind.Shared => "chosen as shared",
        _ => "mean weight",
    };

    static string[] Numbers(int count, int first) => [.. Enumerable.Range(first, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    static void Say(IAnsiConsole console, FormattableString text) => HeatMap.Text(console, text.ToString(CultureInfo.InvariantCulture));
}
