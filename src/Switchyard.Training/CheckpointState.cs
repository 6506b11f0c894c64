using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Switchyard.Models;

namespace Switchyard.Training;

/// <summary>Where the loop stands after a step and what may follow it (a validation, the end of the epoch).</summary>
sealed record TrainingPosition
{
    /// <summary>Epoch, 1-based.</summary>
    public int Epoch { get; init; }

    /// <summary>Steps taken in it: batches to skip.</summary>
    public long StepInEpoch { get; init; }

    public long RowsInEpoch { get; init; }

    public double SecondsInEpoch { get; init; }

    /// <summary>Sum of the losses of its steps.</summary>
    public double Loss { get; init; }

    /// <summary>Rows of all epochs.</summary>
    public long Rows { get; init; }

    public double Seconds { get; init; }

    public double? BestValue { get; init; }

    public long BestStep { get; init; }

    public int BestEpoch { get; init; }

    public int SinceBest { get; init; }

    /// <summary>True where the run was cancelled in the validation of its last step, which is then made first.</summary>
    public bool ValidationDue { get; init; }

    /// <summary>True where patience has run out: only the best weights are left to restore.</summary>
    public bool Stopped { get; init; }

    /// <summary>Seconds of all steps, validations left out. Older checkpoints do not say.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>What the planned learning rate is multiplied by.</summary>
    public double RateFactor { get; init; } = 1;

    /// <summary>True where somebody asked for the end.</summary>
    public bool StoppedByRequest { get; init; }

    /// <summary>Parts of the loss that were not reported yet.</summary>
    public LossSums Losses { get; init; } = LossSums.None;
}

/// <summary>Sizes of what grows in an optimizer.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="HasBest">True where there are best weights.</param>
/// <param name="SavedRows">Rows of every table that were written since the best validation.</param>
sealed record OptimizerSizes(long Steps, bool HasBest, ImmutableArray<int> SavedRows);

/// <summary>Everything of a checkpoint but its arrays: state.json.</summary>
sealed record CheckpointState(
    int Version, SortedDictionary<string, string> Identity, TrainingPosition Position, OptimizerSizes Optimizer, long Bytes, string Sha256)
{
    public const string Name = "state.json";

    public const int CurrentVersion = 1;

    /// <summary>Writes the state with a checksum of its own and forces it to the disk.</summary>
    public void Write(string path)
    {
        var state = JsonSerializer.SerializeToUtf8Bytes(this, BundleJson.Values);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(state)));
            writer.WritePropertyName("state");
            writer.WriteRawValue(state);
            writer.WriteEndObject();
        }

        stream.Flush(flushToDisk: true);
    }

    /// <exception cref="InvalidDataException">The file is damaged or of another version.</exception>
    public static CheckpointState Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var state = document.RootElement.GetProperty("state");
            if (Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(state))) != document.RootElement.GetProperty("sha256").GetString())
                throw new InvalidDataException($"the SHA-256 of {Name} is wrong");
            var read = state.Deserialize<CheckpointState>(BundleJson.Values);
            if (read is not { Identity: not null, Position: not null, Optimizer: { Steps: > 0, SavedRows.IsDefault: false }, Sha256: not null })
                throw new InvalidDataException($"{Name} is not complete");
            return read.Version == CurrentVersion ? read : throw new InvalidDataException($"its version is {read.Version}, this program reads {CurrentVersion}");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{Name} cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }
}
