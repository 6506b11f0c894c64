using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>
/// The gates of two models on the same rows. Layers and tasks are matched by name, rows by the inspected model's scenario nodes, experts by index: it
/// says something where one model started from the other. One of them may know more ids, scenarios and tasks.
/// </summary>
public sealed record DriftReport
{
    /// <summary>The inspected model.</summary>
    public required ExpertUse Use { get; init; }

    /// <summary>The gates that both models have.</summary>
    public required ImmutableArray<GateDrift> Gates { get; init; }

    /// <summary>Layers and tasks that cannot be compared, one line each.</summary>
    public required ImmutableArray<string> Unmatched { get; init; }

    /// <summary>Runs the same rows through both models.</summary>
    /// <param name="ranker">The inspected model.</param>
    /// <param name="rows">The rows as it reads them; what the other model does not know of them is unknown to it.</param>
    /// <param name="against">The other model.</param>
    /// <param name="pool">Workers; null computes on the calling thread.</param>
    /// <param name="cancellation">Ends the count between two batches.</param>
    /// <exception cref="InputException">The models encode values differently: neither's data grew from the other's.</exception>
    public static DriftReport Measure(
        Ranker ranker,
        IBatchSource rows,
        Ranker against,
        WorkerPool? pool = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(against);
        if (!BatchTranslation.IsPossible(ranker.Schema, against.Schema))
        {
            throw new InputException(
                "The two models do not know the same fields and scenarios by the same ids, so neither started from the other and their gates cannot be compared; inspect them one by one.");
        }

        var (pass, otherPass) = (new ObservedPass(ranker, rows, pool), new TranslatedPass(against, ranker.Schema, pool));
        var tally = new ExpertTally(ranker.Schema, ranker.Schema);
        var other = new ExpertTally(ranker.Schema, against.Schema);
        while (pass.Next(cancellation))
        {
            otherPass.Run(pass.Batch);
            other.Add(otherPass.Graph, pass.Batch);
            tally.Add(pass.Graph, pass.Batch, other, otherPass.Graph);
        }

        var use = new ExpertUse { Rows = pass.Rows, Layers = tally.Layers() };
        var others = other.Layers();
        return new DriftReport
        {
            Use = use,
            Gates = [.. use.Layers.SelectMany(l => Matched(l, others.FirstOrDefault(o => o.Name == l.Name)))],
            Unmatched =
            [
                .. use.Layers.Select(l => Problem(l, others.FirstOrDefault(o => o.Name == l.Name))).OfType<string>(),
                .. others.Where(o => use.Layers.All(l => l.Name != o.Name)).Select(o => $"layer {o.Name} is only in the model compared with"),
                .. Only(ranker.Schema, against.Schema).Select(t => $"task {t} is only in the inspected model"),
                .. Only(against.Schema, ranker.Schema).Select(t => $"task {t} is only in the model compared with"),
            ],
        };
    }

    static IEnumerable<GateDrift> Matched(LayerUse layer, LayerUse? other)
    {
        if (other is null || Problem(layer, other) is not null) yield break;
        foreach (var gate in layer.Gates)
        {
            if (other.Find(gate.Column, gate.Scenario, gate.Task) is { } twin && twin.Rows == gate.Rows)
                yield return new GateDrift { Layer = layer.Name, Gate = gate, Against = twin };
        }
    }

    static string? Problem(LayerUse layer, LayerUse? other)
    {
        if (other is null) return $"layer {layer.Name} is only in the inspected model";
        return other.Experts == layer.Experts ? null : $"layer {layer.Name} has {layer.Experts} experts, {other.Experts} in the model compared with";
    }

    static IEnumerable<string> Only(Schema schema, Schema other) => schema.Tasks.Select(t => t.Name).Except(other.Tasks.Select(t => t.Name));
}
