using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// Attention of a row over its own items. Rows are ragged: item p of row b lies in [starts[b], starts[b + 1]), nothing is padded, and a row
/// reads no other row's items.
/// </summary>
public static class AttentionOps
{
    /// <summary>All ids of a field's first rows → their vectors [ids,N], row by row.</summary>
    public static Tensor ItemVectors(this Graph g, EmbeddingInput field, int rows)
    {
        var y = g.New(field.StartOf(rows), field.Width, g.Trains(new ReadOnlySpan<EmbeddingInput>(in field)));
        g.ForRows(rows, new ItemsBody(field, g.Values(y)));
        g.Listener?.Heard(nameof(ItemVectors), y, field);
        g.Record(
            static (g, in s) =>
            {
                var field = (EmbeddingInput)s.Aux!;
                field.SortRows(s.I);
                g.Pool.For(field.Private?.Length ?? 1, new ItemsBackBody(field, g.Gradients!, g.Grads(s.Out), s.I));
            },
            y, default, i: rows, aux: field);
        return y;
    }

    /// <summary>q [B,N], k [items,N] → [items,4N]: [q ; k ; q − k ; q ⊙ k] of every item and its row.</summary>
    public static Tensor QueryKeys(this Graph g, Tensor q, Tensor k, int[] starts)
    {
        var y = g.New(k.Rows, 4 * k.Cols, g.NeedsGrad(q) || g.NeedsGrad(k));
        g.ForRows(q.Rows, new QueryKeysBody(g.Values(q), g.Values(k), g.Values(y), starts, k.Cols));
        g.Listener?.Heard(nameof(QueryKeys), y, q, k);
        g.Record(
            static (g, in s) => g.ForRows(
                s.A.Rows, new QueryKeysBackBody(g.Values(s.A), g.Values(s.B), g.Grads(s.A), g.Grads(s.B), g.Grads(s.Out), (int[])s.Aux!, s.B.Cols)),
            y, q, k, aux: starts);
        return y;
    }

    /// <summary>a [items,1] → softmax over the items of every row.</summary>
    public static Tensor ItemSoftmax(this Graph g, Tensor a, int[] starts, int rows)
    {
        var y = g.New(a.Rows, 1, g.NeedsGrad(a));
        g.ForRows(rows, new SoftmaxBody(g.Values(a), g.Values(y), starts));
        g.Listener?.Heard(nameof(ItemSoftmax), y, a, starts);
        g.Record(
            static (g, in s) => g.ForRows(s.I, new SoftmaxBackBody(g.Values(s.Out), g.Grads(s.Out), g.Grads(s.A), (int[])s.Aux!)), y, a, i: rows, aux: starts);
        return y;
    }

    /// <summary>a [items,1], k [items,N] → [B,N]: Σ a_p k_p over the items of every row, in their order; zero for a row without items.</summary>
    public static Tensor WeightedItems(this Graph g, Tensor a, Tensor k, int[] starts, int rows)
    {
        var y = g.New(rows, k.Cols, g.NeedsGrad(a) || g.NeedsGrad(k));
        g.ForRows(rows, new WeightedBody(g.Values(a), g.Values(k), g.Values(y), starts, k.Cols));
        g.Listener?.Heard(nameof(WeightedItems), y, a, k, starts);
        g.Record(
            static (g, in s) => g.ForRows(
                s.Out.Rows, new WeightedBackBody(g.Values(s.A), g.Values(s.B), g.Grads(s.A), g.Grads(s.B), g.Grads(s.Out), (int[])s.Aux!, s.Out.Cols)),
            y, a, k, aux: starts);
        return y;
    }

    readonly struct ItemsBody(EmbeddingInput field, Block<Real> y) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            var width = field.Width;
            var (first, last) = (field.StartOf(from), field.StartOf(to));
            if (field.Table is { } table)
            {
                Kernels.Rows.Gather(table.Values, width, field.Ids.AsSpan(first, last - first), y.Slice(first * width, (last - first) * width), width);
                return;
            }

