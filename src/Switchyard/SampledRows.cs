using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>A uniform sample of a source's rows in their order, the same in every pass; all of them where there are no more than asked for.</summary>
/// <param name="rows">The source; disposed with this one.</param>
/// <param name="count">Rows of the sample, at most.</param>
/// <param name="seed">The same seed draws the same rows.</param>
/// <param name="cancellation">Ends a pass between two reads.</param>
sealed class SampledRows(IBatchSource rows, long count, ulong seed, CancellationToken cancellation) : IBatchSource
{
    const int ReadRows = 4096;

    readonly Batch _read = new(rows.Schema, ReadRows);
    SeededRandom _random = new(seed, "sample");
    long _left;
    long _wanted;
    int _next;

    public Schema Schema => rows.Schema;

    public long RowCount => Math.Min(count, rows.RowCount);

    public void Rewind(int epoch)
    {
        rows.Rewind(epoch);
        _random = new SeededRandom(seed, "sample");
        (_left, _wanted) = (rows.RowCount, RowCount);
        (_read.Count, _next) = (0, 0);
    }

    public bool Next(Batch batch, int size)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Count = 0;
        while (_wanted > 0 && batch.Count < size)
        {
            if (_next == _read.Count)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!rows.Next(_read, ReadRows)) break;
                _next = 0;
            }

            // Selection sampling (Knuth, algorithm S): every set of rows is as likely as any other.
            if (_random.NextDouble() * _left < _wanted)
            {
                RowCopies.CopyRow(_read, _next, batch, batch.Count);
                batch.Count++;
                _wanted--;
            }

            _left--;
            _next++;
        }

        return batch.Count > 0;
    }

    public void Dispose() => rows.Dispose();
}
