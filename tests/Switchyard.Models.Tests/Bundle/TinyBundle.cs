using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>A temporary folder with a small model: every kind of field, two levels, two tasks, experts with running statistics.</summary>
sealed class TinyBundle : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("switchyard-bundle-").FullName;

    static readonly HistorySpec Recent = new() { Of = "user", Item = "city", Time = "at", When = [Condition.Parse("click == 1")] };

    public static Schema Schema { get; } = new()
    {
        Fields =
        [
            new Field("city", FieldKind.Single, 0, Pooling.Mean, FieldRole.Feature, new VocabularyEncoder(["", "Köln \"<a>\"", "b", "日本"])),
            new Field("home", FieldKind.Single, 0, Pooling.Mean, FieldRole.Feature, new SharedEncoder("city")),
            new Field("tags", FieldKind.Multiple, 1, Pooling.Sum, FieldRole.Feature, new ListEncoder('|', new HashEncoder(7))),
            new Field("age", FieldKind.Single, 2, Pooling.Mean, FieldRole.Feature, new BucketEncoder([18.5, 1.0 / 3 + 30, 65])),
            new Field("price", FieldKind.Number, -1, Pooling.Mean, FieldRole.Feature, new StandardiseEncoder(3.14, 0.1)),
            new Field("slot", FieldKind.Single, 3, Pooling.Mean, FieldRole.Position, new VocabularyEncoder(["1", "2"])) { Fixed = "1" },
            new Field("recent", FieldKind.Sequence, 0, Pooling.Mean, FieldRole.Feature, new SequenceEncoder(';', SequenceOrder.NewestFirst, 20, Recent, new SharedEncoder("city"))),
        ],
        Tables = [new Table("city", 5, 4), new Table("tags", 7, 3), new Table("age", 5, 2), new Table("slot", 3, 2)],
        Levels = [new ScenarioLevel("country", ["de", "fr"]), new ScenarioLevel("channel", ["app", "web", "mail"])],
        Tasks = [new TaskInfo("click", -1, 1f), new TaskInfo("buy", 0, 0.5f) { Label = Condition.Parse("bought >= 1"), Mask = [Condition.Parse("click == 1")] }],
        UnknownScenario = UnknownScenario.Parent,
    };

    public static Aesm2Options Options { get; } = new()
    {
        Experts = 3,
        Expert = new ExpertOptions { Widths = [6, 5], BatchNorm = true },
        NoiseScope = NoiseScope.Selection,
        IndicatorWidth = 3,
        TowerWidths = [4],
    };

    public static BundleMetadata Metadata { get; } = new()
    {
        Created = new DateTimeOffset(2026, 1, 31, 13, 30, 0, TimeSpan.FromHours(1)),
        Configuration = "name: tiny # \"quoted\"\n",
        Training = BundleMetadata.Describe(new { BestStep = 12, BestValue = 0.75 }),
    };

    public string Root => _root;

    /// <summary>Where the bundle lies or will lie.</summary>
    public string Folder => Path.Combine(_root, "runs", "model");

    public string ManifestFile => Path.Combine(Folder, "manifest.json");

    public string WeightsFile => Path.Combine(Folder, "weights.safetensors");

    /// <summary>A model whose running statistics are not the initial ones.</summary>
    public static Ranker NewRanker(ulong seed = 7, ModelOptions? options = null)
    {
        var ranker = new Ranker(Schema, options ?? Options, seed);
        var next = 0.25f;
        foreach (var buffer in ranker.Parameters.Buffers)
            foreach (ref var v in buffer.Values.AsSpan()) v = next += 0.37f;
        return ranker;
    }

    /// <summary>A folder that holds the model already.</summary>
    public static TinyBundle Saved(ulong seed = 7, ModelOptions? options = null)
    {
        var bundle = new TinyBundle();
        ModelBundle.Save(bundle.Folder, NewRanker(seed, options), Metadata);
        return bundle;
    }

    /// <summary>All values of a model by name, as bits.</summary>
    public static Dictionary<string, int[]> Bits(ParameterSet set) =>
        WeightTensor.All(set).ToDictionary(t => t.Name, t => t.Values(set).ToArray().Select(BitConverter.SingleToInt32Bits).ToArray());

    /// <summary>Changes the manifest as JSON.</summary>
    public void EditManifest(Action<JsonNode> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(ManifestFile))!;
        edit(json);
        File.WriteAllText(ManifestFile, json.ToJsonString());
    }

    /// <summary>Replaces the weights and makes size and checksum of the manifest agree, so that only the content can be refused.</summary>
    public void ReplaceWeights(byte[] bytes)
    {
        File.WriteAllBytes(WeightsFile, bytes);
        EditManifest(m => m["weights"] = new JsonObject { ["bytes"] = bytes.Length, ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
    }

    /// <summary>Changes the header of the weights as text; values stay.</summary>
    public void EditHeader(Func<string, string> edit)
    {
        var file = File.ReadAllBytes(WeightsFile);
        var length = BitConverter.ToInt32(file);
        var header = System.Text.Encoding.UTF8.GetBytes(edit(System.Text.Encoding.UTF8.GetString(file, 8, length)));
        ReplaceWeights([.. BitConverter.GetBytes((long)header.Length), .. header, .. file.AsSpan(8 + length)]);
    }

    /// <summary>The message that loading is refused with: one line that names the folder.</summary>
    public string Refusal()
    {
        var message = Should.Throw<InputException>(() => ModelBundle.Load(Folder)).Message;
        message.ShouldContain(Folder);
        message.ShouldNotContain("\n");
        return message;
    }

    public string[] Siblings() => [.. Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Folder)!).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    public string Leftover(string kind, int process) =>
        Path.Combine(Path.GetDirectoryName(Folder)!, string.Create(CultureInfo.InvariantCulture, $".model.{kind}-{process}"));

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
