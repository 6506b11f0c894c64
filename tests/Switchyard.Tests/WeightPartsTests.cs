using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class WeightPartsTests
{
    static readonly Schema Schema = TinyData.Schema([2, 3], [-1, 0, -1]);

    static readonly EmbeddingOptions Attended = new() { Attention = [new AttentionOptions { Field = "words", Query = "brand", Widths = [6] }] };

    static readonly Dictionary<string, ModelOptions> Variants = new(StringComparer.Ordinal)
    {
        ["cesaa, joint"] = new CesaaOptions { Combine = ExpertCombination.Joint, SharedExperts = 2, Layers = 2 },
        ["mmoe, stack"] = new MmoeOptions { Heads = Heads.Stack },
        ["ple, stack"] = new PleOptions { Heads = Heads.Stack },
        ["single, attention"] = new SingleOptions { Embedding = Attended },
    };

    public static TheoryData<string> Models() => [.. ModelZoo.Options.Keys.Concat(Variants.Keys).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Of_AnyModel_EveryWeightCalledGateIsInGatesAndNoOther(string model)
    {
        var gates = WeightSelection.Choose(["*"], Weights(model), "update.freeze").Where(n => n.Contains("gate", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);

        WeightParts.Of(Weights(model)).Where(p => p.Value.Word == "gates").Select(p => p.Key).ShouldBe(gates, ignoreOrder: true);
        if (gates.Count > 0) WeightSelection.Choose(["gates"], Weights(model), "update.freeze").ShouldBe(gates, ignoreOrder: true);
    }

    [Theory]
    [InlineData("aesm2", "embedding tables, experts, gates, scenario embeddings, task embeddings, towers")]
    [InlineData("aitm", "embedding tables, gates, layers, towers")]
    [InlineData("cesaa", "embedding tables, experts, gates, scenario embeddings, towers")]
    [InlineData("cross_stitch", "cross-stitch weights, embedding tables, towers")]
    [InlineData("hard_sharing", "embedding tables, layers, towers")]
    [InlineData("hinet", "embedding tables, experts, gates, scenario attention, scenario embeddings, towers")]
    [InlineData("hmoe", "embedding tables, experts, gates, towers")]
    [InlineData("m3oe", "embedding tables, experts, gates, layers, towers")]
    [InlineData("mmoe, stack", "embedding tables, experts, gates, towers")]
    [InlineData("parallel", "embedding tables, towers")]
    [InlineData("pepnet", "embedding tables, scaling nets, scenario embeddings, towers")]
    [InlineData("ple, stack", "embedding tables, experts, gates, towers")]
    [InlineData("sar_net", "embedding tables, experts, gates, layers, towers")]
    [InlineData("single, attention", "embedding tables, layers, target attention, towers")]
    [InlineData("star", "embedding tables, layers, scenario embeddings, towers")]
    public void Of_Model_CallsItsPartsByWords(string model, string labels) =>
        string.Join(", ", ModelParts.Of(Weights(model)).Select(p => p.Part).Order(StringComparer.Ordinal)).ShouldBe(labels);

    [Fact]
    public void Choose_EmbeddingsAndAttention_AreTwoParts()
    {
        var weights = Weights("single, attention");

        WeightSelection.Choose(["embeddings"], weights, "update.freeze").ShouldBe(weights.Tables.Select(t => t.Name), ignoreOrder: true);
        WeightSelection.Choose(["attention"], weights, "update.freeze").ShouldBe(weights.Dense.Select(p => p.Name).Where(n => n.StartsWith("embedding.words.attention.", StringComparison.Ordinal)), ignoreOrder: true);
    }

    [Fact]
    public void Choose_PartTheModelDoesNotHave_NamesThoseItHas()
    {
        var message = Should.Throw<InputException>(() => WeightSelection.Choose(["stitches"], Weights("mmoe"), "update.freeze")).Message;

        message.ShouldContain("update.freeze: the model has no weights 'stitches'");
        message.ShouldContain("Name embeddings, gates, experts, towers, or tensors");
    }

    /// <summary>A model for every one of the three scenarios, with a table a field.</summary>
    [Fact]
    public void Tables_OwnOfEveryScenario_AreCountedTogether()
    {
        var own = ModelParts.Tables(Ranker.Declare(Schema, new SingleOptions { Level = 2 }).Parameters);
        var common = ModelParts.Tables(Weights("mmoe"));

        own.ShouldBe(common.Select(t => t with { Count = 3 }));
        common.Select(t => t.Table).ShouldBe(Schema.Tables.OrderByDescending(t => t.Rows * t.Width).Select(t => t.Name));
    }

    static ParameterSet Weights(string model) =>
        Ranker.Declare(Schema, Variants.TryGetValue(model, out var variant) ? variant : (ModelOptions)Activator.CreateInstance(ModelZoo.Options[model])!).Parameters;
}
