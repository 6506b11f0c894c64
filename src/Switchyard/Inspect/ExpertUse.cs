using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>Which experts the rows of a source choose, layer by layer.</summary>
public sealed record ExpertUse
{
    /// <summary>Rows counted.</summary>
    public required long Rows { get; init; }

    /// <summary>The layers with gates, in the order of the forward pass.</summary>
    public required ImmutableArray<LayerUse> Layers { get; init; }

    /// <summary>Runs the rows through the model, scored as predict does (positions fixed, no noise), and counts its gates.</summary>
    /// <param name="ranker">The model; nobody may train it meanwhile.</param>
    /// <param name="rows">One pass of it is read, in its order.</param>
    /// <param name="pool">Workers; null computes on the calling thread. The counts do not depend on it.</param>
    /// <param name="cancellation">Ends the count between two batches.</param>
    /// <exception cref="ArgumentException">The rows were encoded for another schema.</exception>
    public static ExpertUse Count(Ranker ranker, IBatchSource rows, WorkerPool? pool = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ranker);
        ArgumentNullException.ThrowIfNull(rows);
        var pass = new ObservedPass(ranker, rows, pool);
        var tally = new ExpertTally(ranker.Schema, ranker.Schema);
        while (pass.Next(cancellation)) tally.Add(pass.Graph, pass.Batch);
        return new ExpertUse { Rows = pass.Rows, Layers = tally.Layers() };
    }

    /// <summary>A layer by name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public LayerUse Layer(string name) => Layers.FirstOrDefault(l => l.Name == name)
        ?? throw new ArgumentException($"The model has no gated layer '{name}'; it has {string.Join(", ", Layers.Select(l => l.Name))}.", nameof(name));
}
