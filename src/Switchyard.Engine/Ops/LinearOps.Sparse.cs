using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    /// <summary>Rows and columns that are turned at a time: both sides stay in the first-level cache.</summary>
    const int TurnedBlock = 16;

    /// <summary>Rows of a matrix that a worker turns.</summary>
    const int TurnedRows = 64;

    /// <summary>
    /// The backward half of a product whose output gradient is 0 nearly everywhere, as that of many experts' gates: every entry adds its row of
    /// W transposed, and its row of x. What is left out are terms of 0, hence the same bits as <see cref="BackInput"/> and <see cref="BackWeight"/>.
    /// </summary>
    static void BackSparse(Graph g, in Step s, Parameter weight, SparseRows rows)
    {
        var (inputs, outputs) = (weight.Rows, weight.Cols);
        var entries = rows.Start.Span[s.Out.Rows];
        if (g.NeedsGrad(s.A))
        {
            g.CountEntries(entries, inputs, s.Out);
            var turned = g.Scratch(weight.Length);
            g.Pool.For((inputs + TurnedRows - 1) / TurnedRows, new TurnBody(g.Parameters.Block(weight), turned, inputs, outputs));
            var dx = g.GradsToFill(s.A, out var fresh);
            g.ForRows(s.A.Rows, new SparseInputBody(rows, turned, dx, inputs, fresh));
        }

        g.Clock?.Lap("LinearOps.BackInput", "backward");
        if (!g.Trains(weight)) return;
        var target = new GradientTarget(g.Gradients!.BlockToFill(weight), weight);
        g.CountEntries(entries, inputs, s.Out);
        var parts = ColumnParts(g, 1, inputs);
        g.Pool.For(parts, new SparseWeightBody(rows, g.Values(s.A), target.Values, g.Scratch(weight.Length), inputs, outputs, parts, target.Overwrites(g, 0)));
        target.Wrote(g, 1, null, s.Out.Rows);
    }

    /// <summary>target [cols × rows] = source [rows × cols] turned, both with rows of their own length.</summary>
    static void Turn(ReadOnlySpan<Real> source, int stride, Span<Real> target, int targetStride, int rows, int cols)
    {
        for (var r = 0; r < rows; r += TurnedBlock)
        {
            for (var c = 0; c < cols; c += TurnedBlock)
            {
                var (lastRow, lastCol) = (Math.Min(rows, r + TurnedBlock), Math.Min(cols, c + TurnedBlock));
                for (var j = c; j < lastCol; j++)
                {
                    var column = target.Slice(j * targetStride + r, lastRow - r);
                    for (var i = 0; i < column.Length; i++) column[i] = source[(r + i) * stride + j];
                }
            }
        }
    }

    /// <summary>Part p: some rows of a matrix [rows × cols] into columns of its transpose.</summary>
    readonly struct TurnBody(Block<Real> matrix, Block<Real> turned, int rows, int cols) : IParallelBody
    {
        public void Run(int part)
        {
            var from = part * TurnedRows;
            Turn(matrix.Span[(from * cols)..], cols, turned.Span[from..], rows, Math.Min(TurnedRows, rows - from), cols);
        }
    }

    readonly struct SparseInputBody(SparseRows rows, Block<Real> turned, Block<Real> dx, int inputs, bool fresh) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            if (fresh)
            {
                Kernels.Rows.Combine(rows.Start.Span, rows.Column.Span, rows.Value.Span, turned.Span, inputs, from, to, dx.Span);
                return;
            }

            var sums = ScatterBuffer(inputs);
            for (var first = from; first < to; first += ScatterRows)
            {
                var count = Math.Min(ScatterRows, to - first);
                Kernels.Rows.Combine(rows.Start.Slice(first, count + 1), rows.Column.Span, rows.Value.Span, turned.Span, inputs, 0, count, sums);
                Vectors.Add(sums.AsSpan(0, count * inputs), dx.Slice(first * inputs, count * inputs));
            }
        }
    }

    /// <summary>Part p: a range of input columns. Their gradient is added up turned, where an entry meets one stretch of it.</summary>
    readonly struct SparseWeightBody(
        SparseRows rows, Block<Real> x, Block<Real> gradient, Block<Real> turned, int inputs, int outputs, int parts, bool overwrite) : IParallelBody
    {
        public void Run(int part)
        {
            var (from, to) = (part * inputs / parts, (part + 1) * inputs / parts);
            var width = to - from;
            var own = turned.Slice(from * outputs, width * outputs);
            if (overwrite) own.Clear();
            else Turn(gradient.Span[(from * outputs)..], outputs, own, width, width, outputs);
            var start = rows.Start.Span;
            var columns = rows.Column.Span;
            var values = rows.Value.Span;
            for (var row = 0; row < start.Length - 1; row++)
            {
                var input = x.Slice(row * inputs + from, width);
                for (var i = start[row]; i < start[row + 1]; i++) Vectors.Axpy(values[i], input, own.Slice(columns[i] * width, width));
            }

            Turn(own, width, gradient.Span[(from * outputs)..], outputs, outputs, width);
        }
    }
}
