using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    /// <summary>Rows whose input gradient is computed at a time before it is scattered: small enough to stay in the cache.</summary>
    const int ScatterRows = 64;

    /// <summary>Least input columns whose weight gradient one worker computes at a time: fewer would read dY too often.</summary>
    const int GradientColumns = 64;

    /// <summary>Columns that the product takes together: a cut lies between two such strips.</summary>
    const int StripColumns = 8;

    const int PartsPerThread = 4;

    [ThreadStatic]
    static Real[]? _scatter;

    static void Back(Graph g, in Step s)
    {
        var weight = g.Parameters.Dense[s.I / 4];
        if (s.Aux is null && (s.I & Relu) == 0 && s.B.Length == 0 && SparseRows.Of(g, s.Out) is { Found: true } rows)
        {
            BackSparse(g, s, weight, rows);
            return;
        }

        var layout = MatrixLayout.Stack(weight.Count, weight.RowsEach, weight.Cols);
        if (s.Aux is Dispatch dispatch && g.NeedsGrad(s.A) && s.Out.Rows <= RowsOfAnExpert * dispatch.Experts && FitsScratch(dispatch, layout))
        {
            BackInputOfFew(g, s, g.Parameters.Block(weight), layout, dispatch);
        }
        else
        {
            var stride = 0;
            var panels = g.NeedsGrad(s.A) ? g.Parameters.Packed.Get(g, weight, true, out stride) : default;
            BackInput(g, s, panels, stride, layout.Rows);
        }

        BackWeight(g, s, layout, g.Trains(weight) ? new GradientTarget(g.Gradients!.BlockToFill(weight), weight) : default);
    }

    /// <summary>A product's backward half from panels of its transposed matrices, empty where the input needs no gradient.</summary>
    static void Back(Graph g, in Step s, Block<Real> panels, int stride, in MatrixLayout layout, in GradientTarget target)
    {
        BackInput(g, s, panels, stride, layout.Rows);
        BackWeight(g, s, layout, target);
    }

    /// <param name="g">The graph.</param>
    /// <param name="s">The step; its Aux is the dispatch, its B the bias, the two lowest bits of I the flags.</param>
    /// <param name="layout">Where the matrices' gradients lie.</param>
    /// <param name="target">Receives them; default where the weight is frozen.</param>
    static void BackWeight(Graph g, in Step s, in MatrixLayout layout, in GradientTarget target)
    {
        var dispatch = (Dispatch?)s.Aux;
        g.Clock?.Lap("LinearOps.BackInput", "backward");
        var dBias = s.B.Length > 0 && g.NeedsGrad(s.B) ? g.Grads(s.B) : default;
        if (target.Values.Length > 0) g.CountProduct(s.Out.Rows, layout.Rows, layout.Cols, dispatch);
        else if (dBias.Length == 0) return;
        var parts = ColumnParts(g, layout.Count, layout.Rows);
        g.Pool.For(
            layout.Count * parts,
            new WeightBody(
                g, g.Values(s.A), g.Grads(s.Out), target, dBias, dispatch, (s.I & Gather) != 0, s.Out.Rows, layout, parts));
        target.Wrote(g, layout.Count, dispatch, s.Out.Rows);
    }

    /// <summary>Where the gradients of a product's matrices go.</summary>
    /// <param name="Values">All of them.</param>
    /// <param name="Weight">Whose they are, where a matrix that nobody wrote to in this step is overwritten; else null: all are added to.</param>
    readonly record struct GradientTarget(Block<Real> Values, Parameter? Weight = null)
    {
        public bool Overwrites(Graph g, int matrix) => Weight is not null && g.Gradients!.IsStale(Weight, matrix);

        public void Wrote(Graph g, int matrices, Dispatch? dispatch, int rows)
        {
            for (var i = 0; i < matrices && Weight is not null; i++)
            {
                if ((dispatch?.Count(i) ?? rows) > 0) g.Gradients!.Written(Weight, i);
            }
        }
    }

    /// <summary>
    /// Into how many ranges of columns a matrix's gradient is cut: as few as keep all workers busy to the end. Every number is one chain over
    /// the rows, so that it does not depend on the cut.
    /// </summary>
    static int ColumnParts(Graph g, int matrices, int inputs)
    {
        if (g.Pool.Threads == 1) return 1;
        var wanted = (PartsPerThread * g.Pool.Threads + matrices - 1) / matrices;
        return Math.Clamp(wanted, 1, Math.Max(1, inputs / GradientColumns));
    }

    /// <summary>Masks dY by the ReLU and computes dX = dY Wᵀ.</summary>
    static void BackInput(Graph g, in Step s, Block<Real> panels, int stride, int inputs)
    {
        var dispatch = (Dispatch?)s.Aux;
        var gather = (s.I & Gather) != 0;
        g.Clock?.Lap("LinearOps.Pack", "backward");
        var needsInput = g.NeedsGrad(s.A);
        var relu = (s.I & Relu) != 0;
        if (!needsInput && !relu) return;
        if (needsInput) g.CountProduct(s.Out.Rows, inputs, s.Out.Cols, dispatch);
        var fresh = false;
        var dx = needsInput ? g.GradsToFill(s.A, out fresh) : default;
        if (needsInput && gather && fresh)
        {
            dx.Span.Clear();
            fresh = false;
        }

        var body = new InputBody(
            g.Values(s.Out), g.Grads(s.Out), dx, panels, stride, inputs, s.Out.Cols, relu, fresh ? Epilogue.Store : Epilogue.AddResult);
        if (dispatch is null) g.ForRows(s.Out.Rows, new WholeInputBody(body));
        else if (gather) g.ForRows(dispatch.Rows, new GatheredInputBody(body, dispatch));
        else g.ForPairs(dispatch, body);
    }

    readonly struct InputBody(
        Block<Real> y, Block<Real> dy, Block<Real> dx, Block<Real> panels, int stride, int inputs, int outputs, bool relu, Epilogue epilogue)
        : IPairBody
    {
        public int Inputs => inputs;

        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to) => Run(expert, from, to);

        public void Run(int matrix, int from, int to)
        {
            Mask(from, to);
            if (panels.Length > 0) Multiply(matrix, from, to, dx.Span[(from * inputs)..], epilogue);
        }

        /// <summary>Pairs [from, to) of an expert, added to the input rows they were gathered from.</summary>
        public void Scatter(int matrix, int from, int to, Block<int> rowOfPair, bool contiguous)
        {
            Mask(from, to);
            if (panels.Length == 0) return;
            if (contiguous) Multiply(matrix, from, to, dx.Span[(rowOfPair.Span[from] * inputs)..], Epilogue.AddResult);
            else MultiplyScattered(dy.Slice(from * outputs, (to - from) * outputs), outputs, panels.Slice(matrix * stride, stride), inputs, rowOfPair.Slice(from, to - from), dx.Span);
        }

        void Mask(int from, int to)
        {
            if (relu) Vectors.MaskRelu(y.Slice(from * outputs, (to - from) * outputs), dy.Slice(from * outputs, (to - from) * outputs));
        }

        void Multiply(int matrix, int from, int to, Span<Real> target, Epilogue how) =>
            LinearOps.Multiply(dy.Slice(from * outputs, (to - from) * outputs), outputs, panels.Slice(matrix * stride, stride), inputs, target, how);
    }

    /// <summary>Rows of dX = dY Wᵀ from panels of W transposed.</summary>
    static void Multiply(
        ReadOnlySpan<Real> dy, int outputs, ReadOnlySpan<Real> panels, int inputs, Span<Real> dx, Epilogue how, ReadOnlySpan<Real> next = default) =>
        Gemm.Multiply(dy, outputs, default, dy.Length / outputs, outputs, panels, inputs, dx, inputs, how, default, next);

    /// <summary>The same, a piece at a time, each row added to the one of <paramref name="dx"/> that it was gathered from.</summary>
    static void MultiplyScattered(
        ReadOnlySpan<Real> dy, int outputs, ReadOnlySpan<Real> panels, int inputs, ReadOnlySpan<int> rows, Span<Real> dx, ReadOnlySpan<Real> next = default)
    {
        var products = ScatterBuffer(inputs);
        for (var first = 0; first < rows.Length; first += ScatterRows)
        {
            var count = Math.Min(ScatterRows, rows.Length - first);
            Multiply(dy.Slice(first * outputs, count * outputs), outputs, panels, inputs, products, Epilogue.Store, first == 0 ? next : default);
            Kernels.Rows.ScatterAdd(products, inputs, inputs, rows.Slice(first, count), dx);
        }
    }

    static Real[] ScatterBuffer(int inputs) => _scatter is { } s && s.Length >= ScatterRows * inputs ? s : _scatter = new Real[ScatterRows * inputs];

    readonly struct WholeInputBody(InputBody body) : IRowBody
    {
        public void Run(Graph g, int from, int to) => body.Run(0, from, to);
    }

    /// <summary>Input rows [from, to): the pairs of these rows, expert by expert, so that no two workers write to one row.</summary>
    readonly struct GatheredInputBody(InputBody body, Dispatch dispatch) : IRowBody
    {
        public void Run(Graph g, int from, int to)
        {
            for (var expert = 0; expert < dispatch.Experts; expert++)
            {
                var (first, last) = dispatch.PairsOfRows(expert, from, to);
                if (first < last) body.Scatter(expert, first, last, dispatch.RowOfPair, last - first == to - from);
            }
        }
    }

    /// <summary>Part p: a range of input columns of one matrix; the first range also takes the bias.</summary>
    readonly struct WeightBody(
        Graph g, Block<Real> x, Block<Real> dy, GradientTarget target, Block<Real> dBias, Dispatch? dispatch, bool gather, int rows,
        MatrixLayout layout, int parts) : IParallelBody
    {
        public void Run(int part)
        {
            var (matrix, range) = (part / parts, part % parts);
            var (inputs, outputs) = (layout.Rows, layout.Cols);
            var (first, count) = dispatch is null ? (0, rows) : (dispatch.Start[matrix], dispatch.Count(matrix));
            if (count == 0) return;
            var gradient = dy.Slice(first * outputs, count * outputs);
            if (range == 0 && dBias.Length > 0) Vectors.ColumnSums(gradient, outputs, count, outputs, dBias.Slice(matrix * outputs, outputs));
            if (target.Values.Length == 0) return;
            var gathered = gather && !dispatch!.Full(matrix);
            var a = gather ? x.Span : x.Span[(first * inputs)..];
            var columns = (inputs + parts * StripColumns - 1) / (parts * StripColumns) * StripColumns;
            Gemm.MultiplyTransposed(
                a, inputs, gathered ? dispatch!.RowOfPair.Slice(first, count) : default, count, Math.Min(inputs, range * columns),
                Math.Min(inputs, (range + 1) * columns), gradient, outputs, outputs, layout.Matrix(target.Values, matrix), layout.Stride, target.Overwrites(g, matrix));
        }
    }
}
