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
        var y = g.New(dispatch.Pairs, layout.Cols, NeedsGrad(g, x, weight, bias));
        g.CountProduct(y.Rows, layout.Rows, layout.Cols, dispatch);
        g.WeightUse?.Add(weight, 0, (long)(layout.Rows + (bias is null ? 0 : 1)) * layout.Cols, dispatch);
        var stride = 0;
        var panels = y.Rows <= UnpackedRows ? default : Pack(g, weight, layout, dispatch, transposed: false, out stride);
        g.Clock?.Lap("LinearOps.Pack", "forward");
        g.ForPairs(
            dispatch,
            new ForwardBody(
                g.Values(x), g.Parameters.Block(weight), layout, panels, stride, bias is null ? default : g.Parameters.Block(bias), g.Values(y), gather: true,
                EpilogueOf(bias, relu: false), SharedPart.Of(g, x, pairs: false, Epilogue.Store)));
        g.Listener?.Heard(nameof(MemberLinear), y, x, weight, bias, dispatch);
        if (g.Training) g.Record(BackMember, y, x, bias is null ? default : g.Use(bias), (4 * weight.Index) + Gather, 0, dispatch);
        return y;
    }

    static void BackMember(Graph g, in Step s)
    {
        var dispatch = (Dispatch)s.Aux!;
        var weight = g.Parameters.Dense[s.I / 4];
        var layout = MatrixLayout.Columns(weight, dispatch.Experts);
        var stride = 0;
        var panels = g.NeedsGrad(s.A) ? Pack(g, weight, layout, dispatch, transposed: true, out stride) : default;
        Back(g, s, panels, stride, layout, g.Trains(weight) ? new GradientTarget(g.Gradients!.Block(weight)) : default);
    }

    /// <summary>
    /// Panels of every member's columns. In training, where they serve one pass, only of the members that have rows: the time of a step does not
    /// grow with the others.
    /// </summary>
    static Block<Real> Pack(Graph g, Parameter weight, in MatrixLayout layout, Dispatch dispatch, bool transposed, out int stride)
    {
        if (!g.Training) return g.Parameters.Packed.GetColumns(g, weight, layout.Count, transposed, out stride);
        stride = layout.PackedLength(transposed);
        return PackOwn(g, g.Parameters.Block(weight), layout, dispatch, transposed);
    }
}
