using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Rows of a part that are held in memory: all of them, or a uniform sample of the number asked for, in file order.</summary>
static class RowSample
{
    const int ReadRows = 4096;

    public static Batch Read(IBatchSource source, int limit, ulong seed, CancellationToken cancellation)
    {
        var wanted = (int)Math.Min(limit, source.RowCount);
        var sample = new Batch(source.Schema, wanted);
        var read = new Batch(source.Schema, ReadRows);
        var random = new SeededRandom(seed, "sample");
        var left = source.RowCount;
        source.Rewind(0);
        while (sample.Count < wanted && source.Next(read, ReadRows))
        {
            cancellation.ThrowIfCancellationRequested();
            for (var row = 0; row < read.Count; row++, left--)
            {
                // Selection sampling (Knuth, algorithm S): every set of rows is as likely as any other.
                if (random.NextDouble() * left >= wanted - sample.Count) continue;
                BatchRows.CopyRow(read, row, sample, sample.Count);
                sample.Count++;
            }
        }

        return sample;
    }
}
