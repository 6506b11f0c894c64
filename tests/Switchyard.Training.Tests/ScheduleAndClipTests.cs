using Switchyard.Engine;

namespace Switchyard.Training.Tests;

public sealed class ScheduleAndClipTests
{
    [Theory]
    [InlineData(RateDecay.None, 0, 0.2)]
    [InlineData(RateDecay.None, 4, 1.0)]
    [InlineData(RateDecay.None, 104, 1.0)]
    [InlineData(RateDecay.Linear, 2, 0.6)]
    [InlineData(RateDecay.Linear, 5, 1.0)]
    [InlineData(RateDecay.Linear, 55, 0.55)]
    [InlineData(RateDecay.Linear, 105, 0.1)]
    [InlineData(RateDecay.Linear, 1000, 0.1)]
    [InlineData(RateDecay.Cosine, 5, 1.0)]
    [InlineData(RateDecay.Cosine, 55, 0.55)]
    [InlineData(RateDecay.Cosine, 105, 0.1)]
    [InlineData(RateDecay.Exponential, 5, 1.0)]
    [InlineData(RateDecay.Exponential, 58, 0.5)]
    [InlineData(RateDecay.Exponential, 111, 0.25)]
    public void At_Step_FollowsTheSchedule(RateDecay decay, long step, double expected) =>
        new RateSchedule { WarmupSteps = 5, Decay = decay, Floor = 0.1, Factor = 0.5 }.At(2, step, stepsPerEpoch: 53, epochs: 2).ShouldBe(2 * expected, 1e-12);

    [Theory]
    [InlineData(RateDecay.Linear, 0, 2, 1)]
    [InlineData(RateDecay.Linear, 0, 7, 3)]
    [InlineData(RateDecay.Linear, 19, 7, 3)]
    [InlineData(RateDecay.Cosine, 0, 2, 1)]
    [InlineData(RateDecay.Cosine, 4, 7, 3)]
    [InlineData(RateDecay.Cosine, 19, 7, 3)]
    public void At_LastPlannedStep_IsTheFloorAndNotBefore(RateDecay decay, int warmup, int stepsPerEpoch, int epochs)
    {
        var schedule = new RateSchedule { WarmupSteps = warmup, Decay = decay, Floor = 0.25 };
        long last = (stepsPerEpoch * epochs) - 1;
        schedule.At(2, last, stepsPerEpoch, epochs).ShouldBe(0.5, 1e-15);
        schedule.At(2, last + 1, stepsPerEpoch, epochs).ShouldBe(0.5, 1e-15);
        for (long step = warmup; step < last; step++) schedule.At(2, step, stepsPerEpoch, epochs).ShouldBeGreaterThan(0.5 + 1e-6);
    }

    [Theory]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NegativeInfinity, true)]
    [InlineData(float.NaN, false)]
    [InlineData(float.NaN, true)]
    public void Apply_NormNotFinite_ReturnsItAndScalesNothing(float bad, bool inTable)
    {
        var gradients = Filled();
        if (inTable) gradients.Tables[0].Values[0] = bad;
        else gradients.Dense[0] = bad;
        var (dense, table) = (Problem.Bits(gradients.Dense), Problem.Bits(gradients.Tables[0].Values));
        GradientClip.Apply(gradients, 2.5).ShouldBe(Math.Abs((double)bad));
        Problem.Bits(gradients.Dense).ShouldBe(dense);
        Problem.Bits(gradients.Tables[0].Values).ShouldBe(table);
    }

    [Fact]
    public void Apply_NormAboveTheLimit_ScalesDenseAndTablesAlike()
    {
        var gradients = Filled();
        GradientClip.Apply(gradients, 2.5).ShouldBe(5, 1e-6);
        gradients.Dense[..2].ToArray().ShouldBe([0.5f, 1], 1e-6);
        gradients.Tables[0].Values.ToArray().ShouldBe([1, 2], 1e-6);
        GradientClip.Apply(gradients, 2.5).ShouldBe(2.5, 1e-6);
    }

    [Fact]
    public void Apply_NormWithinTheLimit_ChangesNothing()
    {
        var gradients = Filled();
        GradientClip.Apply(gradients, 5.001).ShouldBe(5, 1e-6);
        gradients.Dense[..2].ToArray().ShouldBe([1, 2]);
        gradients.Tables[0].Values.ToArray().ShouldBe([2, 4]);
    }

    static Gradients Filled()
    {
        var set = new ParameterSet(1);
        new Scope(set).Parameter("w", 1, 2, Init.Constant(0));
        new Scope(set).Table("t", 9, 2, Init.Constant(0));
        var gradients = new Graph(GraphMode.Train, set).Gradients!;
        (gradients.Dense[0], gradients.Dense[1]) = (1, 2);
        ((float[])[2, 4]).CopyTo(gradients.Tables[0].Row(5));
        return gradients;
    }
}
