using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// Weights rearranged into the panels the GEMM reads, kept until the values change: once per step in training, once per
/// model in scoring, where several threads share it.
/// </summary>
sealed class PackedWeights
{
    readonly Lock _building = new();
    Entry[] _entries = [];

    /// <summary>Panels of W (or of its transpose) of every stacked matrix; matrix i starts at i × the returned stride.</summary>
    public Block<Real> Get(Graph g, Parameter parameter, bool transposed, out int stride)
    {
        var (k, n) = transposed ? (parameter.Cols, parameter.RowsEach) : (parameter.RowsEach, parameter.Cols);
        stride = Gemm.PackedLength(k, n);
        var slot = 2 * parameter.Index + (transposed ? 1 : 0);
        var entries = _entries;
        if (slot < entries.Length && entries[slot] is { } entry && entry.Version == g.Parameters.Version) return entry.Block;
        return Build(g, parameter, transposed, slot, stride);
    }

    Block<Real> Build(Graph g, Parameter parameter, bool transposed, int slot, int stride)
    {
        lock (_building)
        {
            if (slot >= _entries.Length) Array.Resize(ref _entries, 2 * g.Parameters.Dense.Count);
            var entry = _entries[slot] ?? new Entry { Data = new Real[checked(parameter.Count * stride)] };
            if (entry.Version != g.Parameters.Version)
            {
                g.Pool.For(parameter.Count, new PackBody(g.Parameters.Block(parameter), parameter.RowsEach, parameter.Cols, transposed, entry.Block, stride));
                entry.Version = g.Parameters.Version;
            }

            // Published last: a reader without the lock sees either the old array or the finished one.
            Volatile.Write(ref _entries[slot]!, entry);
            return entry.Block;
        }
    }

    /// <summary>Part p: matrix p of a stack of [rows × cols]; those that no row was sent to are left out.</summary>
    internal readonly struct PackBody(Block<Real> values, int rows, int cols, bool transposed, Block<Real> packed, int stride, Dispatch? dispatch = null)
        : IParallelBody
    {
        public void Run(int part)
        {
            if (dispatch is not null && dispatch.Count(part) == 0) return;
            var (k, n) = transposed ? (cols, rows) : (rows, cols);
            Gemm.Pack(values.Slice(part * rows * cols, rows * cols), cols, k, n, transposed, packed.Slice(part * stride, stride));
        }
    }

    sealed class Entry
    {
        int _version;

        public required Real[] Data { get; init; }

        public Block<Real> Block => new(Data, 0, Data.Length);

        public int Version
        {
            get => Volatile.Read(ref _version);
            set => Volatile.Write(ref _version, value);
        }
    }
}
