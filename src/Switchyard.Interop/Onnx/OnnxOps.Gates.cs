using Switchyard.Engine;

namespace Switchyard.Interop;

/// <summary>Gates, what they choose, and the way from pairs back to rows.</summary>
static partial class OnnxOps
{
    static string SoftmaxOfGroups(OpCall o) =>
        o.Get<int>(1) == 1 ? o.Graph.Softmax(o[0]) : Ungrouped(o, o.Graph.Softmax(Groups(o, o[0], o.Get<int>(1))));

    /// <summary>What is not in the mask is 0, and so is a row without any.</summary>
    static string MaskedSoftmax(OpCall o)
    {
        var g = o.Graph;
        var masked = g.Where(g.Less(g.Floats([0]), o[1]), o[0], g.Floats([Never]));
        return g.Multiply(g.Softmax(masked), o[1]);
    }

    static string WeighGroups(OpCall o)
    {
        var groups = o.Get<Tensor>(1).Cols;
        return Ungrouped(o, o.Graph.Multiply(Groups(o, o[0], groups), o.Graph.Unsqueeze(o[1], 2)));
    }

    static string GateLogSoftmax(OpCall o) =>
        Ungrouped(o, o.Graph.Node("LogSoftmax", [Groups(o, o[0], o.Get<int>(1))], OnnxGraph.Attribute("axis", 1)));

    static string PickGate(OpCall o)
    {
        var (gates, own, width) = (o.Get<int>(1), o.Get<NodeIndex>(2), ((Tensor)o.Result).Cols);
        if (own.IsConstant && own[0] >= 0) return o.Graph.Columns(o[0], own[0] * width, (own[0] + 1) * width);
        return Picked(o, Groups(o, o[0], gates), own, gates);
    }

    static string PickStream(OpCall o)
    {
        var streams = o.Several(0);
        return Picked(o, o.Graph.Concat(1, [.. streams.Select(s => o.Graph.Unsqueeze(s, 1))]), o.Get<NodeIndex>(1), streams.Length);
    }

    /// <summary>[rows, members, N] → [rows, N] of the row's own member, the mean of all where it is unknown.</summary>
    static string Picked(OpCall o, string x, NodeIndex own, int members)
    {
        if (own.IsConstant && own[0] < 0) return o.Graph.Mean(x, 1);
        return o.Graph.Sum(o.Graph.Multiply(x, o.Graph.Unsqueeze(o.Of.MemberWeights(own, members), 2)), 1);
    }

    static string PlaceGate(OpCall o)
    {
        var weights = o.Graph.Unsqueeze(o.Of.MemberWeights(o.Get<NodeIndex>(2), o.Get<int>(1)), 2);
        return Ungrouped(o, o.Graph.Multiply(o.Graph.Unsqueeze(o[0], 1), weights));
    }

    static string SmallestPerRow(OpCall o)
    {
        if (!o.Has(2)) return Chosen(o, o[0], largest: false);
        var barred = o.Graph.Less(o.Graph.Floats([0]), o[2]);
        return Chosen(o, o.Graph.Where(barred, o.Graph.Floats([-Never]), o[0]), largest: false);
    }

    /// <summary>Mask of the chosen, made of their numbers.</summary>
    static string Chosen(OpCall o, string x, bool largest)
    {
        var columns = ((Tensor)o.Result).Cols;
        return o.Graph.Sum(o.Graph.OneHot(o.Graph.TopK(x, Math.Min(o.Get<int>(1), columns), largest), columns), 1);
    }

    static string OneHot(OpCall o)
    {
        var own = o.Get<NodeIndex>(0);
        var weights = o.Of.MemberWeights(own, o.Get<int>(1));
        return own.IsConstant ? o.Of.ForAllRows(weights) : weights;
    }

    /// <summary>A gate [rows, experts] → [experts, rows, 1].</summary>
    static string ByPair(OpCall o, string gate) => o.Graph.Unsqueeze(o.Graph.Transpose(gate, 1, 0), 2);

    static string MeanOfPairs(OpCall o)
    {
        var chosen = ByPair(o, o.Graph.NotZero(o.Of.Gate(o.Get<Dispatch>(1))));
        return o.Graph.Divide(o.Graph.Sum(o.Graph.Multiply(o[0], chosen), 0), o.Graph.Sum(chosen, 0));
    }

    static string PlacePairs(OpCall o)
    {
        var gate = o.Of.Gate(o.Get<Dispatch>(1));
        var placed = o.Graph.Multiply(o[0], ByPair(o, o.Get<bool>(2) ? gate : o.Graph.NotZero(gate)));
        return Ungrouped(o, o.Graph.Transpose(placed, 1, 0, 2));
    }

    /// <summary>Streams [members, rows, N], each mixed by its matrix [members, members], and added up.</summary>
    static string Stitch(OpCall o)
    {
        var (g, streams, weight) = (o.Graph, o.Several(0), o.Get<Parameter>(1));
        string? sum = null;
        for (var s = 0; s < streams.Length; s++)
        {
            var matrix = weight.Count > 1 ? g.Gather(o[1], g.Ints([s])) : o[1];

            // [N, members, rows]: the last two dimensions are those of a product.
            var mixed = g.Transpose(g.MatMul(matrix, g.Transpose(streams[s], 2, 0, 1)), 1, 2, 0);
            sum = sum is null ? mixed : g.Add(sum, mixed);
        }

        return sum!;
    }
}
