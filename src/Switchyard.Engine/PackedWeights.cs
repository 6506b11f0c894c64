using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Weights rearranged into the panels the GEMM reads, kept until the values change.</summary>
sealed class PackedWeights
{
    readonly DerivedWeights _panels = new();

    /// <summary>Panels of W (or of its transpose) of every stacked matrix; matrix i starts at i × the returned stride.</summary>
    public Block<Real> Get(Graph g, Parameter parameter, bool transposed, out int stride) =>
        Get(g, parameter, MatrixLayout.Stack(parameter.Count, parameter.RowsEach, parameter.Cols), 0, transposed, out stride);

    /// <summary>The same of one matrix whose columns are divided among members: panels of every member's own columns.</summary>
    public Block<Real> GetColumns(Graph g, Parameter parameter, int members, bool transposed, out int stride) =>
        Get(g, parameter, MatrixLayout.Columns(parameter, members), 1, transposed, out stride);

    Block<Real> Get(Graph g, Parameter parameter, in MatrixLayout layout, int kind, bool transposed, out int stride)
    {
        stride = layout.PackedLength(transposed);
        return _panels.Get(
            g, (4 * parameter.Index) + (2 * kind) + (transposed ? 1 : 0), 4 * g.Parameters.Dense.Count, checked(layout.Count * stride),
            new Panels(parameter, layout, transposed));
    }

    readonly struct Panels(Parameter parameter, MatrixLayout layout, bool transposed) : IWeightMaker
    {
        public void Make(Graph g, Block<Real> target) => g.Pool.For(layout.Count, new PackBody(g.Parameters.Block(parameter), layout, transposed, target));
    }

    /// <summary>Part p: matrix p; those that no row was sent to are left out.</summary>
    internal readonly struct PackBody(Block<Real> values, MatrixLayout layout, bool transposed, Block<Real> packed, Dispatch? dispatch = null) : IParallelBody
    {
        public void Run(int part)
        {
            if (dispatch is not null && dispatch.Count(part) == 0) return;
            var (k, n) = transposed ? (layout.Cols, layout.Rows) : (layout.Rows, layout.Cols);
            var stride = layout.PackedLength(transposed);
            Gemm.Pack(layout.Matrix(values, part), layout.Stride, k, n, transposed, packed.Slice(part * stride, stride));
        }
    }
}

/// <summary>Where the matrices of a weight lie.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Rows">Rows of each.</param>
/// <param name="Cols">Columns of each.</param>
/// <param name="Stride">Numbers from one row to the next.</param>
/// <param name="Step">Numbers from one matrix to the next.</param>
readonly record struct MatrixLayout(int Count, int Rows, int Cols, int Stride, int Step)
{
    /// <summary>Stacked matrices, one after the other.</summary>
    public static MatrixLayout Stack(int count, int rows, int cols) => new(count, rows, cols, cols, rows * cols);

    /// <summary>One matrix, of which every member has as many columns.</summary>
    public static MatrixLayout Columns(Parameter parameter, int members) =>
        new(members, parameter.Rows, parameter.Cols / members, parameter.Cols, parameter.Cols / members);

    /// <summary>From the first number of a matrix to its last.</summary>
    public Span<Real> Matrix(Block<Real> values, int matrix) => Matrix(values, matrix, 0, Rows);

    /// <summary>The same of its rows [begin, end).</summary>
    public Span<Real> Matrix(Block<Real> values, int matrix, int begin, int end) =>
        end <= begin ? [] : values.Slice((matrix * Step) + (begin * Stride), ((end - begin - 1) * Stride) + Cols);

    public int PackedLength(bool transposed) => transposed ? Gemm.PackedLength(Cols, Rows) : Gemm.PackedLength(Rows, Cols);
}
