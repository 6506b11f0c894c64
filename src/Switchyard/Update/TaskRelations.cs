using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>How labels go together: the correlation (φ) of two tasks over the training rows on which both were observed.</summary>
static class TaskRelations
{
    const int BatchRows = 4096;

    /// <summary>For every new task the old one with the highest correlation; tasks without one above 0 are left out. Ties: the first.</summary>
    /// <param name="rows">Training rows of the new data.</param>
    /// <param name="newTasks">Their new tasks, by index.</param>
    /// <param name="oldTasks">Their old tasks, by index.</param>
    /// <param name="cancellation">Ends the pass between two batches.</param>
    public static ImmutableDictionary<int, (int Task, double Correlation)> Nearest(
        IBatchSource rows, IReadOnlyList<int> newTasks, IReadOnlyList<int> oldTasks, CancellationToken cancellation)
    {
        var counts = new Counts[newTasks.Count, oldTasks.Count];
        var batch = new Batch(rows.Schema, BatchRows);
        rows.Rewind(0);
        while (rows.Next(batch, BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            for (var n = 0; n < newTasks.Count; n++)
                for (var o = 0; o < oldTasks.Count; o++)
                    counts[n, o].Add(batch.Labels(newTasks[n]).AsSpan(0, batch.Count), batch.Labels(oldTasks[o]).AsSpan(0, batch.Count));
        }

        var nearest = ImmutableDictionary.CreateBuilder<int, (int Task, double Correlation)>();
        for (var n = 0; n < newTasks.Count; n++)
        {
            var best = 0.0;
            for (var o = 0; o < oldTasks.Count; o++)
            {
                if (!(counts[n, o].Correlation > best)) continue;
                best = counts[n, o].Correlation;
                nearest[newTasks[n]] = (oldTasks[o], best);
            }
        }

        return nearest.ToImmutable();
    }

    struct Counts
    {
        long _rows;
        long _first;
        long _second;
        long _both;

        public void Add(ReadOnlySpan<float> first, ReadOnlySpan<float> second)
        {
            for (var i = 0; i < first.Length; i++)
            {
                if (float.IsNaN(first[i]) || float.IsNaN(second[i])) continue;
                _rows++;
                if (first[i] > 0) _first++;
                if (second[i] > 0) _second++;
                if (first[i] > 0 && second[i] > 0) _both++;
            }
        }

        /// <summary>NaN where one of the two labels is the same in every row.</summary>
        public readonly double Correlation =>
            ((double)_rows * _both - (double)_first * _second) / Math.Sqrt((double)_first * (_rows - _first) * _second * (_rows - _second));
    }
}
