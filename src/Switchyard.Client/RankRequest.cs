using System.Text.Json.Serialization;

namespace Switchyard.Client;

/// <summary>The candidates of one user in one place, to be scored and ordered.</summary>
public sealed record RankRequest
{
    /// <summary>The scenario: value by column of the model's levels.</summary>
    public IDictionary<string, FieldValue> Scenario { get; init; } = new Dictionary<string, FieldValue>(StringComparer.Ordinal);

    /// <summary>Fields of the user, by column.</summary>
    public IDictionary<string, FieldValue> User { get; init; } = new Dictionary<string, FieldValue>(StringComparer.Ordinal);

    /// <summary>Fields of the request itself, such as its hour, by column.</summary>
    public IDictionary<string, FieldValue> Context { get; init; } = new Dictionary<string, FieldValue>(StringComparer.Ordinal);

    /// <summary>The candidates.</summary>
    public IList<RankItem> Items { get; init; } = [];

    /// <summary>How many of the order are returned; null: all. Scores are those of all items in any case.</summary>
    public int? Top { get; init; }

    /// <summary>Whether the scores are explained; the server does it for few items only (limits.explain_items).</summary>
    [JsonIgnore]
    public bool Explain { get; init; }
}

/// <summary>One candidate.</summary>
/// <param name="Id">Its id; where the server has a feature store, the store's key. May be null.</param>
public sealed record RankItem(string? Id = null)
{
    /// <summary>Its fields, by column; those of the store need not be given.</summary>
    public IDictionary<string, FieldValue> Fields { get; init; } = new Dictionary<string, FieldValue>(StringComparer.Ordinal);

    /// <summary>A candidate by its id alone.</summary>
    public static implicit operator RankItem(string id) => new(id);
}

/// <summary>Rows to be scored, each with all its fields, as they would stand in a file.</summary>
public sealed record ScoreRequest
{
    /// <summary>Value by column of each row.</summary>
    public IList<IDictionary<string, FieldValue>> Rows { get; init; } = [];
}
