using System.Text.Json.Serialization;

namespace Switchyard.Client;

/// <summary>Scores and order of a request's items.</summary>
public sealed record RankResponse
{
    /// <summary>Name of the model that scored; behind a route, the one it chose.</summary>
    public required string Model { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Nodes of the scenario, coarse to fine; null where the items give them.</summary>
    public required IReadOnlyList<string?> Scenario { get; init; }

    /// <summary>The items in the request's order.</summary>
    public required IReadOnlyList<RankedItem> Items { get; init; }

    /// <summary>Positions in <see cref="Items"/>, best first; as many as the request's <see cref="RankRequest.Top"/>.</summary>
    public required IReadOnlyList<int> Order { get; init; }

    /// <summary>The items, best first; as many as the request's <see cref="RankRequest.Top"/>.</summary>
    public IEnumerable<RankedItem> Ranked => Order.Select(i => Items[i]);
}

/// <summary>Scores of one item. Every float has the bits that the model computed.</summary>
public sealed record RankedItem
{
    /// <summary>Its id, as the request had it; null where it had none.</summary>
    [JsonConverter(typeof(TextConverter))]
    public string? Id { get; init; }

    /// <summary>Score by task.</summary>
    public required IReadOnlyDictionary<string, float> Scores { get; init; }

    /// <summary>What the order is by: the scores, fused by the scenario's formula. NaN where that is no number.</summary>
    public float Fused { get; init; }

    /// <summary>Why it has these scores, where the request asks for it (<see cref="RankRequest.Explain"/>).</summary>
    public ItemExplanation? Explanation { get; init; }
}

/// <summary>Scores of rows.</summary>
public sealed record ScoreResponse
{
    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Score by task of every row, in the request's order.</summary>
    public required IReadOnlyList<IReadOnlyDictionary<string, float>> Scores { get; init; }
}
