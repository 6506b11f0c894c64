using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Cli.Tests;

public sealed class PlainReporterTests : IDisposable
{
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();
    readonly Clock _clock = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void OnStep_LongEpoch_WritesALineEveryTenSeconds()
    {
        var reporter = new PlainReporter(_output, _error, _clock);
        reporter.TrainingStarted(2, "mean_auc");
        for (var step = 1; step <= 25; step++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            reporter.OnStep(new StepReport(step, 1, step, 50, 0.51234, 0, 45678.9, 1e-3, step, new LossWindow(1)));
        }

        Lines(_error).ShouldBe([
            "epoch 1/2  loss 0.5123  45,679 rows/s  at most 1:30 left",
            "epoch 1/2  loss 0.5123  45,679 rows/s  at most 1:20 left",
        ]);
        _output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void OnValidation_Always_WritesMonitorAndBest()
    {
        var reporter = new PlainReporter(_output, _error, _clock);
        reporter.TrainingStarted(3, "mean_auc:level1");
        reporter.OnValidation(new ValidationReport(69, 1, 0.3, 50000, 0.81236, 0.81236, Improved: true, 1));
        reporter.OnValidation(new ValidationReport(138, 2, 0.25, 50000, 0.8, 0.81236, Improved: false, 1));
        reporter.OnValidation(new ValidationReport(207, 3, 0.2, 50000, null, null, Improved: false, 1));

        Lines(_error).ShouldBe([
            "epoch 1/3  step 69  loss 0.3000  mean_auc:level1 0.8124 (best)  50,000 rows/s",
            "epoch 2/3  step 138  loss 0.2500  mean_auc:level1 0.8000 (best 0.8124)  50,000 rows/s",
            "epoch 3/3  step 207  loss 0.2000  mean_auc:level1 undefined (best none)  50,000 rows/s",
        ]);
    }

    [Fact]
    public void Report_LongImport_WritesRows()
    {
        var reporter = new PlainReporter(_output, _error, _clock);
        reporter.Report(new ImportProgress(ImportStage.Reading, 1000, null));
        _clock.Advance(TimeSpan.FromSeconds(11));
        reporter.Report(new ImportProgress(ImportStage.Reading, 2000, null));
        _clock.Advance(TimeSpan.FromSeconds(11));
        reporter.Report(new ImportProgress(ImportStage.Encoding, 500, 2000));

        Lines(_error).ShouldBe(["reading  2,000 rows", "encoding  500 of 2,000 rows"]);
    }

    [Fact]
    public void Result_Always_GoesToOutputAloneAndTheRestToError()
    {
        var reporter = new PlainReporter(_output, _error, _clock);
        reporter.Message("read");
        reporter.Warning("odd");
        reporter.Result("| table |");

        Lines(_output).ShouldBe(["| table |"]);
        Lines(_error).ShouldBe(["read", "warning: odd"]);
    }

    static string[] Lines(StringWriter writer) => writer.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    sealed class Clock : TimeProvider
    {
        long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
