using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>What the layers and experts of a model are called, and how a row passes them: from the model's options, for gates alone do not tell.</summary>
/// <param name="options">Options of the model; null where they are not known, and nothing is named or drawn then.</param>
/// <param name="tasks">Names of the tasks, in the order of the model.</param>
/// <param name="levels">The nodes of every scenario level, coarse first.</param>
sealed class ModelStructure(ModelOptions? options, ImmutableArray<string> tasks, ImmutableArray<(string Column, ImmutableArray<string> Nodes)> levels)
{
    const string SharedPrefix = "shared ";

    public ImmutableArray<string> Tasks => tasks;

    public ModelOptions? Options => options;

    /// <summary>Of a training, by its log.</summary>
    public static ModelStructure Of(RunEvent run)
    {
        ModelOptions? options = null;
        try
        {
            options = RunConfiguration.Parse(run.Configuration, "the log", ".").Model.Options;
        }
        catch (InputException)
        {
            // A log of another version may have options that this one does not know; its gates are then shown without names.
        }

        return new ModelStructure(options, run.Tasks, [.. run.Levels.Select(l => (l.Column, l.Scenarios))]);
    }

    /// <summary>The layers with their names, and those of their experts.</summary>
    public ImmutableArray<LayerView> Name(ImmutableArray<LayerView> layers) => [.. layers.Select(Named)];

    /// <summary>Whether an expert is one that all heads share.</summary>
    public static bool IsShared(string expert) => expert.StartsWith(SharedPrefix, StringComparison.Ordinal);

    LayerView Named(LayerView layer)
    {
        var parts = layer.Name.Split('.');
        return options switch
        {
            PleOptions ple when parts[^1] == "shared" => Ple(layer, ple, parts),
            PleOptions ple => Cgc(layer, ple.OwnExperts, ple.SharedExperts, ple.Heads == Heads.Pair, TitleOfPle(parts), parts),
            HinetOptions hinet when parts[0] == "cgc" => Cgc(layer, hinet.OwnExperts, hinet.SharedExperts, hinet.Heads == PairHeads.Pair, "task layer", parts),
            HinetOptions when layer.Name == "sei.own" => layer with { Title = "own sub-experts of the scenarios" },
            HinetOptions when layer.Name == "sei.shared" => layer with { Title = "shared sub-experts" },
            SarNetOptions sar => layer with { Title = "experts", ExpertNames = Names(layer, OwnAndShared(sar.OwnExperts, sar.SharedExperts, ofScenario: true)) },
            M3oeOptions m3oe when layer.Name == "scenario.expert" => Fixed(layer, m3oe, "experts of scenarios", Names(layer, NodesOf(m3oe.Level)), "scenario"),
            M3oeOptions m3oe when layer.Name == "task.expert" => Fixed(layer, m3oe, "experts of tasks", Names(layer, tasks), "task"),
            M3oeOptions => layer with { Title = "common experts" },
            HmoeOptions hmoe when parts[0] == "label_gate" && TaskOf(parts) is { } task =>
                layer with { Title = $"label gate, {task}", ExpertNames = Names(layer, NodesOf(hmoe.Level)), OwnOf = task },
            AitmOptions => layer with { Title = "what the task before hands on", ExpertNames = Names(layer, ["handed on", "own"]) },
            Aesm2Options aesm2 => Aesm2(layer, aesm2, parts),
            CesaaOptions cesaa => Cesaa(layer, cesaa, parts),
            MmoeOptions when layer.Name == "scenario.expert" => layer with { Title = "scenario stage" },
            MmoeOptions or HmoeOptions => layer with { Title = "experts" },
            _ => layer,
        };
    }

    LayerView Ple(LayerView layer, PleOptions ple, string[] parts)
    {
        var heads = parts[0] == "layer" && ple.Heads != Heads.Pair ? tasks : [];
        return layer with
        {
            Title = $"{TitleOfPle(parts)}, shared stream",
            ExpertNames = heads.IsEmpty ? [] : Names(layer, [.. heads.SelectMany(t => OwnAndShared(ple.OwnExperts, 0, false).Select(e => $"{e} of {t}")), .. OwnAndShared(0, ple.SharedExperts, false)]),
        };
    }

