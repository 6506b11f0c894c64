using System.Globalization;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

public static partial class Run
{
    // Where a run is put, how many threads compute it and when it is saved change nothing in its result.
    static readonly string[] WithoutInfluence =
        ["name", "output", "training.threads", "training.checkpoint_every", "training.keep_checkpoints", "training.keep_checkpoints_at_end", "update.measure_old_rows"];

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
            store = new CheckpointStore(CheckpointDirectory(configuration), IdentityOf(configuration, data, update), configuration.Training.KeepCheckpoints, reporter.Warning);
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

    /// <summary>Every value of the configuration that can change a bit of the result, the rows, the library's version, and what an update starts from.</summary>
    static Dictionary<string, string> IdentityOf(RunConfiguration configuration, Dataset data, ModelUpdate? update)
    {
        var identity = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["version of Switchyard"] = BundleMetadata.ThisVersion,
            [RowsKey] = data.Fingerprint,
            ["fingerprint of the schema"] = data.Schema.Fingerprint(),
        };
        Flatten(JsonElement.Parse(configuration.ToJson()), "", identity);
        foreach (var (key, value) in update?.Identity ?? []) identity[key] = value;
        foreach (var key in WithoutInfluence) identity.Remove(key);
        return identity;
    }

    static void Flatten(JsonElement value, string path, Dictionary<string, string> into)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject()) Flatten(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", into);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in value.EnumerateArray()) Flatten(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"), into);
                break;
            default:
                into[path] = value.ToString();
                break;
        }
    }
}
