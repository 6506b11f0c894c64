using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

public static partial class Run
{
    /// <summary>How long the steps of a trial are timed.</summary>
    const double TrialSeconds = 3;

    /// <summary>
    /// Says what <see cref="Train"/> would take, before it takes it: weights, memory, work per row, time and disk. Imports the rows where
    /// needed, as training would (sizes of tables come from them), and trains for a few seconds on weights that are thrown away. Nothing
    /// is written to the output folder.
    /// </summary>
    /// <param name="configuration">The run.</param>
    /// <param name="json">File for the report as JSON, null for none.</param>
    /// <param name="reporter">Hears the report; null for nobody.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public static DryRunReport DryRun(RunConfiguration configuration, string? json = null, IRunReporter? reporter = null, CancellationToken cancellation = default) =>
        DryRun(configuration, json, reporter ?? SilentReporter.Instance, Machine.This, TrialSeconds, cancellation);

    internal static DryRunReport DryRun(
        RunConfiguration configuration, string? json, IRunReporter reporter, Machine machine, double seconds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ModelBundle.RequirePlace(configuration.BundleDirectory);
        TextFile.RequireWritable(("--json", json));
        using var data = OpenData(configuration, null, reporter, cancellation);
        var report = Examine(configuration, data, machine, seconds, cancellation);
        reporter.Result(report.ToText());
        if (json is not null) TextFile.Write(json, report.ToJson());
        return report;
    }

    static DryRunReport Examine(RunConfiguration configuration, Dataset data, Machine machine, double seconds, CancellationToken cancellation)
    {
        var options = configuration.Training;
        var parameters = Ranker.Declare(data.Schema, configuration.Model.Options).Parameters;
        var costs = new WeightCosts(parameters, options);
        using var pool = NewPool(options.Threads);
        var fixedMemory = costs.FromTheStart.Add(costs.Best);
        var fits = fixedMemory.Sum(m => m.Bytes) < machine.AvailableMemory;
        var trial = fits ? new Trial(configuration, data, pool, seconds, cancellation).Run() : null;
        var stepsPerEpoch = (data.Rows(Part.Train) + options.BatchSize - 1) / options.BatchSize;
        var report = new DryRunReport
        {
            Model = configuration.Model.Name,
            Rows = [.. Enum.GetValues<Part>().Select(data.Rows)],
            Epochs = options.Epochs,
            StepsPerEpoch = stepsPerEpoch,
            BatchSize = options.BatchSize,
            Threads = pool.Threads,
            Parts = ModelParts.Of(parameters),
            Tables = ModelParts.Tables(parameters),
            Forward = trial?.Forward,
            Training = trial?.Training,
            Memory = [.. fixedMemory, .. trial?.Memory ?? []],
            AvailableMemory = machine.AvailableMemory,
            Time = trial is null ? null : Expect(trial, options, stepsPerEpoch),
            Disk = DiskOf(data, costs, options),
            FreeDisk = machine.FreeDisk(configuration.OutputDirectory),
        };
        return report with { Warnings = Warnings(report, fits) };
    }

    static ExpectedTime Expect(TrialResult trial, TrainingOptions options, long stepsPerEpoch)
    {
        var step = TimeRange.Of(trial.StepSeconds);
        var epoch = step.Times(stepsPerEpoch);
        var steps = stepsPerEpoch * options.Epochs;
        var validations = trial.ValidationSeconds == 0 ? 0
            : options.ValidateEvery == 0 ? options.Epochs
            : (steps / options.ValidateEvery) + (steps % options.ValidateEvery == 0 ? 0 : 1);
        return new ExpectedTime(
            trial.StepSeconds.Length,
            trial.RowsPerStep / step.Expected,
            epoch,
            trial.ValidationSeconds,
            validations,
            epoch.Times(options.Epochs).Plus(validations * trial.ValidationSeconds));
    }

    /// <summary>While a checkpoint is written, the ones to keep are still there.</summary>
    static ImmutableArray<Size> DiskOf(Dataset data, WeightCosts costs, TrainingOptions options) =>
    [
        new("column file (there already)", new FileInfo(data.Path).Length),
        new("bundle", costs.Weights + Encoding.UTF8.GetByteCount(data.Schema.ToJson())),
        new(string.Create(CultureInfo.InvariantCulture, $"checkpoints, at most ({options.KeepCheckpoints} kept, 1 being written)"), (options.KeepCheckpoints + 1) * costs.Checkpoint),
    ];

    static ImmutableArray<string> Warnings(DryRunReport report, bool tried)
    {
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (report.MemoryBytes >= report.AvailableMemory)
        {
            var table = report.Tables.IsEmpty ? "" : $" (the largest table is {report.Tables[0].Table})";
            warnings.Add(
                $"about {ByteText.Of(report.MemoryBytes)} of memory {(tried ? "are" : "and more are")} needed, {ByteText.Of(report.AvailableMemory)} are available: lower a field's embedding or raise its min_count{table}, " +
                $"lower training.batch_size or training.shuffle_rows{(tried ? "" : "; no step was tried")}");
        }

        var written = report.Disk.Skip(1).Sum(d => d.Bytes);
        if (written >= report.FreeDisk)
            warnings.Add($"bundle and checkpoints take {ByteText.Of(written)} of disk, {ByteText.Of(report.FreeDisk)} are free: lower training.keep_checkpoints, or name another output");
        return warnings.ToImmutable();
    }
}
