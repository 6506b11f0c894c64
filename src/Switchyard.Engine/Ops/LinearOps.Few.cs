using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    [ThreadStatic]
    static Real[]? _transposed;

    /// <summary>Whether an array can hold an input gradient for every pair. Asked whatever the number of threads, so that none of them fails alone.</summary>
    static bool FitsScratch(Dispatch dispatch, in MatrixLayout layout) => (long)dispatch.Pairs * layout.Rows <= Array.MaxLength;

    /// <summary>
    /// The input gradient of experts with few rows each: whoever computes an expert's rows packs its transpose into a buffer of his own, which stays
    /// in the second-level cache, and an expert without rows costs nothing. The same bits as <see cref="BackInput"/>.
    /// </summary>
    static void BackInputOfFew(Graph g, in Step s, Block<Real> weight, in MatrixLayout layout, Dispatch dispatch)
    {
        g.CountProduct(s.Out.Rows, layout.Rows, s.Out.Cols, dispatch);
        var dx = g.GradsToFill(s.A, out var fresh);
        var body = new FewInputBody(g.Values(s.Out), g.Grads(s.Out), dx, weight, layout, (s.I & Relu) != 0, fresh ? Epilogue.Store : Epilogue.AddResult);
        if ((s.I & Gather) == 0)
        {
            g.ForPairs(dispatch, body);
            return;
        }

        if (fresh) dx.Span.Clear();
        if (g.Pool.Threads == 1)
        {
            // Experts come in ascending order, as a row's gradients are to be added up.
            g.ForPairs(dispatch, body with { How = Epilogue.Store, Scatters = true });
            return;
        }

        var pairs = g.Scratch(dispatch.Pairs * layout.Rows);
        g.ForPairs(dispatch, body with { Dx = pairs, How = Epilogue.Store });
        g.ForRows(dispatch.Rows, new DispatchOps.GatherBackBody(pairs, dx, dispatch, layout.Rows));
    }

    /// <summary>Pairs of an expert: masks dY by the ReLU and computes dX = dY W transposed.</summary>
    /// <param name="Y">Output of the layer, [pairs × O].</param>
    /// <param name="Dy">Its gradient.</param>
    /// <param name="Dx">Receives that of the input: of the pairs, or of the rows that they were gathered from.</param>
    /// <param name="Weight">Stacked matrices.</param>
    /// <param name="Layout">Where they lie.</param>
    /// <param name="Masks">True where the layer ends in a ReLU.</param>
    /// <param name="How">What happens to a product.</param>
    /// <param name="Scatters">True where a product is added to the pair's row.</param>
    readonly record struct FewInputBody(
        Block<Real> Y, Block<Real> Dy, Block<Real> Dx, Block<Real> Weight, MatrixLayout Layout, bool Masks, Epilogue How, bool Scatters = false) : IPairBody
    {
        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to)
        {
            var (inputs, outputs) = (Layout.Rows, Layout.Cols);
            var length = Layout.PackedLength(transposed: true);
            var panels = _transposed is { } p && p.Length >= length ? p : _transposed = new Real[length];
            Gemm.Pack(Layout.Matrix(Weight, expert), Layout.Stride, outputs, inputs, transposed: true, panels);
            var gradient = Dy.Slice(from * outputs, (to - from) * outputs);
            if (Masks) Vectors.MaskRelu(Y.Slice(from * outputs, gradient.Length), gradient);
            var next = to - from >= AskingRows && g.NextExpert(dispatch, expert) is var e and >= 0 ? Layout.Matrix(Weight, e) : default;
            if (Scatters) MultiplyScattered(gradient, outputs, panels, inputs, dispatch.RowOfPair.Slice(from, to - from), Dx.Span, next);
            else Multiply(gradient, outputs, panels, inputs, Dx.Slice(from * inputs, (to - from) * inputs), How, next);
        }
    }
}
