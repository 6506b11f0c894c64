using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Evaluation;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>What the result of a run depends on, as text by name: two runs with the same identity come to the same bits.</summary>
static class RunIdentity
{
    public const string VersionKey = "version of Switchyard";

    /// <summary>Name of the entry with <see cref="Program"/>.</summary>
    public const string ProgramKey = "build of Switchyard";

    /// <summary>Name of the entry with the digest of the rows.</summary>
    public const string RowsKey = "digest of the rows";

    // Where a run is put, how many threads compute it and when it is saved change nothing in its result.
    static readonly string[] WithoutInfluence =
        ["name", "output", "training.threads", "training.checkpoint_every", "training.keep_checkpoints", "training.keep_checkpoints_at_end", "update.measure_old_rows"];

    // How the rows were read and encoded is in the rows themselves.
    static readonly string[] Fitted = ["model", "training", "evaluation"];

    // A type of every assembly that has a part in a result.
    static readonly Type[] Parts =
        [typeof(RunIdentity), typeof(Ranker), typeof(Graph), typeof(WorkerPool), typeof(Trainer), typeof(Schema), typeof(Evaluator), typeof(Predictor)];

    /// <summary>
    /// Digest (hex) of the code that computes results, by the module versions of its assemblies. Builds are deterministic: the same sources
    /// keep it, and any change of them makes another, so that a result of changed code is never taken for one of this code.
    /// </summary>
    public static string Program { get; } = DigestOf(string.Join('\n', Parts.Select(p => $"{p.Assembly.GetName().Name} {p.Module.ModuleVersionId}")));

    /// <summary>Every value of the configuration that can change a bit of the result, and the library's version.</summary>
    public static Dictionary<string, string> Of(RunConfiguration configuration)
    {
        var identity = new Dictionary<string, string>(StringComparer.Ordinal) { [VersionKey] = BundleMetadata.ThisVersion };
        Flatten(JsonElement.Parse(configuration.ToJson()), "", identity);
        foreach (var key in WithoutInfluence) identity.Remove(key);
        return identity;
    }

    /// <summary>
    /// Entries of <see cref="Of(RunConfiguration)"/> that an identity from before their options does not have, with the same meaning: what is
    /// absent there has this value.
    /// </summary>
    public static Dictionary<string, string> MayMiss(RunConfiguration configuration)
    {
        var without = new Dictionary<string, string>(StringComparer.Ordinal);
        Flatten(JsonElement.Parse(configuration.ToJson(whole: false)), "", without);
        return Of(configuration).Where(e => e.Key != VersionKey && !without.ContainsKey(e.Key)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The same of a run over rows that are open: wherever they came from, only they count, and what is made of them.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="digest">Digest of the rows as they are encoded.</param>
    /// <returns>With the build of the program: results are kept for long, and code changes more often than its version.</returns>
    public static Dictionary<string, string> Of(RunConfiguration configuration, string digest)
    {
        var identity = Of(configuration).Where(e => e.Key == VersionKey || Fitted.Contains(e.Key.Split('.', '[')[0])).ToDictionary(StringComparer.Ordinal);
        identity[ProgramKey] = Program;
        identity[RowsKey] = digest;
        return identity;
    }

    /// <summary>SHA-256 (hex) of an identity, whatever the order of its entries.</summary>
    public static string Digest(IEnumerable<KeyValuePair<string, string>> identity) =>
        DigestOf(string.Join('\n', identity.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} = {e.Value}")));

    static string DigestOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    static void Flatten(JsonElement value, string path, Dictionary<string, string> into)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject()) Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", into);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray()) Flatten(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), into);
                break;
            default:
                into[path] = value.ToString();
                break;
        }
    }
}
