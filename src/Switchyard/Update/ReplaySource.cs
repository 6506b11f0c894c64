using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// New training rows with old ones spread evenly among them: every batch has its share. The old rows of an epoch are the first of their
/// own shuffle, so every epoch draws others, and no more of them are read than are used.
/// </summary>
sealed class ReplaySource : IBatchSource
{
    readonly IBatchSource _rows;
    readonly IBatchSource _old;
    readonly BatchTranslation _translation;
    readonly Batch _oldBatch;
    readonly long _replayed;
    long _position;

    /// <param name="rows">New rows; disposed with this source.</param>
    /// <param name="old">Shuffled old rows; disposed with this source.</param>
    /// <param name="share">Share of the old rows that an epoch replays, 0 to 1.</param>
    /// <param name="batchSize">Rows of the largest batch.</param>
    public ReplaySource(IBatchSource rows, IBatchSource old, double share, int batchSize)
    {
        (_rows, _old) = (rows, old);
        _translation = new BatchTranslation(old.Schema, rows.Schema);
        _oldBatch = new Batch(old.Schema, batchSize);
        _replayed = (long)Math.Round(share * old.RowCount);
    }

    public Schema Schema => _rows.Schema;

    public long RowCount => _rows.RowCount + _replayed;

    public void Rewind(int epoch)
    {
        _rows.Rewind(epoch);
        _old.Rewind(epoch);
        _position = 0;
    }

    public bool Next(Batch batch, int size)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var end = Math.Min(RowCount, _position + size);
        var old = (int)(OldBefore(end) - OldBefore(_position));
        var fresh = (int)(end - _position) - old;
        _position = end;
        batch.Count = 0;
        if (fresh > 0) _rows.Next(batch, fresh);
        if (old == 0) return batch.Count > 0;
        _old.Next(_oldBatch, old);
        _translation.Append(_oldBatch, old, batch);
        return true;
    }

    /// <summary>Old rows among the first rows of an epoch.</summary>
    long OldBefore(long position) => RowCount == 0 ? 0 : (long)((Int128)position * _replayed / RowCount);

    public void Dispose()
    {
        _rows.Dispose();
        _old.Dispose();
    }
}
