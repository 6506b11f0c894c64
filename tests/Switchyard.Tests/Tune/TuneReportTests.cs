using System.Collections.Immutable;

namespace Switchyard.Tests;

/// <summary>What is said of values whose differences are known.</summary>
public sealed class TuneReportTests
{
    [Fact]
    public void Of_TrialsWithNoise_TellsApartByPairedDifferences()
    {
        // Seeds move every trial alike, by 0.1; what differs from trial to trial is small.
        var report = Report(3, [0.800, 0.900, 0.850], [0.799, 0.901, 0.849], [0.790, 0.889, 0.841], [0.70, 0.70, 0.70]);

        report.Trials.Select(t => t.Number).ShouldBe([1, 2, 3, 4]);
        report.Trials[1].Behind!.Value.ShouldBe(0.001 / 3, 1e-9);
        report.Trials[1].StandardError!.Value.ShouldBe(Math.Sqrt(4.0 / 9) * 0.001, 1e-5);
        report.Trials.Select(t => t.Tied).ShouldBe([false, true, false, false]);
        report.StandardError!.Value.ShouldBeLessThan(0.001);
        report.Trials[0].Deviation!.Value.ShouldBe(0.05, 1e-9);
        report.ToMarkdown().ShouldContain("Cannot be told apart from the best, trial 1, within one standard error: trial 2.");
    }

    [Fact]
    public void Of_OneSeed_SaysThatTheNoiseIsUnknown()
    {
        var report = Report(1, [0.8], [0.9]);

        report.Trials.Select(t => t.Number).ShouldBe([2, 1]);
        report.StandardError.ShouldBeNull();
        report.Trials[1].Behind!.Value.ShouldBe(0.1, 1e-9);
        report.ToMarkdown().ShouldContain("The noise is not known");
    }

    [Fact]
    public void Of_TrialWithoutAValue_IsLast()
    {
        var report = Report(2, [null, 0.99], [0.5, 0.5], [0.6, 0.6]);

        report.Trials.Select(t => t.Number).ShouldBe([3, 2, 1]);
        report.Trials[^1].Mean.ShouldBeNull();
        report.ToMarkdown().ShouldContain("the monitor has no value");
    }

    [Fact]
    public void Of_NoValueAtAll_HasNoBest()
    {
        var report = Report(1, new double?[] { null });

        report.Best.ShouldBeNull();
        report.ToMarkdown().ShouldContain("No trial has a value");
    }

    [Fact]
    public void Of_Loss_LowestIsBest() => Report(1, "logloss:click", [0.4], [0.3], [0.5]).Trials.Select(t => t.Number).ShouldBe([2, 1, 3]);

    /// <summary>A trial that went further is above one with a better value after fewer epochs, and is compared with it where both were.</summary>
    [Fact]
    public void Of_Rungs_ComparesAfterAsManyEpochs()
    {
        var tune = Tune(2, "mean_auc");
        var trials = Trials(tune, 2);
        TrialScore[] all = [Score(trials[0], 0, 0.7, 0.7), Score(trials[1], 0, 0.6, 0.62), Score(trials[0], 1, 0.8, 0.8)];
        all[2] = all[2] with { Epochs = 3 };

        var report = TuneReport.Of(tune, TrialScore.Ranked(all, "mean_auc"), all);

        report.Trials.Select(t => (t.Number, t.PlannedEpochs)).ShouldBe([(1, 3), (2, 1)]);
        report.Trials[1].Behind!.Value.ShouldBe(0.09, 1e-9);
        report.Trials[1].StandardError!.Value.ShouldBe(0.01, 1e-9);
        report.Ranges.Single().Bands.Select(b => Math.Round(b.Mean!.Value, 6)).Order().ShouldBe([0.61, 0.7]);
    }

    static TuneReport Report(int seeds, params double?[][] values) => Report(seeds, "mean_auc", values);

    static TuneReport Report(int seeds, string monitor, params double?[][] values)
    {
        var tune = Tune(seeds, monitor);
        TrialScore[] all = [.. Trials(tune, values.Length).Select((t, i) => Score(t, 0, values[i]))];
        return TuneReport.Of(tune, TrialScore.Ranked(all, monitor), all);
    }

    static TrialScore Score(TuneTrial trial, int rung, params double?[] values) =>
        new(trial, rung, 1, [.. values.Select(v => new TrialOutcome("", v, null, 10, 1, 5, 1, 5, false, 100))]);

    static ImmutableArray<TuneTrial> Trials(TuneConfiguration tune, int count) => [.. TuneTrials.Of(tune, SilentReporter.Instance).Take(count)];

    static TuneConfiguration Tune(int seeds, string monitor)
    {
        using var folder = new TuneFolder(monitor);
        return folder.Parse(
            $$"""
            base: run.yaml
            seeds: [{{string.Join(", ", Enumerable.Range(1, seeds))}}]
            method: grid
            ranges: {training.batch_size: [1, 2, 3, 4, 5]}
            """);
    }
}