            y.Slice(first * width, (last - first) * width).Clear();
            for (var row = from; row < to; row++)
            {
                var tables = field.TablesOf(row);
                for (var p = field.StartOf(row); p < field.StartOf(row + 1); p++)
                {
                    var vector = y.Slice(p * width, width);
                    foreach (var own in tables) Vectors.Add(own.Row(field.Ids[p]), vector);
                    if (tables.Length > 1) Vectors.Scale((Real)1 / tables.Length, vector);
                }
            }
        }
    }

    /// <summary>Part p: table p of the field, items in order.</summary>
    readonly struct ItemsBackBody(EmbeddingInput field, Gradients gradients, Block<Real> dy, int rows) : IParallelBody
    {
        public void Run(int part)
        {
            if (field.Table is { } table)
            {
                gradients.Tables[table.Index].Scatter(field.Ids.AsSpan(0, field.StartOf(rows)), dy.Span, field.Width);
                return;
            }

            var gradient = gradients.Tables[field.Private![part].Index];
            foreach (var row in field.Sorted.Of(part))
            {
                var scale = (Real)1 / field.TablesOf(row).Length;
                for (var p = field.StartOf(row); p < field.StartOf(row + 1); p++) Vectors.Axpy(scale, dy.Slice(p * field.Width, field.Width), gradient.Row(field.Ids[p]));
            }
        }
    }

    readonly struct QueryKeysBody(Block<Real> q, Block<Real> k, Block<Real> y, int[] starts, int width) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var query = q.Slice(row * width, width);
                for (var p = starts[row]; p < starts[row + 1]; p++)
                {
                    var key = k.Slice(p * width, width);
                    var pair = y.Slice(4 * p * width, 4 * width);
                    query.CopyTo(pair);
                    key.CopyTo(pair[width..]);
                    query.CopyTo(pair[(2 * width)..]);
                    Vectors.Axpy(-1, key, pair.Slice(2 * width, width));
                    Vectors.Multiply(query, key, pair[(3 * width)..]);
                }
            }
        }
    }

    readonly struct QueryKeysBackBody(Block<Real> q, Block<Real> k, Block<Real> dq, Block<Real> dk, Block<Real> dy, int[] starts, int width) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var query = q.Slice(row * width, width);
                var dQuery = dq.Slice(row * width, width);
                for (var p = starts[row]; p < starts[row + 1]; p++)
                {
                    var key = k.Slice(p * width, width);
                    var dKey = dk.Slice(p * width, width);
                    var pair = dy.Slice(4 * p * width, 4 * width);
                    var difference = pair.Slice(2 * width, width);
                    var product = pair[(3 * width)..];
                    Vectors.Add(pair[..width], dQuery);
                    Vectors.Add(difference, dQuery);
                    Vectors.MultiplyAdd(product, key, dQuery);
                    Vectors.Add(pair.Slice(width, width), dKey);
                    Vectors.Axpy(-1, difference, dKey);
                    Vectors.MultiplyAdd(product, query, dKey);
                }
            }
        }
    }

    readonly struct SoftmaxBody(Block<Real> a, Block<Real> y, int[] starts) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var (first, count) = (starts[row], starts[row + 1] - starts[row]);
                if (count > 0) Softmax.Rows(a.Slice(first, count), 1, count, y.Slice(first, count));
            }
        }
    }

    readonly struct SoftmaxBackBody(Block<Real> y, Block<Real> dy, Block<Real> da, int[] starts) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var (first, count) = (starts[row], starts[row + 1] - starts[row]);
                if (count > 0) Softmax.RowsBackward(y.Slice(first, count), dy.Slice(first, count), da.Slice(first, count), 1, count);
            }
        }
    }

    readonly struct WeightedBody(Block<Real> a, Block<Real> k, Block<Real> y, int[] starts, int width) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            y.Slice(from * width, (to - from) * width).Clear();
            for (var row = from; row < to; row++)
            {
                for (var p = starts[row]; p < starts[row + 1]; p++) Vectors.Axpy(a.Span[p], k.Slice(p * width, width), y.Slice(row * width, width));
            }
        }
    }

    readonly struct WeightedBackBody(Block<Real> a, Block<Real> k, Block<Real> da, Block<Real> dk, Block<Real> dy, int[] starts, int width) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var gradient = dy.Slice(row * width, width);
                for (var p = starts[row]; p < starts[row + 1]; p++)
                {
                    da.Span[p] += Vectors.Dot(gradient, k.Slice(p * width, width));
                    Vectors.Axpy(a.Span[p], gradient, dk.Slice(p * width, width));
                }
            }
        }
    }
}
