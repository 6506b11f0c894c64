using System.Text;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;

namespace Switchyard.Serving.Tests;

/// <summary>Small bundles with every kind of field, and rows of texts for them.</summary>
static class TinyModels
{
    static readonly BundleMetadata Metadata = new() { Created = DateTimeOffset.UnixEpoch };

    public static Schema Schema(UnknownScenario unknown = UnknownScenario.Parent) => new()
    {
        Fields =
        [
            Field("user", FieldKind.Single, 0, Words("u", 9)) with { Side = FieldSide.User },
            Field("hour", FieldKind.Single, 1, new BucketEncoder([6, 12, 18])) with { Side = FieldSide.Context },
            Field("region", FieldKind.Single, 2, Words("r", 3)) with { Side = FieldSide.Context },
            Field("item", FieldKind.Single, 3, Words("i", 40)),
            Field("last_item", FieldKind.Single, 3, new SharedEncoder("item")) with { Side = FieldSide.User },
            Field("tags", FieldKind.Multiple, 4, new ListEncoder('|', Words("t", 7))),
            Field("clicks", FieldKind.Sequence, 3, new SequenceEncoder(';', SequenceOrder.NewestFirst, 3, new HistorySpec { Of = "user", Item = "item" }, new SharedEncoder("item"))) with { Side = FieldSide.User },
            Field("brand", FieldKind.Single, 5, new HashEncoder(8)),
            Field("price", FieldKind.Number, -1, new StandardiseEncoder(50, 20)),
            Field("rank", FieldKind.Single, 6, new BucketEncoder([1, 2, 5])) with { Role = FieldRole.Position, Fixed = "1" },
        ],
        Tables =
        [
            new Table("user", 10, 4), new Table("hour", 5, 2), new Table("region", 4, 2), new Table("item", 41, 4), new Table("tags", 8, 3),
            new Table("brand", 8, 2), new Table("rank", 5, 2),
        ],
        Levels = [new ScenarioLevel("region", ["r0", "r1", "r2"]), new ScenarioLevel("device", ["phone", "desktop"])],
        Tasks = [new TaskInfo("click", -1, 1), new TaskInfo("book", 0, 1)],
        UnknownScenario = unknown,
    };

    /// <summary>Saves a bundle; another seed is another model.</summary>
    public static string Save(string folder, ulong seed = 1, Schema? schema = null, ModelOptions? options = null)
    {
        ModelBundle.Save(folder, NewRanker(seed, schema, options), Metadata);
        return folder;
    }

    public static Ranker NewRanker(ulong seed = 1, Schema? schema = null, ModelOptions? options = null) =>
        new(schema ?? Schema(), options ?? new Aesm2Options { Expert = new ExpertOptions { Widths = [8, 4] }, TowerWidths = [4] }, seed);

    public static ServedModel Serve(string folder, UnknownScenarioRule rule = UnknownScenarioRule.Model) => new("tiny", "1", ModelBundle.Load(folder), rule);

    /// <summary>What a request's items have in common: some of it missing, unseen or of an unseen scenario where asked.</summary>
    public static Dictionary<string, string?> Shared(int number, bool unknown = false)
    {
        var random = new SeededRandom((ulong)number, "shared");
        return new Dictionary<string, string?>
        {
            ["user"] = $"u{random.Next(12)}",
            ["hour"] = random.Next(4) == 0 ? null : $"{random.Next(24)}",
            ["region"] = unknown && random.Next(3) == 0 ? "r9" : $"r{random.Next(3)}",
            ["device"] = random.Next(2) == 0 ? "phone" : "desktop",
            ["last_item"] = $"i{random.Next(50)}",
            ["clicks"] = string.Join(';', Enumerable.Range(0, random.Next(6)).Select(_ => $"i{random.Next(50)}")),
        };
    }

    public static Dictionary<string, string?>[] Items(int number, int count)
    {
        var random = new SeededRandom((ulong)number, "items");
        return [.. Enumerable.Range(0, count).Select(_ => new Dictionary<string, string?>
        {
            ["item"] = random.Next(20) == 0 ? "" : $"i{random.Next(50)}",
            ["tags"] = string.Join('|', Enumerable.Range(0, random.Next(4)).Select(_ => $"t{random.Next(9)}")),
            ["brand"] = $"brand-{random.Next(30)}",
            ["price"] = random.Next(9) == 0 ? null : FormattableString.Invariant($"{random.NextDouble() * 100:F2}"),
        })];
    }

    public static RankRequest Fill(RankRequest request, ServedModel model, IReadOnlyDictionary<string, string?> shared, IEnumerable<IReadOnlyDictionary<string, string?>> items)
    {
        request.Begin(model);
        Set(request, RankRequest.Shared, shared);
        foreach (var item in items) Set(request, request.AddItem(), item);
        return request;
    }

    public static RankRequest NewRequest(ServedModel model, int number, int items = 5) => Fill(new RankRequest(), model, Shared(number), Items(number, items));

    /// <summary>Scores a request on this thread.</summary>
    public static RankRequest Score(RankRequest request)
    {
        var outcome = new ScoringQueue().ScoreAsync(request).AsTask();
        (outcome.IsCompletedSuccessfully && outcome.Result.Status == ScoreStatus.Scored).ShouldBeTrue();
        return request;
    }

    public static int[] Bits(ReadOnlySpan<float> values)
    {
        var bits = new int[values.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = BitConverter.SingleToInt32Bits(values[i]);
        return bits;
    }

    public static void Set(RankRequest request, int item, IReadOnlyDictionary<string, string?> values)
    {
        foreach (var (name, value) in values) request.Set(item, request.Model.Columns.Require(Encoding.UTF8.GetBytes(name), item), Encoding.UTF8.GetBytes(value ?? ""));
    }

    static VocabularyEncoder Words(string prefix, int count) => new([.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")]);

    static Field Field(string name, FieldKind kind, int table, FieldEncoder encoder) => new(name, kind, table, Pooling.Mean, FieldRole.Feature, encoder);
}

/// <summary>A folder of its own, gone with the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("serving-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
