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
    [InlineData(10.5)]
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

    /// <summary>Nobody is told of a checkpoint that there is not, and those there are are told of once they are saved.</summary>
    [Fact]
    public void SaveCheckpoint_KeptOrNot_ToldOfOnlyWhereItIs()
    {
        var accepted = new List<bool>();
        using var run = new CheckpointRun
        {
            Options = Long,
            Ask = (step, control) =>
            {
                if (step == 6) accepted.Add(control.SaveCheckpoint());
            },
        };

        run.Uninterrupted().Obeyed.ShouldBeEmpty();
        var kept = run.ResumeUntil(2);

        kept.Obeyed.ShouldBe([new ControlReport(6, ControlAction.Checkpoint, null)]);
        kept.Saving.ShouldBe([4, 6, 8]);
        accepted.ShouldBe([false, true]);
    }

    /// <summary>The request survives a cancelled last validation, which is made when the run goes on, and nothing else.</summary>
    [Fact]
    public void Stop_CancelledInItsValidation_ResumedRunIsOver()
    {
        using var run = new CheckpointRun
        {
            Options = Long,
            Ask = (step, control) =>
            {
                if (step == 9) control.Stop();
            },
        };
        var expected = run.Uninterrupted();
        run.CancelInValidation = 9;
        Should.Throw<TrainingInterruptedException>(() => run.Resume()).Step.ShouldBe(9);

        var again = run.Resume();

        again.Losses.ShouldBeEmpty();
        again.Validated.ShouldBe([9]);
        again.Result.ShouldBe(expected.Result);
        again.Weights.ShouldBe(expected.Weights);
    }

    /// <summary>Nobody is promised what no step is left to do.</summary>
    [Fact]
    public void Requests_AfterTheLastStep_AreRefused()
    {
        using var run = new CheckpointRun { Ask = (_, _) => { } };
        run.Uninterrupted();
        var control = run.Control!;
        (control.Stop(), control.SaveCheckpoint(), control.MultiplyRate(0.5), control.Asked).ShouldBe((false, false, false, false));
    }

    /// <summary>A rate of 0 never comes back, and one without end cannot be written.</summary>
    [Theory]
    [InlineData(1e-300, 1e-6)]
    [InlineData(10, 1e6)]
    public void MultiplyRate_OverAndOver_StaysWithinItsLimits(double by, double limit)
    {
        using var run = new CheckpointRun
        {
            Options = Long with { LearningRate = 1e-9 },
            Ask = (_, control) =>
            {
                for (var i = 0; i < 400; i++) control.MultiplyRate(by);
            },
        };
        run.ResumeUntil(2).Result.RateFactor.ShouldBe(limit);
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
