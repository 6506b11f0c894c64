using Switchyard.Data;

namespace Switchyard;

/// <summary>Rows of a part that are held in memory: all of them, or a uniform sample of the number asked for, in file order.</summary>
static class RowSample
{
    public static Batch Read(IBatchSource source, int limit, ulong seed, CancellationToken cancellation)
    {
        // The source is the caller's.
        var rows = new SampledRows(source, limit, seed, cancellation);
        var sample = new Batch(source.Schema, (int)rows.RowCount);
        rows.Rewind(0);
        rows.Next(sample, (int)rows.RowCount);
        return sample;
    }
}
