using System.Text.Json;

namespace Switchyard.Client;

/// <summary>The models of a server, and the routes: names that stand for several of them.</summary>
public sealed record ModelList
{
    /// <summary>The models, without their levels, fields and metrics: those are told of one model.</summary>
    public required IReadOnlyList<ModelInfo> Models { get; init; }

    /// <summary>The routes.</summary>
    public IReadOnlyList<RouteInfo> Routes { get; init; } = [];
}

/// <summary>A model by name.</summary>
public sealed record ModelInfo
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The version that answers; null while none does.</summary>
    public string? Version { get; init; }

    /// <summary>All versions, with what became of them.</summary>
    public IReadOnlyList<VersionInfo> Versions { get; init; } = [];

    /// <summary>Digest of the version's bundle.</summary>
    public string? Digest { get; init; }

    /// <summary>When it was trained.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Levels of the scenario tree, coarse to fine.</summary>
    public IReadOnlyList<LevelInfo>? Levels { get; init; }

    /// <summary>Fields that the model reads.</summary>
    public IReadOnlyList<FieldInfo>? Fields { get; init; }

    /// <summary>Its tasks, in the order of their scores.</summary>
    public IReadOnlyList<TaskInfo>? Tasks { get; init; }

    /// <summary>How the fused score is made of the tasks' scores.</summary>
    public FusionInfo? Fusion { get; init; }

    /// <summary>What was measured when it was trained, as its bundle has it.</summary>
    public JsonElement? Metrics { get; init; }
}

/// <summary>A version of a model.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Status">What it does, for example serving, or why it does not.</param>
/// <param name="Reason">Why a bundle was refused.</param>
public sealed record VersionInfo(string Version, string Status, string? Reason);

/// <summary>A level of the scenario tree.</summary>
/// <param name="Column">Column that names the node.</param>
/// <param name="Nodes">Values that the model knows.</param>
public sealed record LevelInfo(string Column, IReadOnlyList<string> Nodes);

/// <summary>A field.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Column">Column of a request or a row.</param>
/// <param name="Kind">single, multiple, sequence or number.</param>
/// <param name="Side">item, user or context.</param>
public sealed record FieldInfo(string Name, string Column, string Kind, string Side);

/// <summary>A task.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Given">Task that it is conditional on; its score is the product along the chain.</param>
public sealed record TaskInfo(string Name, string? Given);

/// <summary>A name that stands for several models, chosen by the scenario.</summary>
/// <param name="Name">The name, used in place of a model's.</param>
/// <param name="Levels">Columns of the scenario that choose.</param>
/// <param name="Scenarios">Which scenario goes to which model; the longest path that begins the request's own decides.</param>
/// <param name="Default">Model of all other scenarios; null where they are refused.</param>
public sealed record RouteInfo(string Name, IReadOnlyList<string> Levels, IReadOnlyList<RouteScenario> Scenarios, string? Default);

/// <summary>A scenario of a route, and the model that answers it.</summary>
/// <param name="Path">Values of the first levels.</param>
/// <param name="Model">Name of the model.</param>
public sealed record RouteScenario(IReadOnlyList<string> Path, string Model);

/// <summary>How the fused score is made.</summary>
/// <param name="Version">Changes with the rules.</param>
/// <param name="Rules">The rules of all scenarios, each once.</param>
public sealed record FusionInfo(string Version, IReadOnlyList<FusionRule> Rules);

/// <summary>A rule of the fused score.</summary>
/// <param name="Formula">The formula.</param>
/// <param name="Weights">Values of the weights that it names.</param>
public sealed record FusionRule(string Formula, IReadOnlyDictionary<string, double> Weights);
