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
        ExpertWords.Sentence(layer).ShouldBe("l: in effect 1.2 of 3 experts are used; the gates have collapsed onto expert 0; dead: expert 2; expert 0 is shared by all 2 nodes of city.");
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

    /// <summary>Of chosen experts it counts what is chosen as shared, whatever its weight.</summary>
    [Fact]
    public void Layer_Selection_CountsSharedChoices()
    {
        ImmutableArray<double> weight = [0.4, 0.4, 0.2];
        ImmutableArray<GateView> gates =
        [
            new GateView(null, null, null, 20, [0.5, 0.5, 0], [0.25, 0, 0.75], weight),
            new GateView("click", null, null, 10, [1, 0, 0], [0, 0, 1], weight),
            new GateView("buy", null, null, 10, [0, 1, 0], [0.5, 0, 0.5], weight),
        ];
        var layer = new LayerView("l", null, 3, gates);
        layer.SharedByAll.ShouldBe([2]);
        layer.Own.Select(g => g.Name).ShouldBe(["click", "buy"]);
        ExpertWords.Sentence(layer).ShouldEndWith("no expert is dead; expert 2 is shared by all 2 tasks.");
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
            ("Gates have collapsed in l (onto experts 0 and 1): nearly all rows choose the same experts.", Tone.Bad),
            ("Dead experts: l 2 and 3 (chosen by fewer than 0.1 % of the rows).", Tone.Bad),
        ]);
        ExpertWords.Of([Chosen([0.5, 0.5, 0.5, 0.5])]).Select(l => (l.Text, l.Tone)).ShouldBe(
        [
            ("The gates have not collapsed: in no layer do nearly all rows choose the same experts.", Tone.Good),
            ("No expert is dead.", Tone.Good),
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
    public void Shared_ByNoneOfAll_NamesTheMostWidelyShared()
    {
        ExpertWords.Shared(Dense([0.5, 0.5, 0], [0.9, 0.1, 0], [0.9, 0.1, 0], [0.1, 0.9, 0])).ShouldBe("no expert is shared by all 3 nodes of city; the most widely shared: 0 (by 2) and 1 (by 1)");
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
