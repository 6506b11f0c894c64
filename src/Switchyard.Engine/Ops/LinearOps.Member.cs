using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    /// <summary>
    /// x [B,I], W [I, members · O] and b [1, members · O] or none, in which every member has O columns of its own → y [pairs,O]: the row of
    /// every pair by the columns of its member. The same bits as those columns of the whole product.
    /// </summary>
    public static Tensor MemberLinear(this Graph g, Tensor x, Parameter weight, Parameter? bias, Dispatch dispatch)
    {
        var layout = MatrixLayout.Columns(weight, dispatch.Experts);
        var y = g.New(dispatch.Pairs, layout.Cols);
        g.CountProduct(y.Rows, layout.Rows, layout.Cols, dispatch);
        g.WeightUse?.Add(weight, 0, (long)(layout.Rows + (bias is null ? 0 : 1)) * layout.Cols, dispatch);
        var stride = 0;
        var panels = y.Rows <= UnpackedRows ? default : g.Parameters.Packed.GetColumns(g, weight, layout.Count, false, out stride);
        g.ForPairs(
            dispatch,
            new MemberBody(g.Values(x), g.Parameters.Block(weight), layout, panels, stride, bias is null ? default : g.Parameters.Block(bias), g.Values(y)));
        if (g.Training) g.Record(BackMember, y, x, bias is null ? default : g.Use(bias), (4 * weight.Index) + Gather, 0, dispatch);
        return y;
    }

    static void BackMember(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;
        var weight = g.Parameters.Dense[s.I / 4];
        var layout = MatrixLayout.Columns(weight, dispatch.Experts);
        var stride = 0;
        var panels = g.NeedsGrad(s.A) ? g.Parameters.Packed.GetColumns(g, weight, layout.Count, true, out stride) : default;
        Back(g, s, panels, stride, g.Gradients!.Block(weight), layout);
    }

    readonly struct MemberBody(
        Block<Real> x, Block<Real> weight, MatrixLayout layout, Block<Real> panels, int stride, Block<Real> bias, Block<Real> y) : IPairBody
    {
        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to)
        {
            var (inputs, outputs) = (layout.Rows, layout.Cols);
            var rows = dispatch.RowOfPair.Slice(from, to - from);
            var c = y.Slice(from * outputs, rows.Length * outputs);
            var b = bias.Length == 0 ? default : bias.Slice(expert * outputs, outputs);
            var epilogue = bias.Length == 0 ? Epilogue.Store : Epilogue.Bias;
            if (panels.Length > 0)
            {
                Gemm.Multiply(x.Span, inputs, rows, rows.Length, inputs, panels.Slice(expert * stride, stride), outputs, c, outputs, epilogue, b);
                return;
            }

            Gemm.MultiplyUnpacked(x.Span, inputs, rows, rows.Length, inputs, layout.Matrix(weight, expert), layout.Stride, outputs, c, outputs, epilogue, b);
        }
    }
}
