using Switchyard.Data;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

public sealed class OptionErrorTests
{
    static string Error(ModelOptions options) => Should.Throw<InputException>(() => new Ranker(TinyData.Schema([2, 3], [-1, -1]), options, 1)).Message;

    [Theory]
    [InlineData(7, 1, false)]
    [InlineData(1, 7, false)]
    [InlineData(3, 4, true)]
    public void Build_MoreExpertsChosenThanThere_NamesModelLayerAndOptions(int specific, int shared, bool disjoint)
    {
        var message = Error(new Aesm2Options { Experts = 6, Specific = specific, Shared = shared, Disjoint = disjoint });
        message.ShouldContain("aesm2");
        message.ShouldContain("scenario.0.0");
        message.ShouldContain("specific");
        message.ShouldContain("shared");
        message.ShouldContain("experts");
        message.ShouldContain("6");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Build_NoExpertChosen_NamesTheOptions(int specific, int shared)
    {
        var message = Error(new Aesm2Options { Specific = specific, Shared = shared });
        message.ShouldContain("aesm2");
        message.ShouldContain($"specific = {specific}, shared = {shared}");
    }

    [Fact]
    public void Build_AsManyAsThere_Works() =>
        new Ranker(TinyData.Schema([2], [-1]), new Aesm2Options { Experts = 3, Specific = 3, Shared = 3 }, 1).ShouldNotBeNull();

    [Fact]
    public void Build_DisjointAsManyAsThere_Works() =>
        new Ranker(TinyData.Schema([2], [-1]), new Aesm2Options { Experts = 3, Specific = 2, Shared = 1, Disjoint = true }, 1)
            .ShouldNotBeNull();

    [Fact]
    public void Build_ExpertWithoutLayers_NamesTheOption() => Error(new MmoeOptions { Expert = new ExpertOptions { Widths = [] } }).ShouldContain("widths");

    [Fact]
    public void Build_StackOfTowers_NamesTheOption()
    {
        Error(new ParallelOptions { Heads = Heads.Stack }).ShouldBe("model parallel: heads: stack has no meaning here; choose task or pair.");
        Error(new CrossStitchOptions { Heads = Heads.Stack }).ShouldContain("model cross_stitch: heads: stack");
    }

    [Theory]
    [InlineData(typeof(SingleOptions))]
    [InlineData(typeof(HmoeOptions))]
    public void Build_NoScenario_SaysSo(Type model) =>
        Should.Throw<InputException>(() => new Ranker(TinyData.Schema([], [-1]), (ModelOptions)Activator.CreateInstance(model)!, 1)).Message.ShouldContain("it needs scenarios");
}
