using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class DriftBaselineTests : IDisposable
{
    const string Digest = "abc";

    static readonly Schema Known = WithEncoders(TinyData.Schema([3, 2], [-1, 0]));

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Count_Rows_EqualsARecountOneByOne()
    {
        var (ranker, rows) = (new Ranker(Known, new Aesm2Options { Experts = 4 }, 1), TinyData.Rows(Known, 700, 2, unknown: 0.1));
        var tally = DriftBaseline.Count(ranker, new RowsSource(rows), null, default);
        var scores = new float[2 * rows.Count];
        new Predictor(ranker).Score(rows, scores);
        var use = ExpertUse.Count(ranker, new RowsSource(rows));

        tally.Rows.ShouldBe(700);
        tally.Nodes.Select(n => n.Scenario).ShouldBe(["(unknown)", "node0", "node1", "node2"]);
        foreach (var (scenario, counts) in tally.Nodes)
        {
            int[] mine = [.. Enumerable.Range(0, 700).Where(r => scenario == "(unknown)" ? rows.Nodes(0)[r] < 0 : rows.Nodes(0)[r] == scenario[^1] - '0')];
            counts.Rows.ShouldBe(mine.Length);
            for (var task = 0; task < 2; task++)
            {
                var logits = mine.Select(r => Math.Log(scores[(task * 700) + r] / (1.0 - scores[(task * 700) + r]))).ToArray();
                for (var bin = 1; bin < 41; bin++) counts.Features[task][bin].ShouldBe(logits.Count(l => l >= -10 + ((bin - 1) * 0.5) && l < -10 + (bin * 0.5)));
            }

            Bins("user").ShouldBe(Recount(22, r => [Math.Min(rows.Ids(0)[r], 21)]), 1e-9);
            Bins("last_item").ShouldBe(Recount(18, r => [rows.Ids(2)[r]]), 1e-9);
            Bins("tags").ShouldBe(Recount(13, r => List(3, r, 12)), 1e-9);
            Bins("words").ShouldBe(Recount(11, r => List(4, r, 10)), 1e-9);
            Bins("brand").ShouldBe(Recount(9, r => [rows.Ids(6)[r]]), 1e-9);
            Bins("age")[^1].ShouldBe(mine.Count(r => rows.Numbers(5)[(2 * r) + 1] != 0));
            Bins("age")[8].ShouldBe(mine.Count(r => rows.Numbers(5)[(2 * r) + 1] == 0 && rows.Numbers(5)[2 * r] is >= 0 and < 0.25f));
            Bins("age").Sum().ShouldBe(mine.Length);

            double[] Bins(string name) => counts.Features[Array.FindIndex(tally.Features, f => f.Name == name)];

            double[] Recount(int bins, Func<int, int[]> of)
            {
                var sum = new double[bins];
                foreach (var row in mine)
                {
                    foreach (var id in of(row)) sum[id] += 1.0 / of(row).Length;
                }

                return sum;
            }

            int[] List(int field, int row, int empty)
            {
                var ids = rows.Ids(field)[rows.Offsets(field)[row]..rows.Offsets(field)[row + 1]];
                return ids.Length == 0 ? [empty] : ids;
            }
        }

        foreach (var (layer, shares) in tally.Experts()) shares.ShouldBe(use.Layer(layer).Total.Distribution(ExpertKind.Chosen), 1e-9);
        tally.Experts().Select(e => e.Layer).ShouldBe(use.Layers.Select(l => l.Name), ignoreOrder: true);
    }

    [Fact]
    public void Count_AnyThreads_SameBytes()
    {
        var (ranker, rows) = (new Ranker(Known, new MmoeOptions { Experts = 3 }, 1), TinyData.Rows(Known, 5000, 2, unknown: 0.1));
        var files = new[] { 1, 2, 5 }.Select(threads =>
        {
            using var pool = new WorkerPool(threads);
            return Convert.ToHexString(DriftBaselineJson.Write(new DriftBaseline(DriftBaseline.Count(ranker, new RowsSource(rows), pool, default), Part.Validation), Digest));
        });

        files.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void SaveAndLoad_Bundle_ComparesAsBefore()
    {
        var (bundle, baseline) = Save();
        var now = DriftBaseline.Count(bundle.Ranker, new RowsSource(TinyData.Rows(Known, 900, 7)), null, default);

        var loaded = DriftBaseline.Load(bundle)!;

        (loaded.Rows, loaded.Part).ShouldBe((800, Part.Train));
        var (before, after) = (baseline.Compare(now), loaded.Compare(now));
        after.Select(d => (d.Scenario, d.Rows, d.BaselineRows)).ShouldBe(before.Select(d => (d.Scenario, d.Rows, d.BaselineRows)));
        for (var i = 0; i < after.Length; i++) after[i].Findings.ShouldBe(before[i].Findings);
        after[0].Scenario.ShouldBe("(all)");
        after[0].Verdict.ShouldBe(DriftVerdict.Stable);
    }

    [Fact]
    public void Compare_PlantedShift_IsFoundWhereItIs()
    {
        var (bundle, baseline) = Save();
        var rows = TinyData.Rows(Known, 3000, 9);

        // Of one node, brands are turned round; nothing else is touched.
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows.Nodes(0)[row] == 1) rows.Ids(6)[row] = rows.Ids(6)[row] / 4;
        }

        var drifts = baseline.Compare(DriftBaseline.Count(bundle.Ranker, new RowsSource(rows), null, default));

        drifts.SelectMany(d => d.Findings.Where(f => f.Kind == DriftKind.Field && f.Verdict == DriftVerdict.Large).Select(f => (d.Scenario, f.Name))).ShouldBe([("node1", "brand")]);
        drifts[0].Findings.Single(f => f.Name == "brand").Verdict.ShouldBe(DriftVerdict.Moderate);
        drifts.Single(d => d.Scenario == "node0").Findings.Single(f => f.Name == "brand").Psi.ShouldBeLessThan(0.1);
    }

    [Fact]
    public void Load_BundleWithoutOne_IsNull()
    {
        ModelBundle.Save(Path.Combine(_folder.FullName, "old"), new Ranker(Known, new MmoeOptions(), 1), new BundleMetadata { Created = DateTimeOffset.UnixEpoch });

        DriftBaseline.Load(ModelBundle.Load(Path.Combine(_folder.FullName, "old"))).ShouldBeNull();
    }

    [Theory]
    [InlineData("model", "\"other\"", "another model's weights")]
    [InlineData("format_version", "2", "no baseline of version 1")]
    [InlineData("part", "\"tests\"", "there is no such part")]
    [InlineData("scenarios", "[{\"scenario\": \"a\", \"rows\": 1}]", "it cannot be read")]
    [InlineData("scenarios", "1", "it cannot be read")]
    public void Load_WrongFile_IsRefused(string key, string value, string reason)
    {
        var (bundle, _) = Save();
        var file = Path.Combine(bundle.Folder, DriftBaseline.FileName);
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(file, json.ToJsonString());

        Should.Throw<InputException>(() => DriftBaseline.Load(bundle)).Message.ShouldContain(reason);
        File.WriteAllText(file, "{");
        Should.Throw<InputException>(() => DriftBaseline.Load(bundle)).Message.ShouldContain("cannot be read");
    }

    [Theory]
    [InlineData("expert", 0, 2, "has 2 bins, the model 3")]
    [InlineData("expert", 1, 4, "has 4 bins, the model 3")]
    [InlineData("gate", 1, 3, "no layer gate")]
    public void Load_ExpertsOfAnotherModel_IsRefused(string layer, int scenario, int experts, string reason)
    {
        var (bundle, _) = Save();
        var file = Path.Combine(bundle.Folder, DriftBaseline.FileName);
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json["scenarios"]![scenario]!["experts"]![layer] = new JsonArray([.. Enumerable.Repeat(1, experts).Select(c => (JsonNode)c)]);
        File.WriteAllText(file, json.ToJsonString());

        Should.Throw<InputException>(() => DriftBaseline.Load(bundle)).Message.ShouldContain(reason);
    }

    (LoadedBundle Bundle, DriftBaseline Baseline) Save()
    {
        var place = Path.Combine(_folder.FullName, "model");
        var ranker = new Ranker(Known, new MmoeOptions { Experts = 3 }, 1);
        var baseline = new DriftBaseline(DriftBaseline.Count(ranker, new RowsSource(TinyData.Rows(Known, 800, 3, unknown: 0.05)), null, default), Part.Train);
        ModelBundle.Save(place, ranker, new BundleMetadata { Created = DateTimeOffset.UnixEpoch }, baseline.Save);
        return (ModelBundle.Load(place), baseline);
    }

    static Schema WithEncoders(Schema schema)
    {
        FieldEncoder[] encoders =
        [
            Words("u", TinyData.Users - 1), Words("i", 16), new SharedEncoder("item"), new ListEncoder('|', Words("t", 10)),
            new SequenceEncoder(';', SequenceOrder.NewestFirst, 4, null, Words("w", 8)), new StandardiseEncoder(0, 1), new BucketEncoder([1, 2, 3, 4, 5, 6, 7]),
        ];
        return schema with { Fields = [.. schema.Fields.Zip(encoders, (f, e) => f with { Encoder = e })] };
    }

    static VocabularyEncoder Words(string prefix, int count) => new([.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")]);
}
