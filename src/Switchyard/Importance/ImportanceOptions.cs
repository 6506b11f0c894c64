using Switchyard.Data;

namespace Switchyard;

/// <summary>How <see cref="Run.Importance"/> measures.</summary>
public sealed record ImportanceOptions
{
    /// <summary>Part whose rows are scored. Default: test, or validation where there is no test row.</summary>
    public Part? Part { get; init; }

    /// <summary>Permutations of every field. Default 5.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>Rows at most; of more, a uniform sample is taken. They are held in memory. Default 200,000.</summary>
    public int Rows { get; init; } = 200_000;

    /// <summary>Seed of sample and permutations. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Permute fields over all rows instead of within every scenario.</summary>
    public bool AcrossScenarios { get; init; }

    internal void Check()
    {
        if (Repeats is < 1 or > 1000) throw new InputException($"--repeats {Repeats}: give 1 to 1000 permutations.");
        if (Rows < 2) throw new InputException($"--rows {Rows}: give at least 2 rows.");
    }
}
