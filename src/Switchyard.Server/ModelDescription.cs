using System.Text.Json;
using System.Text.Json.Serialization;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>What <c>GET /v1/models</c> says.</summary>
sealed record ModelList(IReadOnlyList<ModelDescription> Models, IReadOnlyList<RouteDescription> Routes);

/// <summary>A model by name, with its versions and what it reads.</summary>
sealed record ModelDescription(
    string Name,
    string? Version,
    IReadOnlyList<VersionDescription> Versions,
    string? Digest,
    DateTimeOffset? Created,
    IReadOnlyList<LevelDescription>? Levels,
    IReadOnlyList<FieldDescription>? Fields,
    IReadOnlyList<TaskDescription>? Tasks,
    FusionDescription? Fusion,
    JsonElement? Metrics);

/// <summary>A version in the folder of models.</summary>
sealed record VersionDescription(string Version, VersionStatus Status, string? Reason);

/// <summary>A level of the scenario tree.</summary>
sealed record LevelDescription(string Column, IReadOnlyList<string> Nodes);

/// <summary>A field that the model reads.</summary>
sealed record FieldDescription(string Name, string Column, FieldKind Kind, FieldSide Side);

/// <summary>A task; a conditional one names the task it follows.</summary>
sealed record TaskDescription(string Name, string? Given);

/// <summary>How task scores become the fused one: rules of scenarios, each once.</summary>
sealed record FusionDescription(string Version, IReadOnlyList<FusionRuleDescription> Rules);

/// <summary>A formula and the weights it names.</summary>
sealed record FusionRuleDescription(string Formula, IReadOnlyDictionary<string, double> Weights);

/// <summary>A name that stands for several models.</summary>
sealed record RouteDescription(string Name, IReadOnlyList<string> Levels, IReadOnlyList<RouteTarget> Scenarios, string? Default);

/// <summary>What <c>/healthz</c> and <c>/readyz</c> say.</summary>
sealed record HealthDescription(string Status);

/// <summary>JSON of everything but scores.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LowerCaseName<VersionStatus>), typeof(LowerCaseName<FieldKind>), typeof(LowerCaseName<FieldSide>)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(DriftDescription))]
[JsonSerializable(typeof(HealthDescription))]
sealed partial class ServerJson : JsonSerializerContext;

/// <summary>Writes and reads the names of an enumeration in snake case.</summary>
sealed class LowerCaseName<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
