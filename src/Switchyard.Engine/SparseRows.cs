using System.Numerics;
using System.Runtime.Intrinsics;

namespace Switchyard.Engine;

/// <summary>
/// The entries of a gradient [rows × cols] that are not 0, row by row in ascending order: gates of chosen experts only leave a few in a row.
/// </summary>
/// <param name="Tensor">Whose gradient it is.</param>
/// <param name="Start">First entry of every row, and behind the last; empty where a row has too many, and there is no list then.</param>
/// <param name="Column">Their columns.</param>
/// <param name="Value">Their values.</param>
readonly record struct SparseRows(Tensor Tensor, Block<int> Start, Block<int> Column, Block<Real> Value)
{
    /// <summary>A row has an entry in at most one of so many columns.</summary>
    const int ColumnsOfAnEntry = 8;

    /// <summary>Fewer columns are not worth the search.</summary>
    const int LeastColumns = 64;

    public bool Found => Start.Length > 0;

    /// <summary>Lists the entries of a tensor's gradient, if they are few in every row. Depends on values only, not on the workers.</summary>
    public static SparseRows Of(Graph g, Tensor tensor)
    {
        if (tensor.Cols < LeastColumns) return default;
        if (g.Sparse.Tensor == tensor) return g.Sparse;
        var (rows, most) = (tensor.Rows, tensor.Cols / ColumnsOfAnEntry);
        var (counts, columns, values) = (g.Ints(rows + 1), g.Ints(rows * most), g.Scratch(rows * most));
        g.ForRows(rows, new Body(g.Grads(tensor), counts, columns, values, tensor.Cols, most));
        return g.Sparse = Close(tensor, counts, columns, values, most);
    }

    /// <summary>Moves the rows' entries, which have room for <paramref name="most"/> each, close together.</summary>
    static SparseRows Close(Tensor tensor, Block<int> counts, Block<int> columns, Block<Real> values, int most)
    {
        var start = counts.Span;
        var next = 0;
        for (var row = 0; row < tensor.Rows; row++)
        {
            var count = start[row];
            if (count < 0) return new SparseRows(tensor, default, default, default);
            start[row] = next;
            columns.Slice(row * most, count).CopyTo(columns.Slice(next, count));
            values.Slice(row * most, count).CopyTo(values.Slice(next, count));
            next += count;
        }

        start[tensor.Rows] = next;
        return new SparseRows(tensor, counts, columns, values);
    }

    readonly struct Body(Block<Real> gradient, Block<int> counts, Block<int> columns, Block<Real> values, int cols, int most) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var count = counts.Span;
            for (var row = from; row < to; row++)
            {
                count[row] = List(gradient.Slice(row * cols, cols), columns.Slice(row * most, most), values.Slice(row * most, most));
                if (count[row] >= 0) continue;

                // One such row decides; nobody reads the others.
                count[row..to].Fill(-1);
                return;
            }
        }

        /// <summary>Number of entries, or −1 where they are too many.</summary>
        static int List(ReadOnlySpan<Real> row, Span<int> columns, Span<Real> entries)
        {
            var (found, i) = (0, 0);
            for (; i <= row.Length - Vector256<Real>.Count; i += Vector256<Real>.Count)
            {
                var vector = Vector256.Create(row[i..]);
                if (vector == Vector256<Real>.Zero) continue;
                for (var bits = (~Vector256.Equals(vector, Vector256<Real>.Zero)).ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                {
                    if (found == columns.Length) return -1;
                    var column = i + BitOperations.TrailingZeroCount(bits);
                    (columns[found], entries[found]) = (column, row[column]);
                    found++;
                }
            }

            for (; i < row.Length; i++)
            {
                if (row[i] == 0) continue;
                if (found == columns.Length) return -1;
                (columns[found], entries[found]) = (i, row[i]);
                found++;
            }

            return found;
        }
    }
}
