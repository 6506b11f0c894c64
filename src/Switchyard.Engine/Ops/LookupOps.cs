using System.Runtime.InteropServices;
using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>One field of a batch as <see cref="LookupOps.Embed"/> reads it; filled anew for every batch, never reallocated.</summary>
public sealed class EmbeddingInput
{
    /// <summary>Table of the field's vectors; null for a field of plain numbers, or of <see cref="Private"/> tables.</summary>
    public EmbeddingTable? Table { get; init; }

    /// <summary>Where every scenario node has vectors of its own: the table of each. A row whose node is unknown reads the mean of all.</summary>
    public EmbeddingTable[]? Private { get; init; }

    /// <summary>Node of every row where there are <see cref="Private"/> tables.</summary>
    public int[] Nodes { get; set; } = [];

    /// <summary>True where attention reads the field's ids: <see cref="LookupOps.Embed"/> leaves it out.</summary>
    public bool Attended { get; init; }

    /// <summary>First column of the field in x.</summary>
    public required int Column { get; init; }

    /// <summary>Columns the field takes in x.</summary>
    public required int Width { get; init; }

    /// <summary>True where the field describes the request and stands among the first columns of x.</summary>
    public bool Shared { get; init; }

    /// <summary>Several ids per row are averaged; otherwise summed.</summary>
    public bool Mean { get; init; }

    /// <summary>Training: probability that <see cref="RandomOps.DropIds"/> makes an id 0.</summary>
    public Real IdDropout { get; init; }

    /// <summary>Number of the field that keys its draws; see <see cref="Scope.Site"/>.</summary>
    public int Site { get; init; }

    /// <summary>Ids of all rows.</summary>
    public int[] Ids { get; set; } = [];

    /// <summary>Row starts within <see cref="Ids"/> where a row has any number of them; null where it has one.</summary>
    public int[]? Offsets { get; set; }

    /// <summary>Numbers [rows × Width] of a field without a table.</summary>
    public float[] Numbers { get; set; } = [];

    /// <summary>Memory for a changed copy of <see cref="Ids"/>.</summary>
    internal int[] Changed { get; set; } = [];

    /// <summary>Rows by node, since <see cref="SortRows"/>.</summary>
    internal NodeRows Sorted { get; } = new();

    /// <summary>Lets go of the arrays of a batch.</summary>
    public void Release() => (Ids, Offsets, Nodes, Numbers) = ([], null, [], []);

    /// <summary>Place of a row's first id within <see cref="Ids"/>.</summary>
    public int StartOf(int row) => Offsets is null ? row : Offsets[row];

    /// <summary>Ids of one row.</summary>
    public ReadOnlySpan<int> IdsOf(int row) => Offsets is null ? Ids.AsSpan(row, 1) : Ids.AsSpan(Offsets[row]..Offsets[row + 1]);

    /// <summary>Whether a row's columns are those of the row before it, as its ids or numbers tell.</summary>
    public bool Repeats(int row)
    {
        if (Table is null && Private is null)
        {
            // As bits: what is not a number is equal to itself here.
            var numbers = MemoryMarshal.Cast<float, int>(Numbers.AsSpan((row - 1) * Width, 2 * Width));
            return numbers[..Width].SequenceEqual(numbers[Width..]);
        }

        if (Private is not null && Nodes[row] != Nodes[row - 1]) return false;
        return Offsets is null ? Ids[row] == Ids[row - 1] : IdsOf(row).SequenceEqual(IdsOf(row - 1));
    }

    /// <summary>The <see cref="Private"/> tables that a row reads: its node's, or all.</summary>
    public ReadOnlySpan<EmbeddingTable> TablesOf(int row) => Nodes[row] is >= 0 and var node ? Private.AsSpan(node, 1) : Private;

    /// <summary>Before the gradients of <see cref="Private"/> tables are summed, each over the rows that read it.</summary>
    internal void SortRows(int rows)
    {
        if (Private is not null) Sorted.Sort(Nodes, rows, Private.Length);
    }

    /// <summary>What the vectors of a row are multiplied by before they are summed over its ids and tables.</summary>
    internal Real ScaleOf(int ids, int tables) => (Real)1 / ((Mean ? Math.Max(1, ids) : 1) * tables);
}

/// <summary>Reading vectors by id.</summary>
public static class LookupOps
{
    /// <summary>Fields of B rows → x [B,D]: every field's vector (mean or sum of several, zero for none) written to its columns.</summary>
    public static Tensor Embed(this Graph g, EmbeddingInput[] fields, int rows, int width)
    {
        var x = g.New(rows, width, g.Trains(fields));
        g.ForRows(rows, new EmbedBody(fields, g.Values(x), width));
        g.Listener?.Heard(nameof(Embed), x, (object)fields);
        g.Record(
            static (g, in s) =>
            {
                var fields = (EmbeddingInput[])s.Aux!;
                foreach (var field in fields)
                {
                    if (!field.Attended) field.SortRows(s.Out.Rows);
                }

                g.Pool.For(g.Gradients!.Tables.Length, new EmbedBackBody(g, fields, g.Gradients, g.Grads(s.Out), s.Out.Rows, s.Out.Cols));
            },
            x, default, aux: fields);
        return x;
    }

    /// <summary>Table [M,N] of a dense parameter, one node per row → [B,N]; the mean of all M where it is unknown.</summary>
    public static Tensor Lookup(this Graph g, Parameter table, NodeIndex index, int rows) => g.Lookup(g.Use(table), index, rows);

