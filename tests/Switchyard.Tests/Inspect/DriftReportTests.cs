using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class DriftReportTests
{
    static readonly Schema Known = TinyData.Schema([2, 3], [-1, 0]);

    static readonly Aesm2Options Options = new() { Experts = 4 };

    [Fact]
    public void Measure_SameModel_IsZero()
    {
        var ranker = new Ranker(Known, Options, 1);
        var drift = Measure(ranker, ranker, TinyData.Rows(Known, 400, 2, unknown: 0.1));

        drift.Unmatched.ShouldBeEmpty();
        drift.Gates.Length.ShouldBe(drift.Use.Layers.Sum(l => l.Gates.Length));
        drift.Gates.ShouldAllBe(d => d.Gate.Changed == 0 && d.Distance(ExpertKind.Specific) < 1e-9 && d.Distance(ExpertKind.Shared) < 1e-9 && d.Distance(ExpertKind.Weight) < 1e-9);
    }

    [Fact]
    public void Measure_OtherWeights_EqualsARecountOfBoth()
    {
        var (ranker, other) = (new Ranker(Known, Options, 1), new Ranker(Known, Options, 2));
        var batch = TinyData.Rows(Known, 4500, 2, unknown: 0.1);
        var (mine, theirs) = (ExpertUse.Count(ranker, new RowsSource(batch)), ExpertUse.Count(other, new RowsSource(batch)));
        var drift = Measure(ranker, other, batch);

        foreach (var gate in drift.Gates)
        {
            var a = mine.Layer(gate.Layer).Find(gate.Gate.Column, gate.Gate.Scenario, gate.Gate.Task)!;
            var b = theirs.Layer(gate.Layer).Find(gate.Gate.Column, gate.Gate.Scenario, gate.Gate.Task)!;
            gate.Gate.Shared.ShouldBe(a.Shared);
            gate.Against.Shared.ShouldBe(b.Shared);
            gate.Distance(ExpertKind.Weight)!.Value.ShouldBe(a.Weight.Zip(b.Weight, (x, y) => Math.Abs(x - y)).Sum() / 2, 1e-6);

            // As many rows as the shares moved must have changed, at least.
            gate.Gate.Changed!.Value.ShouldBeGreaterThanOrEqualTo(a.Specific.Zip(b.Specific, (x, y) => Math.Abs(x - y)).Max() - 1e-9);
            gate.Gate.Changed.Value.ShouldBeLessThanOrEqualTo(1);
        }

        drift.Gates.ShouldContain(d => d.Gate.Changed > 0);
    }

    [Fact]
    public void Measure_ModelOfMoreNodesAndTasks_IsMatchedByName()
    {
        var grown = TinyData.Schema([3, 3], [-1, 0, -1]);
        var (ranker, other) = (new Ranker(grown, Options, 1), new Ranker(Known, Options, 1));
        var rows = TinyData.Rows(grown, 300, 2);
        var drift = Measure(ranker, other, rows);

        drift.Unmatched.ShouldBe(["task task2 is only in the inspected model"]);
        var node = drift.Gates.Single(d => d.Layer == "scenario.0.0" && d.Gate.Column == "level0" && d.Gate.Scenario == "node2");
        node.Against.Rows.ShouldBe(node.Gate.Rows);
        drift.Gates.Where(d => d.Layer == "task.0" && d.Gate.Column is null).Select(d => d.Gate.Task).ShouldBe(["task0", "task1"]);
    }

    /// <summary>The other model must see what its own import would show it: the new node as an unknown one.</summary>
    [Fact]
    public void Measure_ModelOfFewerNodesAndTasks_CountsAsOnItsOwnRows()
    {
        var grown = TinyData.Schema([3, 3], [-1, 0, -1]);
        var (ranker, other) = (new Ranker(grown, Options, 1), new Ranker(Known, Options, 1));
        var rows = TinyData.Rows(grown, 300, 2);
        var seen = new Batch(Known, 300);
        new BatchTranslation(grown, Known).Append(rows, 300, seen);
        var own = ExpertUse.Count(other, new RowsSource(seen));

        foreach (var drift in Measure(ranker, other, rows).Gates.Where(d => d.Gate.Column is null && d.Gate.Task is not null))
            drift.Against.Weight.ShouldBe(own.Layer(drift.Layer).Find(null, null, drift.Gate.Task)!.Weight);
        var back = Measure(other, ranker, seen);
        back.Unmatched.ShouldBe(["task task2 is only in the model compared with"]);
        back.Gates.ShouldContain(d => d.Gate.Changed > 0);
    }

    [Fact]
    public void Measure_OtherLayersAndExperts_SaysSo()
    {
        var ranker = new Ranker(Known, Options, 1);
        var batch = TinyData.Rows(Known, 50, 2);
        Measure(ranker, new Ranker(Known, Options with { Experts = 5 }, 1), batch).Unmatched.ShouldContain("layer task.0 has 4 experts, 5 in the model compared with");
        var drift = Measure(ranker, new Ranker(Known, new MmoeOptions(), 1), batch);
        drift.Gates.ShouldBeEmpty();
        drift.Unmatched.ShouldBe(
        [
            "layer scenario.0.0 is only in the inspected model", "layer scenario.1.0 is only in the inspected model",
            "layer task.0 is only in the inspected model", "layer expert is only in the model compared with",
        ]);
    }

    [Fact]
    public void Measure_DenseGates_HaveWeightsOnly()
    {
        var (ranker, other) = (new Ranker(Known, new MmoeOptions(), 1), new Ranker(Known, new MmoeOptions(), 2));
        var gate = Measure(ranker, other, TinyData.Rows(Known, 50, 2)).Gates[0];
        gate.Distance(ExpertKind.Weight)!.Value.ShouldBeInRange(1e-6, 1);
        gate.Distance(ExpertKind.Shared).ShouldBeNull();
        gate.Gate.Changed.ShouldBeNull();
    }

    [Fact]
    public void Measure_ModelOfOtherIds_IsRefused()
    {
        var ranker = new Ranker(Known, Options, 1);
        var strange = Known with { Levels = [Known.Levels[0], Known.Levels[1] with { Nodes = [.. Known.Levels[1].Nodes.Reverse()] }] };
        Should.Throw<InputException>(() => Measure(ranker, new Ranker(strange, Options, 1), TinyData.Rows(Known, 50, 2))).Message.ShouldContain("neither started from the other");
    }

    static DriftReport Measure(Ranker ranker, Ranker other, Batch batch) => DriftReport.Measure(ranker, new RowsSource(batch), other);
}
