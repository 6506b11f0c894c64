using System.Text.Json;

namespace Switchyard;

/// <summary>A run whose training diverged: it fails each time, so it is kept as a result of its own.</summary>
/// <param name="Variant">Name of the variant when it was trained.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Digest">SHA-256 (hex) of everything the result depends on.</param>
/// <param name="Failure">What happened, and at which step.</param>
public sealed record FailedRun(string Variant, ulong Seed, string Digest, string Failure)
{
    internal string ToJson() => JsonSerializer.Serialize(this, JsonReport.Options);

    internal static FailedRun? Parse(string json) => JsonSerializer.Deserialize<FailedRun>(json, JsonReport.Options);
}