    static string TitleOfPle(string[] parts)
    {
        var at = parts[0] == "scenario" ? 1 : 0;
        return $"{(at == 1 ? "scenario stage, " : "")}layer {Number(parts[at + 1])}";
    }

    LayerView Cgc(LayerView layer, int own, int shared, bool ofScenario, string title, string[] parts) => layer with
    {
        Title = TaskOf(parts) is { } task ? $"{title}, {task}" : title,
        Group = TaskOf(parts) is null || parts.Contains("scenario") ? null : title,
        OwnOf = TaskOf(parts),
        ExpertNames = Names(layer, OwnAndShared(own, shared, ofScenario)),
    };

    /// <summary>M³oE's experts of scenarios and of tasks: one number weighs a row's own, and all others alike.</summary>
    static LayerView Fixed(LayerView layer, M3oeOptions m3oe, string title, ImmutableArray<string> names, string what)
    {
        if (!m3oe.Balance || layer.Experts == 1) return layer with { Title = title, ExpertNames = names, Fixed = $"no gate chooses here. A row has its own {what}'s expert alone." };
        var own = layer.Own.Where(g => g != layer.Total).Select(g => g.Weight.Max()).DefaultIfEmpty(layer.Total.Weight.Max()).Average();
        var start = 1 / (1 + Math.Exp(-M3oe.StartOfShares));
        return layer with
        {
            Title = title,
            ExpertNames = names,
            Fixed = string.Create(
                CultureInfo.InvariantCulture,
                $"no gate chooses here. One learned number, the same for all rows, weighs a row's own {what}'s expert ({Words.Percent(own)}; training began with {Words.Percent(start)}{(Math.Abs(own - start) < 0.02 ? ", so it has hardly moved" : "")}) and leaves equal parts to the others."),
        };
    }

    LayerView Aesm2(LayerView layer, Aesm2Options aesm2, string[] parts)
    {
        var level = parts[0] == "scenario" && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var place) && place < levels.Length ? levels[place].Column : null;
        var number = aesm2.LayersPerLevel > 1 ? $", layer {Number(parts[^1])}" : "";
        return layer with
        {
            Title = (level is null ? "task layer" : $"scenario layer ({level})") + number,
            ExpertNames = layer.Experts == aesm2.Experts + 1 ? [.. Enumerable.Range(0, aesm2.Experts).Select(Text), "its input unchanged"] : [],
        };
    }

    LayerView Cesaa(LayerView layer, CesaaOptions cesaa, string[] parts) => layer with
    {
        Title = $"layer {Number(parts[1])}{(parts[^1] == "dense" ? ", before the choice" : "")}",
        ExpertNames = cesaa is { SharedExperts: > 0, Combine: ExpertCombination.Joint } && parts[^1] != "dense"
            ? Names(layer, [.. Enumerable.Range(0, Math.Max(0, layer.Experts - cesaa.SharedExperts)).Select(Text), .. OwnAndShared(0, cesaa.SharedExperts, false)])
            : [],
    };

    /// <summary>The names where there are as many as experts; a model of another schema keeps its numbers.</summary>
    static ImmutableArray<string> Names(LayerView layer, ImmutableArray<string> names) => names.Length == layer.Experts ? names : [];

    static ImmutableArray<string> OwnAndShared(int own, int shared, bool ofScenario) =>
        [.. Enumerable.Range(0, own).Select(k => $"{(ofScenario ? "scenario's own" : "own")} {Text(k)}"), .. Enumerable.Range(0, shared).Select(k => SharedPrefix + Text(k))];

    ImmutableArray<string> NodesOf(int level) => level <= levels.Length ? levels[level - 1].Nodes : [];

    /// <summary>Layers are counted from 1 for people.</summary>
    static string Number(string place) => int.TryParse(place, CultureInfo.InvariantCulture, out var number) ? Text(number + 1) : place;

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    string? TaskOf(string[] parts) =>
        parts.Length > 1 && parts[^2] is "task" or "label_gate" && int.TryParse(parts[^1], CultureInfo.InvariantCulture, out var task) && task < tasks.Length ? tasks[task] : null;
}
