using System.Text.Json.Serialization;

namespace Switchyard.Server;

/// <summary>JSON of a replay's report.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReplayReport))]
sealed partial class ReplayJson : JsonSerializerContext;
