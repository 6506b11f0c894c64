namespace Switchyard.Data;

/// <summary>Rows of one part, batch by batch. One pass is an epoch.</summary>
public interface IBatchSource : IDisposable
{
    Schema Schema { get; }

    /// <summary>Rows of one pass.</summary>
    long RowCount { get; }

    /// <summary>Starts a pass. The order depends on the source's seed and the epoch alone; a source without shuffle keeps file order.</summary>
    void Rewind(int epoch);

    /// <summary>Fills the batch with up to <paramref name="size"/> rows (the last batch of a pass may be smaller). False at the end of the pass.</summary>
    bool Next(Batch batch, int size);
}
