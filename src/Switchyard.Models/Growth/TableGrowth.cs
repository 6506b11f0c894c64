using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Rows of a grown embedding table: the old ones first, then those of new ids.</summary>
static class TableGrowth
{
    /// <param name="table">The grown table, with random rows.</param>
    /// <param name="old">The tables it comes from; several where it belongs to a new node as a whole, none where it stays random.</param>
    /// <param name="newIds">What new rows start from.</param>
    public static void Fill(EmbeddingTable table, IReadOnlyList<EmbeddingTable> old, NewIds newIds)
    {
        if (old.Count == 0) return;
        var known = old[0].Rows;
        if (old.Count == 1) old[0].Values.CopyTo(table.Values, 0);
        else for (var i = 0; i < known * table.Width; i++) table.Values[i] = (Real)old.Average(t => (double)t.Values[i]);
        if (known == table.Rows || newIds == NewIds.Fresh) return;
        var start = newIds == NewIds.Unseen ? table.Row(0).ToArray() : Mean(table, known);
        for (var row = known; row < table.Rows; row++) start.CopyTo(table.Row(row));
    }

    static Real[] Mean(EmbeddingTable table, int rows)
    {
        var sums = new double[table.Width];
        for (var row = 0; row < rows; row++)
        {
            var values = table.Row(row);
            for (var i = 0; i < sums.Length; i++) sums[i] += values[i];
        }

        return [.. sums.Select(s => (Real)(s / rows))];
    }
}
