using System.Text.Json;
using Switchyard.Data;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

public sealed class FieldsReadTests
{
    static readonly Schema Schema = TinyData.Schema([2, 3], [-1, -1]);

    static string Error(ModelOptions options) => Should.Throw<InputException>(() => new Ranker(Schema, options, 1)).Message;

    [Fact]
    public void Without_Fields_LeavesOutTheirColumnsAndTables()
    {
        var ranker = new Ranker(Schema, new MmoeOptions { Without = ["user", "age", "item"] }, 1);

        ranker.Embedding.Fields.ShouldBe([2, 3, 4, 6]);
        ranker.Embedding.Width.ShouldBe(Schema.Width - 4 - 2 - 3);
        // last_item still reads the table of item.
        ranker.Parameters.Tables.Select(t => t.Name).ShouldBe(["embedding.item", "embedding.tags", "embedding.words"]);
    }

    [Fact]
    public void Without_Field_ItsValuesChangeNoScore()
    {
        var ranker = new Ranker(Schema, new MmoeOptions { Without = ["user"] }, 1);
        var batch = TinyData.Rows(Schema, 50, 3);
        var before = Trained.Bits(Trained.Scores(ranker, batch));

        batch.Ids(0).AsSpan(0, 50).Fill(1);
        Trained.Bits(Trained.Scores(ranker, batch)).ShouldBe(before);
        batch.Ids(1).AsSpan(0, 50).Fill(1);
        Trained.Bits(Trained.Scores(ranker, batch)).ShouldNotBe(before);
    }

    [Fact]
    public void Without_UnknownField_SuggestsOne() =>
        Error(new MmoeOptions { Without = ["usr"] }).ShouldBe("model mmoe: without names 'usr', which is not a field. Did you mean 'user'?");

    [Fact]
    public void Without_EveryField_IsRefused() => Error(new MmoeOptions { Without = [.. Schema.Fields.Select(f => f.Name)] }).ShouldContain("names every field");

    /// <summary>The shapes are the same, the columns of x are not.</summary>
    [Fact]
    public void RequireShapes_OtherFieldOfTheSameWidth_IsRefused()
    {
        var old = new Ranker(Schema, new MmoeOptions { Without = ["item"] }, 1);

        Should.Throw<InputException>(() => GrownRanker.RequireShapes(old, new MmoeOptions { Without = ["last_item"] })).Message.ShouldContain("model.without was [\"item\"]");
        Should.NotThrow(() => GrownRanker.RequireShapes(old, new MmoeOptions { Without = ["item", "item"] }));
    }

    [Fact]
    public void Read_OptionsSavedBeforeThereWasWithout_ReadEveryField()
    {
        var saved = JsonSerializer.SerializeToNode(new MmoeOptions { Experts = 3 }, BundleJson.Options)!.AsObject();
        saved.Remove("without").ShouldBeTrue();

        var options = OptionsJson.Read(JsonSerializer.SerializeToElement(saved), typeof(MmoeOptions), "manifest.json");

        options.FieldsRead(Schema).Length.ShouldBe(Schema.Fields.Length);
        ((MmoeOptions)options).Experts.ShouldBe(3);
    }

    [Fact]
    public void Write_Without_IsRead()
    {
        var saved = JsonSerializer.SerializeToElement(new MmoeOptions { Without = ["user"] }, BundleJson.Options);

        OptionsJson.Read(saved, typeof(MmoeOptions), "manifest.json").Without.ShouldBe(["user"]);
    }
}
