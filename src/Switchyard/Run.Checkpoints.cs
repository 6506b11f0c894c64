using System.Globalization;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

public static partial class Run
{
    const string RowsKey = "fingerprint of the rows";

    static string CheckpointDirectory(RunConfiguration configuration) => Path.Combine(configuration.OutputDirectory, "checkpoints");

    /// <summary>The checkpoints of a run; null where they cannot be kept.</summary>
    /// <exception cref="InputException">The run is to go on from one, and cannot.</exception>
    static CheckpointStore? OpenCheckpoints(RunConfiguration configuration, Dataset data, ModelUpdate? update, bool resume, IRunReporter reporter)
    {
        if (data.Fingerprint.Length == 0)
        {
            // Another run reads other rows from standard input, and nobody could tell.
            if (resume) throw new InputException("--resume: the rows come from standard input, which cannot be read twice; write them to a file and name it in 'sources'.");
            return null;
        }

        CheckpointStore store;
        try
        {
            store = new CheckpointStore(CheckpointDirectory(configuration), IdentityOf(configuration, data, update), configuration.Training.KeepCheckpoints, reporter.Warning)
            {
                Absent = RunIdentity.MayMiss(configuration),
            };
        }
        catch (InputException e) when (!resume)
        {
            reporter.Warning($"no checkpoints are kept: {e.Message}");
            return null;
        }

        if (!resume && store.NewestFound is > 0 and var step)
        {
            reporter.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"{Shown(CheckpointDirectory(configuration))} holds checkpoints of an earlier run, up to step {step:N0}: with --resume it would go on; this run starts anew and replaces them with its first checkpoint"));
        }

        return store;
    }

    /// <summary>
    /// The rows that the run to go on with began with, as its column file still holds them; null where it does not. The sources may have
    /// grown since, as a log does, and what a database answers now is not even asked.
    /// </summary>
    static Dataset? ReopenRows(RunConfiguration configuration, ModelUpdate? update, IRunReporter reporter)
    {
        if (CheckpointStore.IdentityOf(CheckpointDirectory(configuration))?.GetValueOrDefault(RowsKey) is not { } fingerprint) return null;
        var data = Dataset.Reopen(configuration.Data, update?.Ancestor.Schema, configuration.BaseDirectory, configuration.ColumnDirectory, fingerprint);
        if (data is not null && SourcesChanged(configuration, fingerprint))
            reporter.Warning($"the sources have changed since this run began; it goes on with the rows it began with, which {Shown(data.Path)} holds. Train without --resume to read the sources anew");
        return data;
    }

    static bool SourcesChanged(RunConfiguration configuration, string fingerprint)
    {
        try
        {
            return Dataset.FingerprintNow(configuration.Data, configuration.BaseDirectory) is { } now && now != fingerprint;
        }
        catch (InputException)
        {
            // Gone.
            return true;
        }
    }

    static void Resume(Trainer trainer, RunConfiguration configuration, IRunReporter reporter)
    {
        var step = trainer.Resume();
        reporter.Message(step > 0
            ? string.Create(CultureInfo.InvariantCulture, $"resumed after step {step:N0}")
            : $"there is no checkpoint in {Shown(CheckpointDirectory(configuration))}: training starts anew");
    }

    static string Shown(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path);

    /// <summary>What the run's result depends on: the configuration, the rows, and what an update starts from.</summary>
    static Dictionary<string, string> IdentityOf(RunConfiguration configuration, Dataset data, ModelUpdate? update)
    {
        var identity = RunIdentity.Of(configuration);
        identity[RowsKey] = data.Fingerprint;
        identity["fingerprint of the schema"] = data.Schema.Fingerprint();
        foreach (var (key, value) in update?.Identity ?? []) identity[key] = value;
        return identity;
    }
}
