namespace Switchyard.Client;

/// <summary>Why an item has its scores.</summary>
public sealed record ItemExplanation
{
    /// <summary>The model's gates, in the order of its layers; none for a model without experts.</summary>
    public required IReadOnlyList<GateChoice> Gates { get; init; }

    /// <summary>What each value does, by the size of <see cref="Contribution.Fused"/>.</summary>
    public required IReadOnlyList<Contribution> Contributions { get; init; }
}

/// <summary>The experts that a gate chose for an item.</summary>
public sealed record GateChoice
{
    /// <summary>The layer of experts.</summary>
    public required string Layer { get; init; }

    /// <summary>The task whose gate it is; null where it is that of a scenario.</summary>
    public string? Task { get; init; }

    /// <summary>The experts that are chosen or mixed.</summary>
    public required IReadOnlyList<ExpertChoice> Experts { get; init; }
}

/// <summary>An expert that an item uses.</summary>
/// <param name="Expert">Its index in the layer.</param>
/// <param name="Role">specific, shared, both, or mixed by a gate that does not choose.</param>
/// <param name="Weight">Its mixing weight.</param>
public sealed record ExpertChoice(int Expert, string Role, float Weight);

/// <summary>The item's scores less those of the same item without a value; null where a difference is no number.</summary>
public sealed record Contribution
{
    /// <summary>The column.</summary>
    public required string Column { get; init; }

    /// <summary>field: what reads the column is missing. scenario: the node of this level is taken as unknown.</summary>
    public required string As { get; init; }

    /// <summary>Difference of the fused score.</summary>
    public double? Fused { get; init; }

    /// <summary>Difference of the score, by task.</summary>
    public required IReadOnlyDictionary<string, double?> Scores { get; init; }

    /// <summary>Difference of ln(p / (1 − p)) of the score, by task.</summary>
    public required IReadOnlyDictionary<string, double?> Logits { get; init; }
}
