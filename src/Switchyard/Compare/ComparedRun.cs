using System.Text.Json;

namespace Switchyard;

/// <summary>What was measured of one variant trained with one seed: the file beside its scores, and the proof that it is finished.</summary>
public sealed record ComparedRun
{
    /// <summary>Name of the variant when it was trained.</summary>
    public required string Variant { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>SHA-256 (hex) of everything the result depends on: configuration, seed, rows, build of the program.</summary>
    public required string Digest { get; init; }

    /// <summary>Name of the architecture.</summary>
    public required string Model { get; init; }

    /// <summary>How scenarios and tasks reach it.</summary>
    public required string Topology { get; init; }

    /// <summary>Name of what decided the best weights, measured on the validation rows.</summary>
    public required string Monitor { get; init; }

    /// <summary>Its value at the weights that were kept; null where no validation had one.</summary>
    public double? Validation { get; init; }

    /// <summary>Epoch of the weights that were kept.</summary>
    public required int BestEpoch { get; init; }

    public required long BestStep { get; init; }

    /// <summary>Epochs begun.</summary>
    public required int Epochs { get; init; }

    public required long Steps { get; init; }

    /// <summary>Training rows per second, validation and the first 50 steps, in which code is compiled, left out.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Seconds of training with validation; of a resumed run, of its last part only.</summary>
    public required double Seconds { get; init; }

    /// <summary>Whether it went on from a checkpoint.</summary>
    public bool Resumed { get; init; }

    public required int Threads { get; init; }

    /// <summary>Bytes of memory the process had at its peak.</summary>
    public required long PeakMemory { get; init; }

    /// <summary>Whether the peak is that of this run alone; otherwise of the process since it began.</summary>
    public required bool PeakOfRun { get; init; }

    /// <summary>Trained values, embedding tables included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Trained values without embedding tables.</summary>
    public required long DenseParameters { get; init; }

    /// <summary>Trained values without tables that a row uses, each counted once and of experts only those it chose: a mean over the measured rows.</summary>
    public required double ActiveParameters { get; init; }

    /// <summary>Operations of the matrix products of a row's forward pass, a mean over the measured rows.</summary>
    public required double FlopsPerRow { get; init; }

    /// <summary>The same if every row went to every expert.</summary>
    public required double StoredFlopsPerRow { get; init; }

    /// <summary>SHA-256 (hex) of the measured rows.</summary>
    public required string RowsDigest { get; init; }

    /// <summary>SHA-256 (hex) of the file of scores.</summary>
    public required string ScoresDigest { get; init; }

    /// <summary>Everything the result depends on, as text by name; null in results of versions that did not say it.</summary>
    public Dictionary<string, string>? Identity { get; init; }

    /// <summary>The run's configuration, every default written out.</summary>
    public required string Configuration { get; init; }

    /// <summary>Metrics of the measured rows, as evaluate --json writes them.</summary>
    public required JsonElement Metrics { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, JsonReport.Options);

    internal static ComparedRun? Parse(string json) => JsonSerializer.Deserialize<ComparedRun>(json, JsonReport.Options);
}
