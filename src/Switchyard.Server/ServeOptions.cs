using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Features;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>What is served, where, to whom and within which limits: the keys of a serve file. docs/serving.md describes them.</summary>
public sealed record ServeOptions : IValidatableObject
{
    [Description("Addresses to listen on, http or https. Default: ASPNETCORE_URLS or the Kestrel section of appsettings.json where they say one, else http://127.0.0.1:8080.")]
    public ImmutableArray<string> Listen { get; init; } = [];

    [Description("The models. A path is relative to this file.")]
    public required ModelFolderOptions Models { get; init; }

    [Description("Names that stand for several models: a request's scenario decides which of them answers.")]
    public ImmutableArray<RouteOptions> Routes { get; init; } = [];

    [Description("What a request may ask for.")]
    public LimitOptions Limits { get; init; } = new();

    [Description("How requests wait for their turn.")]
    public ScoringQueueOptions Queue { get; init; } = new();

    [Description("Store of fields that requests leave out (docs/features.md). Default: none; a field that is not given is missing.")]
    public FeatureStoreOptions? Features { get; init; }

    [Description("Keep sampled requests with their scores, for switchyard replay. The files hold all values of these requests. Default: nothing is kept.")]
    public RecordOptions? Record { get; init; }

    [Description("What versions are warmed with before they serve. Default: models.warm_up_requests requests that are made up.")]
    public WarmUpOptions? WarmUp { get; init; }

    [Description("How the rows that models score are compared with those they were trained on (docs/monitoring.md).")]
    public DriftOptions Drift { get; init; } = new();

    [Description("File of API keys, relative to this file (switchyard keys create). Without one, only the machine itself is served.")]
    public string? Keys { get; init; }

    [Description("Serve other machines without keys. Whoever reaches the port can then ask for scores.")]
    public bool Insecure { get; init; }

    [Description("Log the details of refused requests. They quote values of the request; without this, only their kind is logged.")]
    public bool LogDetails { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var address in Listen.Where(a => !ListenAddress.IsValid(a)))
            yield return new ValidationResult($"'{address}' is no address; write http://127.0.0.1:8080, for example.", [nameof(Listen)]);
        foreach (var twice in Routes.GroupBy(r => r.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return new ValidationResult($"there are several routes called '{twice.Key}'; give each a name of its own.", [nameof(Routes)]);
    }
}

/// <summary>What versions are warmed with.</summary>
public sealed record WarmUpOptions
{
    [Description("File of recorded requests (also .gz), or a folder of them, as serve --record writes them; relative to this file. A version scores the first models.warm_up_requests of its model that it can take; those that are wanting are made up. The file need not be there.")]
    public required string Requests { get; init; }
}

/// <summary>A name that stands for several models.</summary>
public sealed record RouteOptions : IValidatableObject
{
    [Description("The name that clients call, as that of a model.")]
    public required string Name { get; init; }

    [Description("Names of the scenario's columns in the order of the paths, as a request gives them.")]
    public required ImmutableArray<string> Levels { get; init; }

    [Description("Which scenario goes to which model. The longest path that begins the request's own decides.")]
    public required ImmutableArray<RouteTarget> Scenarios { get; init; }

    [Description("Model of all other scenarios. Default: they are refused.")]
    public string? Default { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Levels.IsEmpty) yield return new ValidationResult("name at least one column.", [nameof(Levels)]);
        foreach (var target in Scenarios.Where(t => t.Path.IsEmpty || t.Path.Length > Levels.Length))
            yield return new ValidationResult($"the path [{string.Join(", ", target.Path)}] must have 1 to {Levels.Length} values, one for each of levels.", [nameof(Scenarios)]);
        foreach (var twice in Scenarios.GroupBy(t => string.Join('\u001f', t.Path), StringComparer.Ordinal).Where(g => g.Count() > 1))
            yield return new ValidationResult($"the path [{string.Join(", ", twice.First().Path)}] stands there twice.", [nameof(Scenarios)]);
    }
}

/// <summary>A part of the scenario tree and the model that answers for it.</summary>
public sealed record RouteTarget
{
    [Description("Values of the first levels.")]
    public required ImmutableArray<string> Path { get; init; }

    [Description("Name of the model.")]
    public required string Model { get; init; }
}

/// <summary>What a request may ask for.</summary>
public sealed record LimitOptions : IValidatableObject
{
    [Description("Bytes of a request's body.")]
    [Range(1024, 1073741824)]
    public int BodyBytes { get; init; } = 4 * 1024 * 1024;

    [Description("Megabytes (1024 × 1024 bytes) of the bodies of all requests at a time. One more is refused (503).")]
    [Range(1, 1000000)]
    public int BodiesMegabytes { get; init; } = 256;

    [Description("Items of a rank request, or rows of a score request.")]
    [Range(1, 1000000)]
    public int Items { get; init; } = 2000;

    [Description("Items of a rank request with ?explain=true: each is scored again for every column that the model reads.")]
    [Range(1, 10000)]
    public int ExplainItems { get; init; } = 50;

    [Description("Values in a list of one field. Of a sequence, training keeps max_length.")]
    [Range(1, 1000000)]
    public int Values { get; init; } = 1000;

    [Description("Depth of objects and arrays in a body. A rank request needs 5.")]
    [Range(5, 64)]
    public int Nesting { get; init; } = 8;

    [Description("Seconds for a request, from its admission until its answer is taken.")]
    [Range(0.001, 3600)]
    public double Seconds { get; init; } = 10;

    [Description("Seconds for requests in flight when the server is told to stop.")]
    [Range(0, 3600)]
    public double StopSeconds { get; init; } = 30;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((long)BodiesMegabytes << 20 < BodyBytes)
            yield return new ValidationResult("is less than body_bytes, so that the largest body could never be read; raise it.", [nameof(BodiesMegabytes)]);
    }
}
