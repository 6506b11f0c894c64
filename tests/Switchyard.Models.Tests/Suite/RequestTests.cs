using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>Rows of one request share what fields of user and context say: no score may change by that.</summary>
public sealed class RequestTests
{
    // Fields of every kind on either side, not in the order that x has them.
    static readonly Dictionary<string, FieldSide> Sides = new(StringComparer.Ordinal)
    {
        ["user"] = FieldSide.User,
        ["words"] = FieldSide.User,
        ["age"] = FieldSide.Context,
        ["brand"] = FieldSide.Context,
    };

    public static TheoryData<string> All() => ModelCases.All();

    [Theory]
    [MemberData(nameof(All))]
    public void Scores_RowsOfRequests_HaveTheBitsOfRowsByThemselves(string name)
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var ranker = new Ranker(Sided(TinyData.Schema([2, 3], [-1, 0, -1])), ModelCases.Options(name), seed);
            var batch = Requests(ranker.Schema, [1, 7, 2, 300, 1, 1, 40, 3], seed, out _);
            var shared = Scores(ranker, batch, share: true);
            shared.ShouldBe(Scores(ranker, batch, share: false));
            var single = new Batch(ranker.Schema, 1);
            for (var row = 0; row < batch.Count; row += 23)
            {
                TinyData.Copy(batch, [row], single);
                var alone = Scores(ranker, single, share: true);
                for (var t = 0; t < alone.Length; t++) shared[t * batch.Count + row].ShouldBe(alone[t], $"row {row}, task {t}");
            }
        }
    }

    [Fact]
    public void FindRequests_RowsThatAgree_AreOne()
    {
        var ranker = new Ranker(Sided(TinyData.Schema([2, 3], [-1])), new MmoeOptions(), 1);
        var batch = Requests(ranker.Schema, [3, 1, 5], 1, out var requests);
        // An equal user alone does not make one request of two.
        batch.Ids(0).AsSpan(0, batch.Count).Fill(1);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        pass.Bind(batch);
        var found = new int[batch.Count];
        FeatureEmbedding.FindRequests(pass.Inputs, batch.Count, found).ShouldBe(3);
        found.ShouldBe(requests);
    }

    [Fact]
    public void SharedWidth_SomeFieldsLeftOutOrAttended_CountsTheOthers()
    {
        var schema = Sided(TinyData.Schema([2, 3], [-1]));
        new Ranker(schema, new MmoeOptions(), 1).Embedding.SharedWidth.ShouldBe(4 + 2 + 2 + 2);
        new Ranker(schema, new MmoeOptions { Without = ["user"] }, 1).Embedding.SharedWidth.ShouldBe(2 + 2 + 2);
        var attention = new EmbeddingOptions { Attention = [new AttentionOptions { Field = "words", Query = "brand" }] };
        new Ranker(schema, new MmoeOptions { Embedding = attention }, 1).Embedding.SharedWidth.ShouldBe(4 + 2 + 2);
        new Ranker(TinyData.Schema([2, 3], [-1]), new MmoeOptions(), 1).Embedding.SharedWidth.ShouldBe(0);
    }

    [Fact]
    public void NewInputs_FieldsWithSides_StandUserFirstThenContext()
    {
        var schema = Sided(TinyData.Schema([2, 3], [-1]));
        var inputs = new Ranker(schema, new MmoeOptions(), 1).Embedding.NewInputs();
        string[] order = [.. inputs.Index().OrderBy(i => i.Item.Column).Select(i => schema.Fields[i.Index].Name)];
        order.ShouldBe(["user", "words", "age", "brand", "item", "last_item", "tags"]);
    }

    static Schema Sided(Schema schema) =>
        schema with { Fields = [.. schema.Fields.Select(f => f with { Side = Sides.GetValueOrDefault(f.Name) })] };

    /// <summary>Random rows in requests of the given lengths.</summary>
    static Batch Requests(Schema schema, int[] lengths, ulong seed, out int[] requestOfRow)
    {
        requestOfRow = [.. lengths.SelectMany((length, request) => Enumerable.Repeat(request, length))];
        var drawn = TinyData.Rows(schema, requestOfRow.Length, seed, unknown: 0.2);
        var batch = new Batch(schema, drawn.Count) { Count = drawn.Count };
        for (int row = 0, first = 0; row < drawn.Count; row++)
        {
            if (row > 0 && requestOfRow[row] != requestOfRow[row - 1]) first = row;
            RowCopies.CopyRow(drawn, row, batch, row);
            for (var f = 0; f < schema.Fields.Length; f++)
                if (schema.Fields[f].Side != FieldSide.Item) RowCopies.CopyField(drawn, f, first, batch, row);
        }

        return batch;
    }

    static float[] Scores(Ranker ranker, Batch batch, bool share)
    {
        var scores = new float[batch.Count * ranker.Schema.Tasks.Length];
        new ForwardPass(ranker, GraphMode.Score) { ShareRequests = share }.Scores(batch, scores);
        return scores;
    }
}
