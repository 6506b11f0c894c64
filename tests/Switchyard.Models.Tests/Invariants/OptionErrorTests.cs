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
    public void Build_MoreExpertsChosenThanThere_NamesModelAndOptions(int specific, int shared, bool disjoint)
    {
        var message = Error(new Aesm2Options { Experts = 6, Specific = specific, Shared = shared, Disjoint = disjoint });
        message.ShouldContain("aesm2");
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

    static readonly ExpertOptions NoLayers = new() { Widths = [] };

    public static TheoryData<string, ModelOptions> Conflicts { get; } = new()
    {
        { "model mmoe: expert.widths: at least one layer is needed; give its width, for example [128, 64].", new MmoeOptions { Expert = NoLayers } },
        { "model single: network.widths: at least one layer", new SingleOptions { Network = NoLayers } },
        { "model hinet: sub_expert.widths: at least one layer", new HinetOptions { SubExpert = NoLayers } },
        { "model hinet: san: nothing is left of the scenario layer", new HinetOptions { San = false, Shared = false, Specific = false } },
        { "model hard_sharing: scenario_widths: heads: stack has layers per scenario", new HardSharingOptions { Heads = Heads.Stack, ScenarioWidths = [] } },
        { "model aitm: task_widths: a task has nothing of its own to hand on", new AitmOptions { TaskWidths = [] } },
        { "model m3oe: bottom_widths: scenarios meet in the bottom", new M3oeOptions { BottomWidths = [] } },
        { "model pepnet: tower_widths: a tower without hidden units", new PepNetOptions { TowerWidths = [] } },
        { "model cesaa: active: a row cannot use active = 9 of experts = 8", new CesaaOptions { Active = 9 } },
        { "model aesm2: specific: a row cannot choose", new Aesm2Options { Specific = 7 } },
    };

    /// <summary>One form: the model, the option's own key, what is wrong and what to do.</summary>
    [Theory]
    [MemberData(nameof(Conflicts), DisableDiscoveryEnumeration = true)]
    public void Build_Conflict_BeginsWithModelAndOption(string message, ModelOptions options) => Error(options).ShouldStartWith(message);

    [Fact]
    public void Build_HardSharingOfTasksWithoutScenarioWidths_Works() =>
        new Ranker(TinyData.Schema([2], [-1]), new HardSharingOptions { ScenarioWidths = [] }, 1).ShouldNotBeNull();

    [Theory]
    [InlineData(typeof(SingleOptions))]
    [InlineData(typeof(HmoeOptions))]
    public void Build_NoScenario_SaysSo(Type model) =>
        Should.Throw<InputException>(() => new Ranker(TinyData.Schema([], [-1]), (ModelOptions)Activator.CreateInstance(model)!, 1)).Message.ShouldContain("it needs scenarios");
}
