using System.Collections.Immutable;

namespace Switchyard;

/// <summary>How the rows of one scenario node (and task) use the experts of a layer.</summary>
public sealed record GateUse
{
    /// <summary>Name of rows whose node the model does not know.</summary>
    public const string Unknown = "(unknown)";

    /// <summary>Task whose gate it is; null for a gate of no task, and for all tasks together.</summary>
    public required string? Task { get; init; }

    /// <summary>Column of the scenario level the rows are grouped by, for leaves all columns joined by /; null for all rows.</summary>
    public required string? Column { get; init; }

    /// <summary>The node, for leaves one node per level joined by /; <see cref="Unknown"/> for rows without one; null for all rows.</summary>
    public required string? Scenario { get; init; }

    /// <summary>Rows that passed the gate; a row counts once per task in a gate of all tasks.</summary>
    public required long Rows { get; init; }

    /// <summary>Share of the rows that choose each expert as specific; sums to the number a row chooses. Empty where the gate mixes all.</summary>
    public required ImmutableArray<double> Specific { get; init; }

    /// <summary>Share of the rows that choose each expert as shared; sums to the number a row chooses. Empty where the gate mixes all.</summary>
    public required ImmutableArray<double> Shared { get; init; }

    /// <summary>Share of the rows that mix each expert with a weight other than exactly 0.</summary>
    public required ImmutableArray<double> Chosen { get; init; }

    /// <summary>Mean mixing weight of each expert; sums to 1.</summary>
    public required ImmutableArray<double> Weight { get; init; }

    /// <summary>Share of the rows whose chosen experts, specific or shared, are not those of a model compared with; null where none is.</summary>
    public double? Changed { get; init; }

    /// <summary>One number per expert, in the order of the layer's experts; empty where the gate does not know the kind.</summary>
    public ImmutableArray<double> this[ExpertKind kind] => kind switch
    {
        ExpertKind.Specific => Specific,
        ExpertKind.Shared => Shared,
        ExpertKind.Chosen => Chosen,
        _ => Weight,
    };

    /// <summary>The shares of a kind divided by their sum: which expert one choice falls on.</summary>
    public ImmutableArray<double> Distribution(ExpertKind kind)
    {
        var shares = this[kind];
        var sum = shares.Sum();
        return sum == 0 ? shares : [.. shares.Select(s => s / sum)];
    }

    /// <summary>Entropy of <see cref="Distribution"/> in bits: 0 where every choice falls on one expert, log2 n where all are chosen alike.</summary>
    public double Entropy(ExpertKind kind)
    {
        // 0 - sum: a sum of nothing is 0, not −0.
        return 0 - Distribution(kind).Where(p => p > 0).Sum(p => p * Math.Log2(p));
    }

    /// <summary><see cref="Entropy"/> relative to the most it can be, log2 n: 0 to 1; 0 for a single expert.</summary>
    public double Evenness(ExpertKind kind) => this[kind].Length < 2 ? 0 : Entropy(kind) / Math.Log2(this[kind].Length);

    /// <summary>
    /// What two gates' choices have in common: Σ min(p, q) over the experts = 1 − total variation distance of their
    /// <see cref="Distribution"/>. 1 where they choose alike, 0 where no expert is chosen by both.
    /// </summary>
    /// <exception cref="ArgumentException">The gates do not choose from equally many experts.</exception>
    public static double Overlap(GateUse a, GateUse b, ExpertKind kind)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var (p, q) = (a.Distribution(kind), b.Distribution(kind));
        if (p.Length != q.Length) throw new ArgumentException($"One gate has {p.Length} experts to choose as {kind}, the other {q.Length}.", nameof(b));
        return p.Zip(q, Math.Min).Sum();
    }
}
