using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class PermutationTests
{
    [Fact]
    public void Draw_Strata_ArePermutedWithinThemselves()
    {
        var random = new Random(1);
        var strata = Enumerable.Range(0, 500).Select(_ => random.Next(-1, 4)).ToArray();
        var permutation = new Permutation(strata);

        var order = permutation.Draw(1, "field/0").ToArray();

        order.Order().ShouldBe(Enumerable.Range(0, 500));
        order.Select(row => strata[row]).ShouldBe(strata);
        order.Where((row, i) => row == i).Count().ShouldBeLessThan(30);
        permutation.Draw(1, "field/1").ToArray().ShouldNotBe(order);
        permutation.Draw(1, "field/0").ShouldBe(order);
    }

    [Fact]
    public void Draw_Orders_AreEquallyLikely()
    {
        var permutation = Permutation.Across(3);
        var counts = Enumerable.Range(0, 6000).Select(i => string.Join(',', permutation.Draw((ulong)i, "x"))).CountBy(o => o).Select(c => c.Value).ToArray();

        counts.Length.ShouldBe(6);
        counts.ShouldAllBe(c => c > 850 && c < 1150);
    }

    /// <summary>Every kind of field: the values are the same ones in other rows, lists and number pairs as a whole.</summary>
    [Fact]
    public void CopyField_PermutedRows_KeepTheValuesOfEveryField()
    {
        var schema = TinyData.Schema([2, 3], [-1]);
        var sample = TinyData.Rows(schema, 300, 1);
        var order = Permutation.Across(300).Draw(1, "x");
        var to = new Batch(schema, 300) { Count = 300 };
        for (var field = 0; field < schema.Fields.Length; field++)
        {
            for (var row = 0; row < 300; row++) RowCopies.CopyField(sample, field, order[row], to, row);
            var (before, after) = (Enumerable.Range(0, 300).Select(r => Value(sample, field, r)).ToArray(), Enumerable.Range(0, 300).Select(r => Value(to, field, r)).ToArray());
            after.Order(StringComparer.Ordinal).ShouldBe(before.Order(StringComparer.Ordinal));
            after.ShouldBe(order.Select(r => before[r]));
        }
    }

    [Fact]
    public void Run_NothingPermuted_IsThePredictorsScore()
    {
        var schema = TinyData.Schema([2, 3], [-1, 0]);
        var predictor = new Predictor(new Ranker(schema, new Aesm2Options(), 1));
        var sample = TinyData.Rows(schema, 9000, 1, unknown: 0.05);
        var scores = new PermutedScores(predictor, sample);
        var expected = new float[2 * 9000];

        predictor.Score(sample, expected);
        scores.Run(SampleColumns.None, [], CancellationToken.None);

        scores.Scores[0].Concat(scores.Scores[1]).ShouldBe(expected);
    }

    /// <summary>An upper level without those below it would be a row that cannot exist.</summary>
    [Fact]
    public void Of_UpperLevel_TakesTheLevelsBelowAndTheirFields()
    {
        var schema = TinyData.Schema([2, 3, 2], [-1]);
        schema = schema with { Levels = [schema.Levels[0], schema.Levels[1] with { Column = "brand" }, schema.Levels[2]] };

        var columns = SampleColumns.Of(schema, [.. Enumerable.Range(0, schema.Fields.Length)]);

        var (upper, middle, item) = (columns.Single(c => c.Unit.Column == "level0"), columns.Single(c => c.Unit.Column == "brand"), columns.Single(c => c.Unit.Column == "item"));
        upper.Unit.LevelsBelow.ShouldBe(["brand", "level2"]);
        upper.Unit.Fields.ShouldBeEmpty();
        Enumerable.Range(0, 3).Select(upper.HasLevel).ShouldBe([true, true, true]);
        Enumerable.Range(0, 3).Select(middle.HasLevel).ShouldBe([false, true, true]);
        Enumerable.Range(0, 3).Select(item.HasLevel).ShouldBe([false, false, false]);
        var brand = Enumerable.Range(0, schema.Fields.Length).Single(f => schema.Fields[f].Name == "brand");
        (upper.HasField(brand), middle.HasField(brand), item.HasField(brand)).ShouldBe((true, true, false));
    }

    [Fact]
    public void Of_FieldThatIsNotRead_IsLeftOutUnlessItsColumnIsALevel()
    {
        var schema = TinyData.Schema([2], [-1]);
        schema = schema with { Levels = [schema.Levels[0] with { Column = "brand" }] };

        SampleColumns.Of(schema, [1, 2]).Select(c => c.Unit.Column).ShouldBe(["item", "last_item", "brand"]);
    }

    [Fact]
    public void Read_MoreRowsThanAsked_TakesAUniformSampleInOrder()
    {
        var schema = TinyData.Schema([2], [-1]);
        using var source = new RowsSource(TinyData.Rows(schema, 5000, 1));
        var counts = new int[5];
        for (var seed = 0UL; seed < 20; seed++)
        {
            var sample = RowSample.Read(source, 500, seed, CancellationToken.None);
            sample.Count.ShouldBe(500);
            var rows = sample.Rows[..500];
            rows.ShouldBe(rows.Distinct().Order());
            foreach (var row in rows) counts[row / 1000]++;
        }

        counts.ShouldAllBe(c => c > 1800 && c < 2200);
        RowSample.Read(source, 10_000, 1, CancellationToken.None).Count.ShouldBe(5000);
    }

    static string Value(Batch batch, int field, int row) => batch.Schema.Fields[field].Kind switch
    {
        FieldKind.Number => string.Join(' ', batch.Numbers(field)[(2 * row)..(2 * row + 2)]),
        FieldKind.Single => $"{batch.Ids(field)[row]}",
        _ => string.Join(' ', batch.Ids(field)[batch.Offsets(field)[row]..batch.Offsets(field)[row + 1]]),
    };
}
