using System.Globalization;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Cli;

/// <summary>The wording of progress, the same on a terminal and in a log.</summary>
static class Reporting
{
    public static string Step(in StepReport step, int epochs) =>
        string.Create(CultureInfo.InvariantCulture, $"epoch {step.Epoch}/{epochs}  loss {step.Loss:F4}  {step.RowsPerSecond:N0} rows/s");

    /// <summary>Early stopping may end sooner, so the time left is an upper bound.</summary>
    public static string TimeLeft(in StepReport step, int epochs, TimeSpan elapsed)
    {
        var left = elapsed * ((double)(epochs * step.StepsPerEpoch - step.Step) / step.Step);
        var format = left.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss";
        return $"at most {left.ToString(format, CultureInfo.InvariantCulture)} left";
    }

    public static string Validation(in ValidationReport report, int epochs, string monitor)
    {
        var value = report.Value?.ToString("F4", CultureInfo.InvariantCulture) ?? "undefined";
        var best = report.Improved ? "best" : $"best {report.Best?.ToString("F4", CultureInfo.InvariantCulture) ?? "none"}";
        if (report.Step == 0) return $"before the first step  {monitor} {value}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"epoch {report.Epoch}/{epochs}  step {report.Step}  loss {report.Loss:F4}  {monitor} {value} ({best})  {report.RowsPerSecond:N0} rows/s");
    }

    public static string Import(in ImportProgress progress)
    {
        var verb = progress.Stage is ImportStage.Reading ? "reading" : "encoding";
        return progress.TotalRows is { } total
            ? string.Create(CultureInfo.InvariantCulture, $"{verb}  {progress.Rows:N0} of {total:N0} rows")
            : string.Create(CultureInfo.InvariantCulture, $"{verb}  {progress.Rows:N0} rows");
    }
}
