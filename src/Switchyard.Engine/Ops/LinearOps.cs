using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>Linear layers: y = x W (+ b) (ReLU), for all rows by one matrix, or for the rows of every expert by its own.</summary>
public static partial class LinearOps
{
    const int Relu = 1;
    const int Gather = 2;

    /// <summary>x [B,I], W [I,O], b [1,O] or none → y [B,O], ReLU applied if asked (needs a bias).</summary>
    public static Tensor Linear(this Graph g, Tensor x, Parameter weight, Parameter? bias = null, bool relu = false)
    {
        var y = g.New(x.Rows, weight.Cols, NeedsGrad(g, x, weight, bias));
        Multiply(g, x, weight, bias, null, false, y, EpilogueOf(bias, relu));
        g.Listener?.Heard(nameof(Linear), y, x, weight, bias, relu);
        return Recorded(g, y, x, weight, bias, relu ? Relu : 0, null);
    }

    /// <summary>
    /// Expert e's own W [I,O] and b [1,O] or none on the pairs of e → y [pairs,O]. <paramref name="gather"/>: x is [B,I], read by the
    /// pairs' rows (an expert's first layer); otherwise x is [pairs,I].
    /// </summary>
    public static Tensor ExpertLinear(
        this Graph g, Tensor x, Parameter weight, Parameter? bias, Dispatch dispatch, bool gather, bool relu)
    {
        var y = g.New(dispatch.Pairs, weight.Cols, NeedsGrad(g, x, weight, bias));
        Multiply(g, x, weight, bias, dispatch, gather, y, EpilogueOf(bias, relu));
        g.Listener?.Heard(nameof(ExpertLinear), y, x, weight, bias, gather, relu);
        return Recorded(g, y, x, weight, bias, (relu ? Relu : 0) | (gather ? Gather : 0), dispatch);
    }

    /// <summary>[a ; b] W without bias, W given as its upper and lower part: the same chain of products as over the concatenation.</summary>
    public static Tensor LinearOfTwo(this Graph g, Tensor a, Parameter weightA, Tensor b, Parameter weightB)
    {
        var y = g.New(a.Rows, weightA.Cols, NeedsGrad(g, a, weightA, null) || NeedsGrad(g, b, weightB, null));
        Multiply(g, a, weightA, null, null, false, y, Epilogue.Store);
        Multiply(g, b, weightB, null, null, false, y, Epilogue.Continue);
        g.Listener?.Heard(nameof(LinearOfTwo), y, a, weightA, b, weightB);
        Recorded(g, y, a, weightA, null, 0, null);
        return Recorded(g, y, b, weightB, null, 0, null);
    }

    static bool NeedsGrad(Graph g, Tensor x, Parameter weight, Parameter? bias) => g.NeedsGrad(x) || g.Trains(weight) || g.Trains(bias);

    static Epilogue EpilogueOf(Parameter? bias, bool relu) => bias is null ? Epilogue.Store : relu ? Epilogue.BiasRelu : Epilogue.Bias;

    static Tensor Recorded(Graph g, Tensor y, Tensor x, Parameter weight, Parameter? bias, int flags, Dispatch? dispatch)
    {
        if (!g.Training) return y;

        g.Record(Back, y, x, bias is null ? default : g.Use(bias), 4 * weight.Index + flags, 0, dispatch);
        return y;
    }

    static void Multiply(Graph g, Tensor x, Parameter weight, Parameter? bias, Dispatch? dispatch, bool gather, Tensor y, Epilogue epilogue)
    {
        g.CountProduct(y.Rows, weight.RowsEach, weight.Cols, dispatch);
        g.WeightUse?.Add(weight, 0, (long)(weight.RowsEach + (bias is null ? 0 : 1)) * weight.Cols, dispatch);
        var stride = 0;
        var unpacked = g.Training && dispatch is not null && weight.Cols >= WideOutput ? RowsOfAnExpert * dispatch.Experts : UnpackedRows;
        var panels = y.Rows <= unpacked ? default : g.Parameters.Packed.Get(g, weight, false, out stride);
        g.Clock?.Lap("LinearOps.Pack", "forward");
        var body = new ForwardBody(
            g.Values(x), g.Parameters.Block(weight), MatrixLayout.Stack(weight.Count, weight.RowsEach, weight.Cols), panels, stride,
            bias is null ? default : g.Parameters.Block(bias), g.Values(y), gather, epilogue, SharedPart.Of(g, x, dispatch is not null && !gather, epilogue));
        if (dispatch is null) g.ForRows(y.Rows, new WholeBody(body));
        else g.ForPairs(dispatch, body);
    }
}
