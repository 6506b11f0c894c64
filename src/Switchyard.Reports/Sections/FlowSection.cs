using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>
/// Rows as a stream from scenarios through the experts of every layer to the tasks; from all rows together where no scenario was counted. Only what
/// <see cref="FlowPath"/> knows to follow each other is joined; where the gates do not tell which way a row takes, <see cref="Missing"/> says why
/// nothing is drawn.
/// </summary>
sealed class FlowSection
{
    /// <summary>Streams below this share of a scenario's rows are not drawn.</summary>
    const double Least = 0.02;

    /// <summary>Scenarios that are drawn: of more, those with the most rows.</summary>
    const int MostScenarios = 20;

    readonly FlowPath _path;
    readonly ImmutableArray<string> _tasks;

    /// <param name="layers">The gated layers, named by <paramref name="structure"/>.</param>
    /// <param name="structure">The model.</param>
    public FlowSection(ImmutableArray<LayerView> layers, ModelStructure structure) => (_path, _tasks) = (FlowPath.Of(layers, structure), structure.Tasks);

    /// <summary>Why nothing is drawn; null where something is, or there are no gates.</summary>
    public string? Missing => _path.Missing;

    public Section? Build() => Draw() is { } figure
        ? new Section("flow", "From scenarios through experts to tasks", [], [figure])
        : Missing is null ? null : new Section("flow", "From scenarios through experts to tasks", [$"No streams are drawn: {Missing}."], []);

    Figure? Draw()
    {
        if (_path.Levels.IsEmpty) return null;
        var (column, all) = _path.Scenarios();
        var nodes = all.OrderByDescending(g => g.Rows).Take(MostScenarios).ToList();
        var streams = new Dictionary<(int Layer, string From, string To), double>();
        var largest = new Dictionary<(int Layer, string From, string To), double>();
        foreach (var node in nodes)
        {
            var own = new Dictionary<(int Layer, string From, string To), double>();
            foreach (var task in _tasks) _path.Follow(node, task, 1.0 / _tasks.Length, (layer, from, to, share) => own[(layer, from, to)] = own.GetValueOrDefault((layer, from, to)) + share);
            foreach (var (stream, share) in own)
            {
                streams[stream] = streams.GetValueOrDefault(stream) + share;
                largest[stream] = Math.Max(largest.GetValueOrDefault(stream), share);
            }
        }

        var drawn = Joined([.. streams.Where(s => largest[s.Key] >= Least)], _path.Levels.Length).OrderBy(s => s.Key.Layer).ThenBy(s => s.Key.From, StringComparer.Ordinal).ThenBy(s => s.Key.To, StringComparer.Ordinal).ToList();
        if (drawn.Count == 0) return null;
        var headings = _path.Levels.Select(l => l.Heading).Append("task").ToImmutableArray();
        return new Figure
        {
            Id = "flow",
            Title = $"From {column ?? "all rows"} through experts to tasks",
            Description = $"A stream's width is the share of rows that {(column is null ? "goes" : "a scenario sends")} to an expert, by the gates' mean weights, and on to the next layer and the tasks; each task counts alike" +
                (column is null ? ". Scenarios own no gates here, so their rows were counted together." : ", and each scenario, however many rows it has.") +
                (_path.Levels.Length > 1 ? " The experts of successive layers are taken as chosen independently of each other." : ""),
            Kind = FigureKind.Flow,
            Encoding = new Encoding { From = "from", To = "to", Value = "share", Layer = "layer", Text = "into" },
            Columns = [Column.Integer("layer", "Step"), new("from", "From"), new("into", "Layer"), new("to", "To"), Column.Number("share", column is null ? "Share of rows" : "Rows, every scenario's as 1", 3)],
            Rows = [.. drawn.Select(s => new FigureValue[] { s.Key.Layer, s.Key.From, headings[s.Key.Layer], s.Key.To, s.Value })],
            Note = $"Streams below {Words.Percent(Least)} of {(column is null ? "the" : "every scenario's")} rows are left out, and what they alone lead to{(nodes.Count < all.Length ? $"; of {Words.Number(all.Length)} scenarios the {MostScenarios} with the most rows are shown" : "")}.{_path.Note}{(column is null || _path.IsCountedBy(column) ? "" : " Gates of layers that were not counted by scenario are taken alike for all of them.")}",
        };
    }

    /// <summary>The streams that lead all the way: without one that comes from an expert, or ends at one, whose other streams were too small.</summary>
    static List<KeyValuePair<(int Layer, string From, string To), double>> Joined(List<KeyValuePair<(int Layer, string From, string To), double>> streams, int last)
    {
        while (true)
        {
            var from = streams.Select(s => (s.Key.Layer, s.Key.From)).ToHashSet();
            var to = streams.Select(s => (s.Key.Layer, s.Key.To)).ToHashSet();
            var kept = streams.FindAll(s => (s.Key.Layer == 0 || to.Contains((s.Key.Layer - 1, s.Key.From))) && (s.Key.Layer == last || from.Contains((s.Key.Layer + 1, s.Key.To))));
            if (kept.Count == streams.Count) return kept;
            streams = kept;
        }
    }
}
