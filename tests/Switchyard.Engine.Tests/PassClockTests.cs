using System.Diagnostics;

namespace Switchyard.Engine.Tests;

public sealed class PassClockTests
{
    [Fact]
    public void Lap_OpsOfAPass_AreNamedAndShareItsTime()
    {
        var now = 0L;
        var clock = new PassClock(() => now);
        var g = new Graph(GraphMode.Train, new ParameterSet(1)) { Clock = clock };
        var x = g.Input([1, 2], 1, 2, needsGrad: true);
        clock.Start();
        now += Stopwatch.Frequency;
        var y = g.Softmax(x);
        now += 2 * Stopwatch.Frequency;
        clock.Lap("rest", "forward");
        var one = g.Input([1, 0], 1, 2);
        g.RunBackward(g.MeanWhere(y, one));
        var laps = clock.Laps.ToDictionary(l => (l.Op, l.Phase), l => l.Seconds);
        laps[("GateOps.Rowwise", "forward")].ShouldBe(1);
        laps[("rest", "forward")].ShouldBe(2);
        laps.ShouldContainKey(("GateOps.Rowwise", "backward"));
        laps.ShouldContainKey(("ElementOps.MeanWhere", "backward"));
        laps.Values.Sum().ShouldBe(3);
    }

    [Fact]
    public void Lap_ChoiceOfExpertsInScoring_HasTheNameThatItHasInTraining()
    {
        var now = 0L;
        var clock = new PassClock(() => now);
        var g = new Graph(GraphMode.Score, new ParameterSet(1)) { Clock = clock };
        var logits = g.Input([1, 2, 3, 4], 1, 4);
        clock.Start();
        now += Stopwatch.Frequency;
        g.ChosenGate(logits, 2, NodeIndex.Constant(0), new ExpertChoice(1, 1, false));
        clock.Laps.ShouldBe([("ChosenGateOps.ChosenGateBack", "forward", 1.0)]);
    }
}
