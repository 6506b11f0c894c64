using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>Rows as a stream from scenarios through the experts of every layer to the tasks; from all rows together where no scenario was counted.</summary>
/// <param name="layers">The gated layers.</param>
/// <param name="tasks">Names of the tasks.</param>
sealed class FlowSection(ImmutableArray<LayerView> layers, IReadOnlyList<string> tasks)
{
    /// <summary>Streams below this share of all rows are not drawn.</summary>
    const double Least = 0.003;

    /// <summary>Beginning of the names of AESM²'s scenario layers, which follow each other level by level.</summary>
    const string Successive = "scenario.";

    /// <summary>Scenarios that are drawn: of more, those with the most rows.</summary>
    const int MostScenarios = 20;

    public Section? Build()
    {
        var chain = Chain();
        if (chain.IsEmpty) return null;
        // A training's log has the nodes of those layers only whose gates they own.
        var column = chain.SelectMany(l => l.Gates).FirstOrDefault(g => g.Column is not null)?.Column;
        var scenarios = column is null ? [chain[^1].Total] : chain.Last(l => l.Gates.Any(g => g.Column == column && g.Task is null)).Gates.Where(g => g.Column == column && g.Task is null).ToList();
        var nodes = scenarios.OrderByDescending(g => g.Rows).Take(MostScenarios).ToList();
        var all = (double)scenarios.Sum(n => n.Rows);
        var streams = new Dictionary<(int Layer, string From, string To), double>();
        foreach (var node in nodes)
        {
            foreach (var task in tasks) Add(node, task, node.Rows / all / tasks.Count);
        }

        var drawn = streams.Where(s => s.Value >= Least).OrderBy(s => s.Key.Layer).ThenBy(s => s.Key.From, StringComparer.Ordinal).ThenBy(s => s.Key.To, StringComparer.Ordinal).ToList();
        if (drawn.Count == 0) return null;
        return new Section("flow", "From scenarios through experts to tasks", [], [new Figure
        {
            Id = "flow",
            Title = $"From {column ?? "all rows"} through experts to tasks",
            Description = $"A stream's width is the share of all rows (each task counts alike) that {(column is null ? "goes" : "a scenario sends")} to an expert, by the gates' mean weights, and on to the next layer and the tasks. " +
                (column is null ? "Scenarios own no gates here, so their rows were counted together." : "Within a scenario the experts of successive layers are taken as chosen independently of each other."),
            Kind = FigureKind.Flow,
            Encoding = new Encoding { From = "from", To = "to", Value = "share", Layer = "layer" },
            Columns = [Column.Integer("layer", "Step"), new("from", "From"), new("to", "To"), Column.Number("share", "Share of rows")],
            Rows = [.. drawn.Select(s => new FigureValue[] { s.Key.Layer, s.Key.From, s.Key.To, s.Value })],
            Note = $"Streams below {Words.Percent(Least)} of the rows are left out{(nodes.Count < scenarios.Count ? $"; of {Words.Number(scenarios.Count)} scenarios the {MostScenarios} with the most rows are shown, which have {Words.Percent(nodes.Sum(n => n.Rows) / all)} of the rows" : "")}.",
        }]);

        void Add(GateView node, string task, double rows)
        {
            ImmutableArray<double> before = [];
            for (var l = 0; l < chain.Length; l++)
            {
                var weights = Weights(chain[l], node, task);
                for (var k = 0; k < weights.Length; k++)
                {
                    if (l == 0) Stream(0, node.Name, Expert(chain[l], k), rows * weights[k]);
                    for (var b = 0; b < before.Length; b++) Stream(l, Expert(chain[l - 1], b), Expert(chain[l], k), rows * before[b] * weights[k]);
                }

                before = weights;
            }

            for (var k = 0; k < before.Length; k++) Stream(chain.Length, Expert(chain[^1], k), task, rows * before[k]);
        }

        void Stream(int layer, string from, string to, double share) => streams[(layer, from, to)] = streams.GetValueOrDefault((layer, from, to)) + share;
    }

    /// <summary>
    /// Layers that a row passes one after the other: those of scenario nodes (of several beside each other, as HiNet has them, the last), then the last
    /// one of tasks. Gates that are nobody's, and those before a selection, are not among them.
    /// </summary>
    ImmutableArray<LayerView> Chain()
    {
        var own = layers.Where(l => !l.IsScenarioAttention && !l.IsBeforeSelection(layers)).ToList();
        var scenarios = own.Where(l => l.Column is not null).ToList();
        if (!scenarios.TrueForAll(l => l.Name.StartsWith(Successive, StringComparison.Ordinal))) scenarios = scenarios[^1..];
        var tasks = own.Where(l => l.Column is null && l.Gates.Any(g => g.Task is not null)).ToList();
        return [.. scenarios, .. tasks.Count > 0 ? tasks[^1..] : []];
    }

    /// <summary>Mean weights of a scenario's rows, of the task's gate where tasks have their own; they sum to 1.</summary>
    static ImmutableArray<double> Weights(LayerView layer, GateView node, string task)
    {
        var gate = layer.Gates.FirstOrDefault(g => g.Column == node.Column && g.Scenario == node.Scenario && g.Task == task)
            ?? layer.Gates.FirstOrDefault(g => g.Column is not null && g.Column == node.Column && g.Scenario == node.Scenario && g.Task is null)
            ?? layer.Gates.FirstOrDefault(g => g.Column is null && g.Task == task)
            ?? layer.Total;
        var sum = gate.Weight.Sum();
        return sum > 0 ? [.. gate.Weight.Select(w => w / sum)] : gate.Weight;
    }

    static string Expert(LayerView layer, int expert) => FormattableString.Invariant($"{layer.Name} expert {expert}");
}
