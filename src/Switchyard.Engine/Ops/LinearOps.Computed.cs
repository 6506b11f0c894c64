using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    /// <summary>
    /// The same with matrices that were computed in this pass, W [experts · I, O] and b [experts, O]: their panels are made anew, of
    /// the experts that have pairs.
    /// </summary>
    public static Tensor ExpertLinear(this Graph g, Tensor x, Tensor weight, Tensor bias, Dispatch dispatch, bool gather, bool relu)
    {
        var y = g.New(dispatch.Pairs, weight.Cols);
        g.CountProduct(y.Rows, x.Cols, weight.Cols, dispatch);
        g.WeightUse?.Add(null, weight.Id, (long)(x.Cols + 1) * weight.Cols, dispatch);
        var stride = x.Cols * weight.Cols;
        var panels = y.Rows <= UnpackedRows ? default : Pack(g, weight, dispatch, transposed: false, out stride);
        g.ForPairs(
            dispatch,
            new ForwardBody(
                g.Values(x), g.Values(weight), panels, stride, g.Values(bias), g.Values(y), x.Cols, y.Cols, gather, relu ? Epilogue.BiasRelu : Epilogue.Bias,
                SharedPart.Of(g, x, !gather, Epilogue.Bias)));
        g.Record(BackComputed, y, x, bias, 4 * weight.Id + (relu ? Relu : 0) + (gather ? Gather : 0), 0, dispatch);
        return y;
    }

    static void BackComputed(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;
        var weight = new Tensor(s.I / 4, dispatch.Experts * s.A.Cols, s.Out.Cols);
        var stride = 0;
        var panels = g.NeedsGrad(s.A) ? Pack(g, weight, dispatch, transposed: true, out stride) : default;
        Back(g, s, panels, stride, g.Grads(weight), dispatch.Experts, s.A.Cols);
    }

    static Block<Real> Pack(Graph g, Tensor weight, Dispatch dispatch, bool transposed, out int stride)
    {
        var (rows, cols) = (weight.Rows / dispatch.Experts, weight.Cols);
        stride = transposed ? Gemm.PackedLength(cols, rows) : Gemm.PackedLength(rows, cols);
        var packed = g.Scratch(checked(dispatch.Experts * stride));
        g.Pool.For(dispatch.Experts, new PackedWeights.PackBody(g.Values(weight), rows, cols, transposed, packed, stride, dispatch));
        return packed;
    }
}
