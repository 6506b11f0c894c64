namespace Switchyard.Data;

/// <summary>How rows are shuffled, anew in every epoch.</summary>
public sealed record ShuffleOptions
{
    /// <summary>Seed of the order. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Rows in memory at a time, rounded up to whole blocks of 4096; default 262,144. A part that fits is shuffled uniformly; of a larger
    /// one, blocks are drawn in random order and rows shuffled within the buffer. Memory is bounded by two such buffers, whatever the number of rows.
    /// </summary>
    public int BufferRows { get; init; } = 1 << 18;
}
