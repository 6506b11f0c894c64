using System.Collections.Frozen;
using Switchyard.Engine;

namespace Switchyard.Interop;

/// <summary>What every op of the engine is in ONNX: one function each, by the op's name.</summary>
static partial class OnnxOps
{
    /// <summary>Stands for a logit that is not chosen: its exponential is 0.</summary>
    const float Never = -1e38f;

    public static FrozenDictionary<string, Func<OpCall, string>> All { get; } = new Dictionary<string, Func<OpCall, string>>(StringComparer.Ordinal)
    {
        [nameof(Graph.Use)] = Use,
        [nameof(Graph.Input)] = Input,
        [nameof(Graph.Constant)] = o => o.Of.ForAllRows(o.Graph.Floats([.. Enumerable.Repeat(o.Get<float>(0), ((Tensor)o.Result).Cols)], 1, ((Tensor)o.Result).Cols)),
        [nameof(Graph.Detach)] = o => o[0],
        [nameof(ElementOps.Affine)] = Affine,
        [nameof(ElementOps.Add)] = o => o.Graph.Add(o[0], o[1]),
        [nameof(ElementOps.Relu)] = o => o.Graph.Relu(o[0]),
        [nameof(ElementOps.Concat)] = o => o.Graph.Concat(-1, o[0], o[1]),
        [nameof(ElementOps.Columns)] = o => o.Graph.Columns(o[0], o.Get<int>(1), o.Get<int>(1) + o.Get<int>(2)),
        [nameof(ElementOps.AddScaled)] = o => o.Graph.Add(o[0], o.Graph.Multiply(o[1], o[2])),
        [nameof(ScaleOps.Multiply)] = o => o.Graph.Multiply(o[0], o[1]),
        [nameof(ScaleOps.Sigmoid)] = o => Scaled(o, o.Graph.Node("Sigmoid", [o[0]]), o.Get<float>(1)),
        [nameof(LinearOps.Linear)] = o => Linear(o, o.Graph.MatMul(o[0], o[1]), bias: 2, relu: 3),
        [nameof(LinearOps.LinearOfTwo)] = o => o.Graph.Add(o.Graph.MatMul(o[0], o[1]), o.Graph.MatMul(o[2], o[3])),
        [nameof(LinearOps.ExpertLinear)] = ExpertLinear,
        [nameof(LinearOps.MemberLinear)] = MemberLinear,
        [nameof(StackOps.StackProduct)] = o => o.Graph.Multiply(o[0], o[1]),
        [nameof(StackOps.StackSum)] = o => o.Graph.Add(o[0], o[1]),
        [nameof(NormOps.ExpertBatchNorm)] = ExpertBatchNorm,
        [nameof(LookupOps.Embed)] = Embed,
        [nameof(LookupOps.Lookup)] = Lookup,
        [nameof(AttentionOps.ItemVectors)] = o => Vectors(o.Of, o.Get<EmbeddingInput>(0)),
        [nameof(AttentionOps.QueryKeys)] = QueryKeys,
        [nameof(AttentionOps.ItemSoftmax)] = ItemSoftmax,
        [nameof(AttentionOps.WeightedItems)] = WeightedItems,
        [nameof(GateOps.SoftmaxOfGroups)] = SoftmaxOfGroups,
        [nameof(GateOps.MaskedSoftmax)] = MaskedSoftmax,
        [nameof(GateOps.WeighGroups)] = WeighGroups,
        [nameof(GateOps.GateLogSoftmax)] = GateLogSoftmax,
        [nameof(GateOps.PickGate)] = PickGate,
        [nameof(GateOps.PlaceGate)] = PlaceGate,
        [nameof(SelectionOps.SmallestPerRow)] = SmallestPerRow,
        [nameof(SelectionOps.LargestPerRow)] = o => Chosen(o, o[0], largest: true),
        [nameof(SelectionOps.Either)] = o => o.Graph.Node("Max", [o[0], o[1]]),
        [nameof(SelectionOps.OneHot)] = OneHot,
        [nameof(DispatchOps.Route)] = o => o.Several(0)[0],
        [nameof(DispatchOps.Gather)] = o => o.Graph.Unsqueeze(o[0], 0),
        [nameof(DispatchOps.Combine)] = o => o.Graph.Sum(o.Graph.Multiply(o[0], ByPair(o, o[1])), 0),
        [nameof(PairOps.MeanOfPairs)] = MeanOfPairs,
        [nameof(PairOps.PlacePairs)] = PlacePairs,
        [nameof(StitchOps.Stitch)] = Stitch,
        [nameof(StreamOps.PickStream)] = PickStream,
        [nameof(LabelOps.MixLogits)] = o => o.Graph.Sum(o.Graph.Multiply(o[0], o.Graph.Concat(-1, o.Several(1))), -1, keep: true),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static string Use(OpCall o)
    {
        var weight = o.Get<Parameter>(0);
        return weight.Count > 1 ? o.Graph.Reshape(o[0], weight.Rows, weight.Cols) : o[0];
    }

    static string Input(OpCall o)
    {
        var tensor = (Tensor)o.Result;
        return o.Graph.Floats(o.Of.Numbers(tensor).ToArray(), tensor.Rows, tensor.Cols);
    }

    static string Affine(OpCall o)
    {
        var scaled = Scaled(o, o[0], o.Get<float>(1));
        return o.Get<float>(2) == 0 ? scaled : o.Graph.Add(scaled, o.Graph.Floats([o.Get<float>(2)]));
    }

    static string Scaled(OpCall o, string x, float scale) => scale == 1 ? x : o.Graph.Multiply(x, o.Graph.Floats([scale]));

    /// <summary>A product with its bias, if there is one, and its ReLU, if it has one.</summary>
    static string Linear(OpCall o, string product, int bias, int relu)
    {
        if (o.Has(bias)) product = o.Graph.Add(product, o[bias]);
        return o.Get<bool>(relu) ? o.Graph.Relu(product) : product;
    }

    static string ExpertLinear(OpCall o) =>
        Linear(o, o.Graph.MatMul(o.Get<bool>(3) ? o.Graph.Unsqueeze(o[0], 0) : o[0], o[1]), bias: 2, relu: 4);

    /// <summary>The columns of all members in one product, then [members, rows, O].</summary>
    static string MemberLinear(OpCall o)
    {
        var product = o.Graph.MatMul(o[0], o[1]);
        if (o.Has(2)) product = o.Graph.Add(product, o[2]);
        return o.Graph.Transpose(Groups(o, product, o.Get<Dispatch>(3).Experts), 1, 0, 2);
    }

    static string ExpertBatchNorm(OpCall o)
    {
        var (g, norm) = (o.Graph, o.Get<ExpertNorm>(1));
        var (experts, width) = (norm.Gamma.Count, norm.Gamma.Cols);
        var mean = g.Weight(norm.Mean.Name, () => norm.Mean.Values, experts, 1, width);
        var variance = g.Weight(norm.Variance.Name, () => norm.Variance.Values, experts, 1, width);
        var (gamma, beta) = (o.Of.Weight(norm.Gamma), o.Of.Weight(norm.Beta));
        if (norm.SharedGamma is { } sharedGamma) gamma = g.Multiply(gamma, o.Of.Weight(sharedGamma));
        if (norm.SharedBeta is { } sharedBeta) beta = g.Add(beta, o.Of.Weight(sharedBeta));
        var deviation = g.Node("Sqrt", [g.Add(variance, g.Floats([(float)ExpertNorm.Epsilon]))]);
        return g.Add(g.Multiply(gamma, g.Divide(g.Subtract(o[0], mean), deviation)), beta);
    }

    /// <summary>[rows, groups · N] → [rows, groups, N].</summary>
    static string Groups(OpCall o, string x, int groups) => o.Graph.Reshape(x, 0, groups, -1);

    /// <summary>[rows, groups, N] → [rows, groups · N].</summary>
    static string Ungrouped(OpCall o, string x) => o.Graph.Reshape(x, 0, -1);
}