    /// <summary>The same of a table that was computed.</summary>
    public static Tensor Lookup(this Graph g, Tensor table, NodeIndex index, int rows)
    {
        var y = g.New(rows, table.Cols, g.NeedsGrad(table));
        g.ForRows(rows, new LookupBody(g.Values(table), g.Values(y), index, table.Rows, table.Cols));
        g.Listener?.Heard(nameof(Lookup), y, table, index);
        var (ids, same) = index.Parts;
        g.Record(LookupBack, y, table, i: same, aux: ids);
        return y;
    }

    static void LookupBack(Graph g, in Step s)
    {
        var index = NodeIndex.Of(in s);
        var dTable = g.Grad(s.A);
        var dy = g.Grad(s.Out);
        var width = s.A.Cols;
        for (var row = 0; row < s.Out.Rows; row++)
        {
            var gradient = dy.Slice(row * width, width);
            var node = index[row];
            if (node >= 0)
            {
                Vectors.Add(gradient, dTable.Slice(node * width, width));
                continue;
            }

            for (var m = 0; m < s.A.Rows; m++) Vectors.Axpy((Real)1 / s.A.Rows, gradient, dTable.Slice(m * width, width));
        }
    }

    readonly struct LookupBody(Block<Real> table, Block<Real> y, NodeIndex index, int nodes, int cols) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var vector = y.Slice(row * cols, cols);
                var node = index[row];
                table.Slice(Math.Max(node, 0) * cols, cols).CopyTo(vector);
                if (node >= 0) continue;
                for (var m = 1; m < nodes; m++) Vectors.Add(table.Slice(m * cols, cols), vector);
                Vectors.Scale((Real)1 / nodes, vector);
            }
        }
    }

    readonly struct EmbedBody(EmbeddingInput[] fields, Block<Real> x, int width) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            foreach (var field in fields)
            {
                if (field.Attended) continue;
                var target = x.Span[field.Column..];
                if (field.Private is not null) Private(field, target, from, to);
                else if (field.Table is null) Numbers(field, target, from, to);
                else if (field.Offsets is null) Kernels.Rows.Gather(field.Table.Values, field.Width, field.Ids.AsSpan(from, to - from), target[(from * width)..], width);
                else Pool(field, field.Table, target, from, to);
            }
        }

        void Numbers(EmbeddingInput field, Span<Real> target, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                for (var i = 0; i < field.Width; i++) target[row * width + i] = field.Numbers[row * field.Width + i];
            }
        }

        void Private(EmbeddingInput field, Span<Real> target, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var vector = target.Slice(row * width, field.Width);
                vector.Clear();
                var ids = field.IdsOf(row);
                var tables = field.TablesOf(row);
                foreach (var table in tables)
                {
                    foreach (var id in ids) Vectors.Add(table.Row(id), vector);
                }

                var scale = field.ScaleOf(ids.Length, tables.Length);
                if (scale != 1) Vectors.Scale(scale, vector);
            }
        }

        void Pool(EmbeddingInput field, EmbeddingTable table, Span<Real> target, int from, int to)
        {
            for (var row = from; row < to; row++)
            {
                var vector = target.Slice(row * width, field.Width);
                vector.Clear();
                var ids = field.Ids.AsSpan(field.Offsets![row]..field.Offsets[row + 1]);
                foreach (var id in ids) Vectors.Add(table.Row(id), vector);
                if (field.Mean && ids.Length > 1) Vectors.Scale((Real)1 / ids.Length, vector);
            }
        }
    }

    /// <summary>Part p: all fields of table p, in field order, rows in order, so that the sums do not depend on the workers.</summary>
    readonly struct EmbedBackBody(Graph g, EmbeddingInput[] fields, Gradients gradients, Block<Real> dx, int rows, int width) : IParallelBody
    {
        public void Run(int part)
        {
            var gradient = gradients.Tables[part];
            if (!g.Trains(gradient.Table)) return;
            foreach (var field in fields)
            {
                if (field.Attended) continue;
                var source = dx.Span[field.Column..];
                if (field.Private is not null && Array.IndexOf(field.Private, gradient.Table) is >= 0 and var node) ScatterOwn(gradient, field, node, source);
                if (field.Table != gradient.Table) continue;
                if (field.Offsets is null)
                {
                    gradient.Scatter(field.Ids.AsSpan(0, rows), source, width);
                    continue;
                }

                for (var row = 0; row < rows; row++)
                {
                    var ids = field.Ids.AsSpan(field.Offsets[row]..field.Offsets[row + 1]);
                    var scale = field.Mean && ids.Length > 1 ? (Real)1 / ids.Length : 1;
                    foreach (var id in ids) Vectors.Axpy(scale, source.Slice(row * width, field.Width), gradient.Row(id));
                }
            }
        }

        /// <summary>The rows of a node and those of unknown nodes.</summary>
        void ScatterOwn(TableGradient gradient, EmbeddingInput field, int node, ReadOnlySpan<Real> source)
        {
            foreach (var row in field.Sorted.Of(node))
            {
                var ids = field.IdsOf(row);
                var scale = field.ScaleOf(ids.Length, field.TablesOf(row).Length);
                foreach (var id in ids) Vectors.Axpy(scale, source.Slice(row * width, field.Width), gradient.Row(id));
            }
        }
    }
}
