using System.Globalization;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

/// <summary>The files of a search's trainings: results of finished ones, checkpoints of the others. Another search finds them again by what they depend on.</summary>
sealed class TrialStore(string folder, IRunReporter reporter)
{
    const int KeyLength = 32;

    /// <summary>Digest of all that a training's result depends on.</summary>
    /// <param name="configuration">The training.</param>
    /// <param name="digest">Digest of the rows.</param>
    /// <param name="epochs">Epochs it is judged after; all planned ones, or fewer.</param>
    public static string KeyOf(RunConfiguration configuration, string digest, int epochs)
    {
        var identity = RunIdentity.Of(configuration, digest);
        identity["epochs"] = epochs.ToString(CultureInfo.InvariantCulture);
        return RunIdentity.Digest(identity)[..KeyLength];
    }

    /// <summary>The result of a finished training; null where there is none.</summary>
    public TrialOutcome? Find(string key)
    {
        var file = FileOf(key);
        try
        {
            if (!File.Exists(file)) return null;
            if (JsonSerializer.Deserialize<TrialOutcome>(File.ReadAllText(file), JsonReport.Options) is { } result && result.Key == key) return result;
            reporter.Warning($"{file} is not the result of this training, which is made again");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            reporter.Warning($"{file} cannot be read, and the training is made again: {e.Message}");
        }

        return null;
    }

    public void Add(TrialOutcome result) => TextFile.Write(FileOf(result.Key), JsonSerializer.Serialize(result, JsonReport.Options));

    /// <summary>Checkpoints of a training that has not come to its end.</summary>
    /// <exception cref="InputException">Another search trains it now, or the folder cannot be written.</exception>
    public CheckpointStore OpenCheckpoints(RunConfiguration configuration, string digest) =>
        new(CheckpointsOf(configuration, digest), RunIdentity.Of(configuration, digest), 1, reporter.Warning);

    /// <summary>Removes the checkpoints of a training that will not go on.</summary>
    public void RemoveCheckpoints(RunConfiguration configuration, string digest)
    {
        var checkpoints = CheckpointsOf(configuration, digest);
        if (!Directory.Exists(checkpoints)) return;
        NeedlessFolder.Remove(checkpoints, reporter.Warning);
        NeedlessFolder.RemoveEmpty(Path.GetDirectoryName(checkpoints)!, reporter.Warning);
    }

    string FileOf(string key) => Path.Combine(folder, "trials", $"{key}.json");

    // The same for every rung: the training goes on from one to the next.
    string CheckpointsOf(RunConfiguration configuration, string digest) =>
        Path.Combine(folder, "checkpoints", KeyOf(configuration, digest, configuration.Training.Epochs));
}
