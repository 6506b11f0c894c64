using System.Text.Json;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

public sealed class TargetAttentionTests
{
    const int Words = 4;
    const int Brand = 6;

    static readonly Schema Schema = TinyData.Schema([2, 3], [-1, -1]);

    static readonly AttentionOptions Attention = new() { Field = "words", Query = "brand", Widths = [5] };

    static MmoeOptions With(params AttentionOptions[] attention) => new() { Embedding = new EmbeddingOptions { Attention = [.. attention] } };

    /// <summary>Columns of x that attention makes: the last ones.</summary>
    static float[] Attended(Ranker ranker, Batch batch, int row)
    {
        var g = new Graph(GraphMode.Score, ranker.Parameters);
        var inputs = ranker.Embedding.NewInputs();
        ranker.Embedding.Bind(g, inputs, batch);
        var x = ranker.Embedding.Forward(g, inputs, batch.Count);
        x.Cols.ShouldBe(Schema.Width);
        return g.Value(x).Slice((row + 1) * x.Cols - 2, 2).ToArray();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_OneRow_IsTheWeightedSumOfItsItems(bool softmax)
    {
        var ranker = new Ranker(Schema, With(Attention with { Softmax = softmax }), 1);
        var batch = TinyData.Rows(Schema, 40, 3);
        var row = Enumerable.Range(0, 40).First(r => batch.Offsets(Words)[r + 1] - batch.Offsets(Words)[r] == 3);
        var table = ranker.Parameters.Tables.Single(t => t.Name == "embedding.words");
        var query = table.Row(batch.Ids(Brand)[row]).ToArray();
        float[][] keys = [.. Enumerable.Range(batch.Offsets(Words)[row], 3).Select(p => table.Row(batch.Ids(Words)[p]).ToArray())];
        double[] weights = [.. keys.Select(k => Weight(ranker, query, k))];
        if (softmax) weights = [.. weights.Select(w => Math.Exp(w) / weights.Sum(Math.Exp))];

        var expected = Enumerable.Range(0, 2).Select(i => (float)keys.Select((k, p) => weights[p] * k[i]).Sum()).ToArray();
        Attended(ranker, batch, row).ShouldBe(expected, 1e-6);
        var empty = Enumerable.Range(0, 40).First(r => batch.Offsets(Words)[r + 1] == batch.Offsets(Words)[r]);
        Attended(ranker, batch, empty).ShouldBe([0, 0]);
    }

    /// <summary>ReLU layer, then one number, over [q ; k ; q − k ; q ⊙ k].</summary>
    static double Weight(Ranker ranker, float[] q, float[] k)
    {
        double[] z = [.. q.Select(v => (double)v), .. k.Select(v => (double)v), .. q.Zip(k, (a, b) => (double)a - b), .. q.Zip(k, (a, b) => (double)a * b)];
        var (w, b, v, c) = (Values("hidden.0.weight"), Values("hidden.0.bias"), Values("output.weight"), Values("output.bias"));
        return c[0] + Enumerable.Range(0, 5).Sum(h => v[h] * Math.Max(0, b[h] + z.Select((x, i) => x * w[i * 5 + h]).Sum()));

        float[] Values(string name) => ranker.Parameters.Values(ranker.Parameters.Dense.Single(p => p.Name == $"embedding.words.attention.{name}")).ToArray();
    }

    [Fact]
    public void Score_NoRowHasItems_IsAProbability()
    {
        var batch = TinyData.Rows(Schema, 20, 3);
        batch.Offsets(Words).AsSpan().Clear();

        Trained.Scores(new Ranker(Schema, With(Attention), 1), batch).ShouldAllBe(s => s > 0 && s < 1);
    }

    [Theory]
    [InlineData("wrds", "brand", "names 'wrds', which is no sequence or multi-value field that the model reads. Did you mean 'words'?")]
    [InlineData("item", "brand", "names 'item', which is no sequence or multi-value field")]
    [InlineData("words", "tags", "names 'tags' as query, which is no field of one value that the model reads. Known: user, item, last_item, brand.")]
    [InlineData("words", "age", "names 'age' as query, which is no field of one value")]
    [InlineData("words", "user", "the embedding of 'words' has width 2, that of its query 'user' 4; give both the same")]
    public void Build_FieldThatDoesNotFit_IsNamed(string field, string query, string expected) =>
        Should.Throw<InputException>(() => new Ranker(Schema, With(Attention with { Field = field, Query = query }), 1)).Message
            .ShouldStartWith($"model mmoe: embedding.attention{(expected.StartsWith("the", StringComparison.Ordinal) ? ":" : "")} {expected}");

    [Fact]
    public void Build_OneFieldTwice_IsRefused() =>
        Should.Throw<InputException>(() => new Ranker(Schema, With(Attention, Attention with { Softmax = true }), 1)).Message.ShouldContain("names field 'words' twice");

    [Fact]
    public void RequireShapes_WeightsNormalisedOrNot_IsRefused() => Should.Throw<InputException>(
        () => GrownRanker.RequireShapes(new Ranker(Schema, With(Attention), 1), With(Attention with { Softmax = true }))).Message.ShouldContain("model.embedding.attention was");

    [Fact]
    public void Read_Options_AreThoseWritten()
    {
        var saved = JsonSerializer.SerializeToElement(With(Attention with { Softmax = true }), BundleJson.Options);

        var read = OptionsJson.Read(saved, typeof(MmoeOptions), "manifest.json").Embedding.Attention.ShouldHaveSingleItem();

        (read.Field, read.Query, read.Softmax).ShouldBe(("words", "brand", true));
        read.Widths.ShouldBe([5]);
    }

    [Theory]
    [InlineData("\"softmax\": true, \"soft\": 1", "unknown option embedding.attention[0].soft")]
    [InlineData("\"widths\": [0]", "embedding.attention[0].widths")]
    [InlineData("\"query\": \"brand\"", "missing option embedding.attention[0].softmax")]
    public void Read_DamagedOptions_AreNamed(string json, string expected)
    {
        var saved = JsonSerializer.SerializeToNode(With(Attention), BundleJson.Options)!.AsObject();
        var entry = saved["embedding"]!["attention"]![0]!.AsObject();
        if (expected.StartsWith("missing", StringComparison.Ordinal)) entry.Remove("softmax");
        foreach (var (key, value) in System.Text.Json.Nodes.JsonNode.Parse($"{{{json}}}")!.AsObject().ToArray()) entry[key] = value!.DeepClone();

        Should.Throw<InputException>(() => OptionsJson.Read(JsonSerializer.SerializeToElement(saved), typeof(MmoeOptions), "manifest.json")).Message.ShouldContain(expected);
    }
}
