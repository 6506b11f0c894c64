using Switchyard.Kernels;

namespace Switchyard.Engine;

public static partial class LinearOps
{
    /// <summary>
    /// The same with matrices that are made of other weights, W [experts · I, O] and b [experts, O]. In training their panels are made anew
    /// in every pass, of the experts that have pairs; in scoring those of all are kept.
    /// </summary>
    public static Tensor ExpertLinear(this Graph g, Tensor x, Tensor weight, Tensor bias, Dispatch dispatch, bool gather, bool relu)
    {
        var y = g.New(dispatch.Pairs, weight.Cols, g.NeedsGrad(x) || g.NeedsGrad(weight) || g.NeedsGrad(bias));
        g.CountProduct(y.Rows, x.Cols, weight.Cols, dispatch);
        g.WeightUse?.Add(null, weight.Id, (long)(x.Cols + 1) * weight.Cols, dispatch);
        var stride = 0;
        var panels = y.Rows <= UnpackedRows ? default : Pack(g, weight, dispatch, transposed: false, out stride);
        g.Clock?.Lap("LinearOps.Pack", "forward");
        g.ForPairs(
            dispatch,
            new ForwardBody(
                g.Values(x), g.Values(weight), MatrixLayout.Stack(dispatch.Experts, x.Cols, weight.Cols), panels, stride, g.Values(bias), g.Values(y), gather,
                relu ? Epilogue.BiasRelu : Epilogue.Bias, SharedPart.Of(g, x, !gather, Epilogue.Bias)));
        g.Listener?.Heard(nameof(ExpertLinear), y, x, weight, bias, gather, relu);
        g.Record(BackComputed, y, x, bias, 4 * weight.Id + (relu ? Relu : 0) + (gather ? Gather : 0), 0, dispatch);
        return y;
    }

    static void BackComputed(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;
        var weight = new Tensor(s.I / 4, dispatch.Experts * s.A.Cols, s.Out.Cols);
        var stride = 0;
        var panels = g.NeedsGrad(s.A) ? Pack(g, weight, dispatch, transposed: true, out stride) : default;
        Back(g, s, panels, stride, MatrixLayout.Stack(dispatch.Experts, s.A.Cols, s.Out.Cols), g.NeedsGrad(weight) ? new GradientTarget(Gradient(g, weight, dispatch)) : default);
    }

    /// <summary>Gradient of computed matrices, zero on first use where an expert has pairs; nobody reads the others.</summary>
    static Block<Real> Gradient(Graph g, Tensor weight, Dispatch dispatch)
    {
        var gradient = g.GradsToFill(weight, out var fresh);
        var each = weight.Length / dispatch.Experts;
        for (var e = 0; fresh && e < dispatch.Experts; e++)
        {
            if (dispatch.Count(e) > 0) gradient.Slice(e * each, each).Clear();
        }

        return gradient;
    }

    static Block<Real> Pack(Graph g, Tensor weight, Dispatch dispatch, bool transposed, out int stride)
    {
        var layout = MatrixLayout.Stack(dispatch.Experts, weight.Rows / dispatch.Experts, weight.Cols);
        stride = layout.PackedLength(transposed);
        var length = checked(dispatch.Experts * stride);
        if (g.FormedOf(weight) is { } own) return g.Parameters.FormedPanels.Get(g, own.Index, g.Parameters.Dense.Count, length, new Panels(g.Values(weight), layout));

        return PackOwn(g, g.Values(weight), layout, dispatch, transposed);
    }

    /// <summary>Panels, until the next reset, of the matrices that have pairs.</summary>
    static Block<Real> PackOwn(Graph g, Block<Real> values, in MatrixLayout layout, Dispatch dispatch, bool transposed)
    {
        var packed = g.Scratch(checked(layout.Count * layout.PackedLength(transposed)));
        g.Pool.For(layout.Count, new PackedWeights.PackBody(values, layout, transposed, packed, dispatch));
        return packed;
    }

    readonly struct Panels(Block<Real> values, MatrixLayout layout) : IWeightMaker
    {
        public void Make(Graph g, Block<Real> target) => g.Pool.For(layout.Count, new PackedWeights.PackBody(values, layout, transposed: false, target));
    }
}
