using Switchyard.Data;

namespace Switchyard;

/// <summary>The first rows of a source, as a source of its own.</summary>
sealed class FirstRows(IBatchSource rows, long count) : IBatchSource
{
    long _left;

    public Schema Schema => rows.Schema;

    public long RowCount => Math.Min(count, rows.RowCount);

    public void Rewind(int epoch)
    {
        _left = RowCount;
        rows.Rewind(epoch);
    }

    public bool Next(Batch batch, int size)
    {
        if (_left == 0 || !rows.Next(batch, (int)Math.Min(size, _left))) return false;
        _left -= batch.Count;
        return true;
    }

    public void Dispose() => rows.Dispose();
}
