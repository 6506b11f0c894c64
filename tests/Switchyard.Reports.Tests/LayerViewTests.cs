using System.Collections.Immutable;

namespace Switchyard.Reports.Tests;

/// <summary>The words of gates, on gates whose answer is known.</summary>
public sealed class LayerViewTests
{
    [Fact]
    public void Layer_OneExpertWithNearlyAllWeight_HasCollapsed()
    {
        var layer = Dense([0.95, 0.05, 0], [0.97, 0.03, 0], [0.93, 0.07, 0]);
        layer.Collapsed.ShouldBe(0);
        layer.Dead.ShouldBe([2]);
        layer.SharedByAll.ShouldBe([0]);
        layer.EffectiveExperts.ShouldBe(1.22, 0.01);
        ExpertSection.Sentence(layer).ShouldBe("l: in effect 1.2 of 3 experts are used; the gates have collapsed onto expert 0; dead: expert 2; shared by all 2 nodes of city: expert 0.");
    }

    [Fact]
    public void Layer_EvenWeights_AreSharedByAll()
    {
        var layer = Dense([0.5, 0.5], [0.3, 0.7], [0.7, 0.3]);
        layer.Collapsed.ShouldBeNull();
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
        ExpertSection.Sentence(layer).ShouldEndWith("no expert is dead; shared by all 2 tasks: expert 2.");
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
