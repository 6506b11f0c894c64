namespace Switchyard.Training.Tests;

/// <summary>What somebody asks of a training between two steps.</summary>
public sealed class ControlTests
{
    static readonly TrainingOptions Long = new() { Epochs = 6, Patience = 0, BatchSize = 25, LearningRate = 0.01 };

    [Fact]
    public void Fit_NothingIsAsked_SameBitsAsWithoutControl()
    {
        using var without = new CheckpointRun();
        using var with = new CheckpointRun { Ask = (_, _) => { } };

        var (expected, actual) = (without.Uninterrupted(), with.Uninterrupted());

        actual.Weights.ShouldBe(expected.Weights);
        actual.Losses.ShouldBe(expected.Losses);
        actual.Result.ShouldBe(expected.Result);
        actual.Obeyed.ShouldBeEmpty();
    }

    [Fact]
    public void Fit_GatesAreShown_SameBitsAsWithoutThem()
    {
        using var run = new CheckpointRun();
        var expected = run.Uninterrupted();
        expected.Layers.ShouldBeEmpty();
        run.Gates = true;

        var actual = run.Uninterrupted();

        actual.Weights.ShouldBe(expected.Weights);
        actual.Layers.Count.ShouldBe((int)actual.Result.Steps);
        actual.Layers[1].ShouldBe(["scenario.0.0", "task.0", "task.0"]);
    }

    /// <summary>A rate that is asked for in a step counts from the next one; two are multiplied.</summary>
    [Fact]
    public void MultiplyRate_InSteps_CountsFromTheNextStep()
    {
        using var run = new CheckpointRun
        {
            Options = Long,
            Ask = (step, control) =>
            {
                if (step is 3 or 7) control.MultiplyRate(0.5);
                if (step == 7) control.MultiplyRate(0.1);
            },
        };

        var outcome = run.Uninterrupted();

        foreach (var (step, rate) in outcome.Rates) rate.ShouldBe(step <= 3 ? 0.01 : step <= 7 ? 0.005 : 0.00025, 1e-12);
        outcome.Obeyed.Select(r => (r.Step, r.Action)).ShouldBe([(3, ControlAction.Rate), (7, ControlAction.Rate)]);
        outcome.Result.RateFactor.ShouldBe(0.025, 1e-12);
        outcome.Obeyed[1].Value.ShouldBe(outcome.Result.RateFactor);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(1001)]
    [InlineData(double.NaN)]
    public void MultiplyRate_NoRate_Throws(double by) => Should.Throw<ArgumentOutOfRangeException>(() => new TrainingControl().MultiplyRate(by));

    /// <summary>The last step is validated although none was due, and the best weights come back.</summary>
    [Theory]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    [InlineData(14, 8)]
    public void Stop_InAStep_ValidatesAndRestoresTheBest(long at, long best)
    {
        using var run = new CheckpointRun
        {
            Options = Long,
            Monitor = step => -Math.Abs(step - 7.4),
            Ask = (step, control) =>
            {
                if (step == at) control.Stop();
            },
        };
        using var until = new CheckpointRun { Options = Long, Monitor = run.Monitor };

        var outcome = run.Uninterrupted();

        outcome.Result.Steps.ShouldBe(at);
        outcome.Validated[^1].ShouldBe(at);
        outcome.Validated.Count(s => s == at).ShouldBe(1);
        (outcome.Result.BestStep, outcome.Result.StoppedByRequest, outcome.Result.StoppedEarly).ShouldBe((best, true, false));
        outcome.Obeyed.ShouldBe([new ControlReport(at, ControlAction.Stop, null)]);
        var other = new CheckpointRun { Options = Long, Monitor = step => step == best ? 1 : 0, Ask = run.Ask };
        outcome.Weights.ShouldBe(other.Uninterrupted().Weights);
        other.Dispose();
    }

    [Fact]
    public void Stop_ThenResume_IsOver()
    {
        using var run = new CheckpointRun
        {
            Options = Long,
            Ask = (step, control) =>
            {
                if (step == 9) control.Stop();
            },
        };
        run.StopAfter(1000, crash: false).ShouldBeFalse();

        var again = run.Resume();

        again.Losses.ShouldBeEmpty();
        (again.Result.Steps, again.Result.StoppedByRequest).ShouldBe((9, true));
        again.Weights.ShouldBe(run.Uninterrupted().Weights);
    }

    [Fact]
    public void SaveCheckpoint_InAStep_SavesAfterIt()
    {
        using var run = new CheckpointRun
        {
            Options = Long,
            Ask = (step, control) =>
            {
                if (step == 6) control.SaveCheckpoint();
            },
        };

        run.StopAfter(7, crash: true).ShouldBeTrue();

        run.Found.ShouldBe(["step-000004", "step-000006"]);
    }

    /// <summary>The rate that was asked for is part of a checkpoint; nobody asks for it again.</summary>
    [Fact]
    public void Resume_AfterARateWasAskedFor_SameBitsAsWithoutStop()
    {
        using var run = new CheckpointRun
        {
            Options = Long with { CheckpointEvery = 1 },
            Ask = (step, control) =>
            {
                if (step == 5) control.MultiplyRate(0.1);
            },
        };
        var whole = run.Uninterrupted();
        run.StopAfter(8, crash: true).ShouldBeTrue();

        var resumed = run.Resume();

        resumed.Resumed.ShouldBe(7);
        resumed.Rates[8].ShouldBe(0.001, 1e-12);
        resumed.Weights.ShouldBe(whole.Weights);
        resumed.Result.ShouldBe(whole.Result);
        resumed.Obeyed.ShouldBeEmpty();
    }
}
