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
    public Real[] Get(Graph g, Parameter parameter, bool transposed, out int stride)
    {
        var (k, n) = transposed ? (parameter.Cols, parameter.RowsEach) : (parameter.RowsEach, parameter.Cols);
        stride = Gemm.PackedLength(k, n);
        var slot = 2 * parameter.Index + (transposed ? 1 : 0);
        var entries = _entries;
        if (slot < entries.Length && entries[slot] is { } entry && entry.Version == g.Parameters.Version) return entry.Data;
        return Build(g, parameter, transposed, slot, stride);
    }

    Real[] Build(Graph g, Parameter parameter, bool transposed, int slot, int stride)
    {
        lock (_building)
        {
            if (slot >= _entries.Length) Array.Resize(ref _entries, 2 * g.Parameters.Dense.Count);
            var entry = _entries[slot] ?? new Entry { Data = new Real[checked(parameter.Count * stride)] };
            if (entry.Version != g.Parameters.Version)
            {
                g.Pool.For(parameter.Count, new PackBody(g.Parameters.Block(parameter), parameter, transposed, entry.Data, stride));
                entry.Version = g.Parameters.Version;
            }

            // Published last: a reader without the lock sees either the old array or the finished one.
            Volatile.Write(ref _entries[slot]!, entry);
            return entry.Data;
        }
    }

    readonly struct PackBody(Block<Real> values, Parameter parameter, bool transposed, Real[] packed, int stride) : IParallelBody
    {
        public void Run(int part)
        {
            var matrix = parameter.RowsEach * parameter.Cols;
            var (k, n) = transposed ? (parameter.Cols, parameter.RowsEach) : (parameter.RowsEach, parameter.Cols);
            Gemm.Pack(values.Slice(part * matrix, matrix), parameter.Cols, k, n, transposed, packed.AsSpan(part * stride, stride));
        }
    }

    sealed class Entry
    {
        int _version;

        public required Real[] Data { get; init; }

        public int Version
        {
            get => Volatile.Read(ref _version);
            set => Volatile.Write(ref _version, value);
        }
    }
}
