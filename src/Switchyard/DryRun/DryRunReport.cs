using System.Collections.Immutable;

namespace Switchyard;

/// <summary>Weights of one part of a model.</summary>
/// <param name="Part">embedding tables, experts, gates, towers, layers, …</param>
/// <param name="Parameters">Trained values.</param>
public sealed record ModelPart(string Part, long Parameters);

/// <summary>An embedding table.</summary>
/// <param name="Table">Name of the table.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Count">How many of this name and size there are: with a model per scenario, one for each.</param>
public sealed record TableSize(string Table, int Rows, int Width, int Count = 1)
{
    /// <summary>Trained values of all of them.</summary>
    public long Parameters => (long)Rows * Width * Count;
}

/// <summary>
/// Floating-point operations of the matrix products of one row, a multiply and an add counting two. Lookups, softmax and sums are left
/// out.
/// </summary>
/// <param name="Active">What a row takes, with the experts it chose: a mean over rows, at the initial weights.</param>
/// <param name="Stored">What it would take if every row went to every expert.</param>
public sealed record RowFlops(double Active, double Stored);

/// <summary>Bytes of one thing.</summary>
/// <param name="What">weights, gradients, …</param>
/// <param name="Bytes">Bytes of memory or disk.</param>
public sealed record Size(string What, long Bytes);

/// <summary>How long something takes, from a trial.</summary>
/// <param name="Expected">Seconds.</param>
/// <param name="Low">Seconds, were it all as fast as the fastest fifth of the trial.</param>
/// <param name="High">Seconds, were it all as slow as its slowest fifth.</param>
public sealed record TimeRange(double Expected, double Low, double High)
{
    const int Parts = 5;

    /// <summary>A step, from the times of several: their mean, and that of the fastest and the slowest of five stretches equally long.</summary>
    internal static TimeRange Of(double[] seconds)
    {
        var parts = Math.Min(Parts, seconds.Length);
        var means = Enumerable.Range(0, parts).Select(i => seconds[(i * seconds.Length / parts)..((i + 1) * seconds.Length / parts)].Average()).ToArray();
        return new(seconds.Average(), means.Min(), means.Max());
    }

    internal TimeRange Times(double factor) => new(Expected * factor, Low * factor, High * factor);

    internal TimeRange Plus(double seconds) => new(Expected + seconds, Low + seconds, High + seconds);
}

/// <summary>What a trial of a few steps says about the whole training.</summary>
/// <param name="StepsTimed">Steps that were timed.</param>
/// <param name="RowsPerSecond">Training rows per second.</param>
/// <param name="Epoch">Training steps of an epoch, without validation.</param>
/// <param name="Validation">Seconds of one validation; 0 without validation rows.</param>
/// <param name="Validations">Validations of the whole training, if it does not stop early.</param>
/// <param name="Training">All epochs with their validations, if training does not stop early.</param>
public sealed record ExpectedTime(int StepsTimed, double RowsPerSecond, TimeRange Epoch, double Validation, long Validations, TimeRange Training);

/// <summary>What a training would take: its model, memory, work, time and disk. Made by <c>Run.DryRun</c>.</summary>
public sealed record DryRunReport
{
    /// <summary>Name of the architecture.</summary>
    public required string Model { get; init; }

    /// <summary>Rows of train, validation and test.</summary>
    public required ImmutableArray<long> Rows { get; init; }

    public required int Epochs { get; init; }

    public required long StepsPerEpoch { get; init; }

    public required int BatchSize { get; init; }

    public required int Threads { get; init; }

    /// <summary>Parts of the model, the largest first.</summary>
    public required ImmutableArray<ModelPart> Parts { get; init; }

    /// <summary>Embedding tables, the largest first.</summary>
    public required ImmutableArray<TableSize> Tables { get; init; }

    /// <summary>Trained values in all.</summary>
    public long Parameters => Parts.Sum(p => p.Parameters);

    /// <summary>Forward pass of a row, as in scoring; null where it could not be tried.</summary>
    public RowFlops? Forward { get; init; }

    /// <summary>Forward and backward pass of a row; null where it could not be tried.</summary>
    public RowFlops? Training { get; init; }

    /// <summary>Memory by what it holds. Without a trial, only what the weights take.</summary>
    public required ImmutableArray<Size> Memory { get; init; }

    /// <summary>Bytes of memory in all.</summary>
    public long MemoryBytes => Memory.Sum(m => m.Bytes);

    /// <summary>Bytes of memory this process may still take.</summary>
    public required long AvailableMemory { get; init; }

    /// <summary>null where the steps could not be tried.</summary>
    public ExpectedTime? Time { get; init; }

    /// <summary>Column file (there already), bundle, and checkpoints while training.</summary>
    public required ImmutableArray<Size> Disk { get; init; }

    /// <summary>Bytes free where the output goes.</summary>
    public required long FreeDisk { get; init; }

    /// <summary>What stands in the way; empty where nothing does.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The report for a terminal.</summary>
    public string ToText() => DryRunText.Write(this);

    /// <summary>One JSON object, indented, snake case.</summary>
    public string ToJson() => DryRunJson.Write(this);
}
