using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>Where the fields of users and items come from that a request does not carry.</summary>
public sealed record FeatureStoreOptions : IValidatableObject
{
    [Description("File of a SQLite store, relative to the configuration; switchyard features load makes one.")]
    public string? Path { get; init; }

    [Description("Name of the environment variable that holds the connection string of a PostgreSQL store (Host=…;Database=…;Username=…;Password=…). The string itself is never stored.")]
    public string? Connection { get; init; }

    [Description("What is looked up, and by which key.")]
    public required ImmutableArray<FeatureEntityOptions> Entities { get; init; }

    [Description("Limits and freshness of the cache in the process.")]
    public FeatureCacheOptions Cache { get; init; } = new();

    [Description("Milliseconds that a lookup may take; a longer one counts as failed.")]
    [Range(1, 60_000)]
    public int TimeoutMs { get; init; } = 250;

    [Description("What a request gets whose values neither the store nor the cache can give: unavailable (503, try again) or missing (it is scored as if the store did not know its keys).")]
    public FeatureFailure OnFailure { get; init; } = FeatureFailure.Unavailable;

    [Description("Milliseconds for which a store that fails is left alone; requests meanwhile are answered from the cache or as on_failure says, at once. Then one lookup tries it again.")]
    [Range(500, 600_000)]
    public int RetryMs { get; init; } = 1000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Path is null) == (Connection is null))
            yield return new ValidationResult("name one store: 'path' for a SQLite file, or 'connection' for PostgreSQL.", [nameof(Path)]);
        if (Path is { Length: 0 }) yield return new ValidationResult("the path is empty.", [nameof(Path)]);
        if (Connection is { } variable && !SourceChecks.IsVariable(variable))
            yield return new ValidationResult("it is the name of an environment variable that holds the connection string, for example FEATURES_DB; the string itself does not belong into a configuration.", [nameof(Connection)]);
        if (Entities.IsEmpty) yield return new ValidationResult("name at least one entity, for example {name: item}.", [nameof(Entities)]);
        if (Entities.GroupBy(e => e.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { Key: var twice })
            yield return new ValidationResult($"entity '{twice}' stands there twice; rename one, and name its table with 'table'.", [nameof(Entities)]);
        if (Entities.FirstOrDefault(e => !char.IsAscii(e.Separator)) is { } wide)
            yield return new ValidationResult($"entity '{wide.Name}': separator '{wide.Separator}' must be an ASCII character.", [nameof(Entities)]);
    }
}

/// <summary>One entity of a store.</summary>
public sealed record FeatureEntityOptions
{
    [Description("Name of the entity, such as item or user.")]
    public required string Name { get; init; }

    [Description("What its columns describe: item (looked up for every candidate), user or context (once per request).")]
    public FieldSide Side { get; init; } = FieldSide.Item;

    [Description("Column of a request that holds the key; of a candidate given by its id alone, the id is the key. Default: as key.")]
    public string? Column { get; init; }

    [Description("Table or view; for PostgreSQL also with a schema, as shop.items. Default: the entity's name.")]
    public string? Table { get; init; }

    [Description("Column of the table that holds the key. Default: the table's primary key.")]
    public string? Key { get; init; }

    [Description("Columns to read. Default: all but the key.")]
    public ImmutableArray<string> Columns { get; init; } = [];

    [Description("PostgreSQL: character to put between the items of an array, as the fields that read it are separated.")]
    public char Separator { get; init; } = '|';
}

/// <summary>The cache before a feature store.</summary>
public sealed record FeatureCacheOptions
{
    [Description("Keys that are kept of each entity. 0 = no cache.")]
    [Range(0, 1_000_000_000)]
    public int Entries { get; init; } = 1_000_000;

    [Description("Megabytes of keys and values that are kept of each entity.")]
    [Range(1, 1_000_000)]
    public int Megabytes { get; init; } = 256;

    [Description("Freshness: values older than this many seconds are read again before they serve. Unknown keys are remembered as long.")]
    [Range(0.0, 1e9)]
    public double MaxAge { get; init; } = 60;

    [Description("While the store fails, values serve for so many seconds beyond max_age.")]
    [Range(0.0, 1e9)]
    public double StaleIfError { get; init; } = 3600;
}

/// <summary>What a request gets whose values cannot be had.</summary>
public enum FeatureFailure
{
    /// <summary>It is refused: try again later.</summary>
    Unavailable,

    /// <summary>It is scored with missing values.</summary>
    Missing,
}
