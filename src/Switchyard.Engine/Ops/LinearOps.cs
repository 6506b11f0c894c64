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
        var y = g.New(x.Rows, weight.Cols);
        Multiply(g, x, weight, bias, null, false, y, EpilogueOf(bias, relu));
        return Recorded(g, y, x, weight, bias, relu ? Relu : 0, null);
    }

    /// <summary>
    /// Expert e's own W [I,O] and b [1,O] or none on the pairs of e → y [pairs,O]. <paramref name="gather"/>: x is [B,I], read by the
    /// pairs' rows (an expert's first layer); otherwise x is [pairs,I].
    /// </summary>
    public static Tensor ExpertLinear(
        this Graph g, Tensor x, Parameter weight, Parameter? bias, Dispatch dispatch, bool gather, bool relu)
    {
        var y = g.New(dispatch.Pairs, weight.Cols);
        Multiply(g, x, weight, bias, dispatch, gather, y, EpilogueOf(bias, relu));
        return Recorded(g, y, x, weight, bias, (relu ? Relu : 0) | (gather ? Gather : 0), dispatch);
    }

    /// <summary>[a ; b] W without bias, W given as its upper and lower part: the same chain of products as over the concatenation.</summary>
    public static Tensor LinearOfTwo(this Graph g, Tensor a, Parameter weightA, Tensor b, Parameter weightB)
    {
        var y = g.New(a.Rows, weightA.Cols);
        Multiply(g, a, weightA, null, null, false, y, Epilogue.Store);
        Multiply(g, b, weightB, null, null, false, y, Epilogue.Continue);
        Recorded(g, y, a, weightA, null, 0, null);
        return Recorded(g, y, b, weightB, null, 0, null);
    }

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
        var stride = weight.RowsEach * weight.Cols;
        var panels = y.Rows <= UnpackedRows ? default : g.Parameters.Packed.Get(g, weight, false, out stride);
        g.Clock?.Lap("LinearOps.Pack", "forward");
        var body = new ForwardBody(
            g.Values(x), g.Parameters.Block(weight), panels, stride, bias is null ? default : g.Parameters.Block(bias), g.Values(y),
            x.Cols, y.Cols, gather, epilogue);
        if (dispatch is null) g.ForRows(y.Rows, new WholeBody(body));
        else g.ForPairs(dispatch, body);
    }

    /// <summary>Rows of the output up to which weights are read in place: packing them would cost more than it saves.</summary>
    const int UnpackedRows = 12;

    /// <summary>All rows by matrix 0.</summary>
    readonly struct WholeBody(ForwardBody body) : IRowBody
    {
        public void Run(Graph g, int from, int to) => body.Run(0, from, to, default);
    }

    /// <summary>Output rows [from, to) by one matrix; <c>rows</c> names the input rows where these are gathered.</summary>
    readonly struct ForwardBody(
        Block<Real> x, Block<Real> weight, Block<Real> panels, int stride, Block<Real> bias, Block<Real> y, int inputs, int outputs,
        bool gather, Epilogue epilogue) : IPairBody
    {
        public void Run(Graph g, Dispatch dispatch, int expert, int from, int to)
        {
            var first = dispatch.Start[expert];
            if (!gather) Run(expert, from, to, default);
            else if (dispatch.Full(expert)) Run(expert, from, to, default, from - first);
            else Run(expert, from, to, dispatch.RowOfPair.Slice(from, to - from), 0);
        }

        public void Run(int matrix, int from, int to, ReadOnlySpan<int> rows) => Run(matrix, from, to, rows, from);

        void Run(int matrix, int from, int to, ReadOnlySpan<int> rows, int inputRow)
        {
            var a = x.Span[(inputRow * inputs)..];
            var c = y.Span[(from * outputs)..];
            var b = bias.Length == 0 ? default : bias.Slice(matrix * outputs, outputs);
            if (panels.Length == 0)
            {
                Gemm.MultiplyUnpacked(
                    a, inputs, rows, to - from, inputs, weight.Slice(matrix * stride, stride), outputs, outputs, c, outputs, epilogue, b);
            }
            else
            {
                Gemm.Multiply(
                    a, inputs, rows, to - from, inputs, panels.Slice(matrix * stride, stride), outputs, c, outputs, epilogue, b);
            }
        }
    }
}
