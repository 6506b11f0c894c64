using System.Collections.Immutable;

namespace Switchyard.Reports.Tests;

/// <summary>The words of gates, on gates whose answer is known.</summary>
public sealed class LayerViewTests
{
    [Fact]
    public void Layer_OneExpertWithNearlyAllWeight_HasCollapsed()
    {
        var layer = Dense([0.95, 0.05, 0], [0.97, 0.03, 0], [0.93, 0.07, 0]);
        layer.Collapsed.ShouldBe([0]);
        layer.Dead.ShouldBe([2]);
        layer.SharedByAll.ShouldBe([0]);
        layer.EffectiveExperts.ShouldBe(1.22, 0.01);
        ExpertWords.Sentence(layer).ShouldBe("l: in effect 1.2 of 3 experts are used; the gates have collapsed onto expert 0; expert 2 dead; shared by all 2 scenarios of city: 0.");
    }

    [Fact]
    public void Layer_EvenWeights_AreSharedByAll()
    {
        var layer = Dense([0.5, 0.5], [0.3, 0.7], [0.7, 0.3]);
        layer.Collapsed.ShouldBeEmpty();
        layer.Dead.ShouldBeEmpty();
        layer.SharedByAll.ShouldBe([0, 1]);
        layer.EffectiveExperts.ShouldBe(2, 1e-9);
    }

    /// <summary>Used is what counts in the mixture, however it was chosen: half of an equal part, here a sixth.</summary>
    [Fact]
    public void Layer_Selection_SharesWhatEveryGateWeighs()
    {
        ImmutableArray<GateView> gates =
        [
            new GateView(null, null, null, 20, [0.5, 0.5, 0], [0.25, 0, 0.75], [0.4, 0.4, 0.2]),
            new GateView("click", null, null, 10, [1, 0, 0], [0, 0, 1], [0.76, 0.06, 0.18]),
            new GateView("buy", null, null, 10, [0, 1, 0], [0.5, 0, 0.5], [0.04, 0.74, 0.22]),
        ];
        var layer = new LayerView("l", null, 3, gates);
        layer.SharedByAll.ShouldBe([2]);
        layer.Own.Select(g => g.Name).ShouldBe(["click", "buy"]);
        layer.Single.Select(s => (s.Expert, s.Gate.Name)).ShouldBe([(0, "click"), (1, "buy")]);
        ExpertWords.Sentence(layer).ShouldEndWith("shared by all 2 tasks: 2; mainly one's: 0 → click (76 %) and 1 → buy (74 %).");
    }

    /// <summary>The average of all rows is that of the large scenario; a small one is judged by itself.</summary>
    [Fact]
    public void Layer_GateOnOneExpert_IsNamedThoughTheAverageIsEven()
    {
        var layer = Dense([0.4, 0.4, 0.2, 0, 0], [0.5, 0.5, 0, 0, 0], [0.04, 0, 0.96, 0, 0], [0.94, 0.055, 0.005, 0, 0]);
        layer.Collapsed.ShouldBeEmpty();
        layer.Resting.Select(r => (r.Gate.Name, r.Expert)).ShouldBe([("node2", 2)]);
        var said = ExpertWords.Of([layer]).First();
        said.Text.ShouldBe("No layer has collapsed as a whole, but single gates rest on one expert (95 % of the weight or more). l: node2 on expert 2.");
        said.Tone.ShouldBe(Tone.Bad);
        Few(layer).Resting.ShouldBeEmpty("nine rows are too few");

        static LayerView Few(LayerView layer) => layer with { Gates = [.. layer.Gates.Select(g => g with { Rows = 9 })] };
    }

    /// <summary>Little of all rows may be all of a small scenario's.</summary>
    [Fact]
    public void Layer_RareExperts_AreIdleOnlyWhereNoGateNeedsThem()
    {
        var layer = Dense([0.98, 0.009, 0.009, 0.0005, 0.0005], [0.999, 0.001, 0, 0, 0], [0.6, 0.02, 0.3, 0, 0.08]);
        layer.HardlyUsed.ShouldBe([1]);
        layer.Dead.ShouldBe([3]);
        ExpertWords.Of([layer]).Select(l => l.Text).ShouldContain("Experts that do next to nothing: l: expert 3 dead, expert 1 hardly used (dead: used by fewer than 0.1 % of all rows; hardly used: less than 1 % of the weight).");
    }

