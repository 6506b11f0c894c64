using System.Collections.Immutable;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>A run's metric log, sorted by what its lines tell.</summary>
sealed record TrainingLog(
    RunEvent Run, ImmutableArray<StepEvent> Steps, ImmutableArray<ExpertsEvent> Experts, ImmutableArray<ValidationEvent> Validations, ImmutableArray<ControlEvent> Controls, EndEvent? End)
{
    /// <summary>Batches that are counted together: one alone has too few rows of small scenarios.</summary>
    const int MergedBatches = 5;

    /// <summary>Logs have seven digits.</summary>
    const double LogPrecision = 1e-6;

    /// <summary>Reads a log; null where there is none. Lines that are no events are told of and left out.</summary>
    /// <exception cref="InputException">It cannot be read, or does not begin with the run.</exception>
    public static TrainingLog? Load(string path, Action<string> warn)
    {
        if (!File.Exists(path)) return null;
        var events = MetricLogReader.Read(path, warn);
        if (events.IsEmpty || events[0] is not RunEvent run) throw new InputException($"{path} does not begin with the run it is of; train the run again to write it anew.");
        return new TrainingLog(
            run,
            [.. events.OfType<StepEvent>()],
            [.. events.OfType<ExpertsEvent>()],
            [.. events.OfType<ValidationEvent>()],
            [.. events.OfType<ControlEvent>()],
            events.OfType<EndEvent>().LastOrDefault());
    }

    /// <summary>
    /// Whether it is the log of that training. Beside a bundle may lie the log of a later one that saved nothing; and of two with the same
    /// configuration and rows one may have been stopped.
    /// </summary>
    public bool IsOf(TrainingFacts training) =>
        End is { } end && Run.RunId == training.RunId && end.BestStep == training.BestStep && end.Step == training.Steps && IsSame(end.BestValue, training.BestValue);

    static bool IsSame(double? logged, double? value) =>
        logged is { } a && value is { } b ? Math.Abs(a - b) <= LogPrecision * Math.Max(Math.Abs(a), Math.Abs(b)) : logged is null && value is null;

    /// <summary>What its layers and experts are called.</summary>
    public ModelStructure Structure { get; } = ModelStructure.Of(Run);

    /// <summary>
    /// The experts of the last logged batches before the weights that were kept, counted together; of the first one where that came later. A batch of the
    /// first half of the way tells of weights that have moved far since, so it does not count.
    /// </summary>
    public ImmutableArray<LayerView> ExpertsAtBest()
    {
        if (Experts.IsEmpty) return [];
        var best = End?.BestStep ?? Experts[^1].Step;
        var last = Experts.Where(e => e.Step <= best && 2 * e.Step > best).TakeLast(MergedBatches).DefaultIfEmpty(Experts.LastOrDefault(e => e.Step <= best) ?? Experts[0]);
        return Structure.Name([.. last.SelectMany(e => ViewsOf(e)).GroupBy(l => l.Name).Select(l => LayerView.Merge([.. l]))]);
    }

    /// <summary>The layers of a logged batch.</summary>
    public static ImmutableArray<LayerView> ViewsOf(ExpertsEvent happened) =>
    [
        .. happened.Layers.Where(l => !l.Gates.IsEmpty).Select(l => new LayerView(
            l.Name, l.Column, l.Experts, [.. l.Gates.Select(g => new GateView(g.Task, g.Column, g.Scenario, g.Rows, g.Specific, g.Shared, g.Weight))])),
    ];

    /// <summary>At most so many of a list, evenly, with the first and the last.</summary>
    public static IEnumerable<T> Thin<T>(ImmutableArray<T> items, int most) => items.Length <= most
        ? items
        : Enumerable.Range(0, most).Select(i => items[(int)((long)i * (items.Length - 1) / (most - 1))]);
}

/// <summary>What a training is told from others by.</summary>
/// <param name="RunId">Digest of what it depended on; null where it was made before there was one.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="BestStep">Step whose weights were kept.</param>
/// <param name="BestValue">Monitor at these weights; null where there was none.</param>
sealed record TrainingFacts(string? RunId, long Steps, long BestStep, double? BestValue)
{
    /// <summary>Of a bundle; null where it was made without a training.</summary>
    public static TrainingFacts? Of(BundleMetadata bundle)
    {
        if (bundle.Training is not { ValueKind: JsonValueKind.Object } training) return null;
        return Number("steps") is { } steps && Number("best_step") is { } best ? new TrainingFacts(bundle.RunId, (long)steps, (long)best, Number("best_value")) : null;

        double? Number(string name) => training.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
    }
}