    /// <summary>Where a row chooses two of four, half of the choices for each of two experts means that all rows choose the same.</summary>
    [Fact]
    public void Collapsed_RowsThatChooseSeveral_CountsFromTheSameChoiceByAll()
    {
        Chosen([1, 1, 0, 0]).Collapsed.ShouldBe([0, 1]);
        Chosen([0.5, 0.5, 0.5, 0.5]).Collapsed.ShouldBeEmpty();
        Chosen([0.99, 1, 0.01, 0]).Collapsed.ShouldBe([0, 1]);
        Chosen([1, 0.4, 0.3, 0.3]).Collapsed.ShouldBeEmpty();
        Chosen([1, 1]).Collapsed.ShouldBeEmpty("there is nothing to choose");
        ExpertWords.Of([Chosen([1, 1, 0, 0])]).Select(l => (l.Text, l.Tone)).ShouldBe(
        [
            ("Gates have collapsed: l (onto experts 0 and 1); nearly all rows choose the same experts.", Tone.Bad),
            ("Experts that do next to nothing: l: experts 2 and 3 dead (dead: used by fewer than 0.1 % of all rows; hardly used: less than 1 % of the weight).", Tone.Bad),
        ]);
        ExpertWords.Of([Chosen([0.5, 0.5, 0.5, 0.5])]).Select(l => (l.Text, l.Tone)).ShouldBe(
        [
            ("The gates have not collapsed: in no layer do nearly all rows choose the same experts, and no scenario's or task's gate rests on one expert (95 % of the weight or more).", Tone.Good),
            ("No expert is dead or hardly used.", Tone.Good),
        ]);

        static LayerView Chosen(ImmutableArray<double> specific) =>
            new("l", null, specific.Length, [new GateView(null, null, null, 10, specific, [.. specific.Select(_ => 0.0)], [.. specific.Select(s => s / 2)])]);
    }

    /// <summary>inspect, the report and the live page have one rule: the same layer is judged alike.</summary>
    [Theory]
    [InlineData(0.0006, 0.0006)]
    [InlineData(0.0004, 0.0004)]
    [InlineData(0.002, 0)]
    public void Dead_OfALayer_IsThatOfInspect(double specific, double shared)
    {
        ImmutableArray<double> own = [1 - specific, specific, 0.5];
        ImmutableArray<double> all = [1 - shared, shared, 0.5];
        var use = new LayerUse
        {
            Name = "l",
            Column = null,
            Experts = 3,
            Gates = [new GateUse { Task = null, Column = null, Scenario = null, Rows = 10_000, Specific = own, Shared = all, Chosen = own, Weight = [0.5, 0, 0.5] }],
        };
        LayerView.Of(use).Dead.ShouldBe(use.Dead(new InspectOptions().DeadBelow));
        LayerView.Of(use).Dead.ShouldBe(specific + shared < 0.001 ? [1] : []);
        LayerView.Of(use).Collapsed.ShouldBe(use.Collapsed);
    }

    [Fact]
    public void Shared_ByNoneOfAll_SaysSo()
    {
        ExpertWords.Shared(Dense([0.5, 0.5, 0], [0.9, 0.1, 0], [0.9, 0.1, 0], [0.1, 0.9, 0])).ShouldBe("shared by all 3 scenarios of city: none; mainly one's: 1 → node3 (90 %)");
    }

    [Fact]
    public void Merge_Batches_WeighsRows()
    {
        var merged = LayerView.Merge([Dense([1, 0], [1, 0]), Dense([0, 1], [0, 1]) with { Gates = [new GateView(null, null, null, 30, [], [], [0, 1])] }]);
        merged.Total.Rows.ShouldBe(40);
        merged.Total.Weight.ShouldBe([0.25, 0.75]);
        merged.Gates.Length.ShouldBe(2);
        merged.Gates[1].Weight.ShouldBe([1, 0]);
    }

    /// <param name="weights">Of all rows, then of every node.</param>
    static LayerView Dense(params ImmutableArray<double>[] weights) =>
        new("l", "city", weights[0].Length, [.. weights.Select((w, i) => new GateView(null, i == 0 ? null : "city", i == 0 ? null : $"node{i}", 10, [], [], w))]);
}
