using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>How a field of several values is read by target attention instead of by its mean or sum.</summary>
public sealed record AttentionOptions
{
    [Description("A sequence or multi-value field: its values are weighted by how they relate to the row's own value of query.")]
    public required string Field { get; init; }

    [Description("Field with one value whose embedding has the same width, usually the one whose table the first shares.")]
    public required string Query { get; init; }

    [Description("Widths of the network that weights a value; every layer ends in a ReLU.")]
    [Range(1, 65536)]
    public ImmutableArray<int> Widths { get; init; } = [36];

    [Description("true: the weights of a row's values sum to 1. false, as published: they keep the strength of the interest.")]
    public bool Softmax { get; init; }
}

/// <summary>
/// Target attention (DIN, Zhou et al., KDD 2018): a row's items k_t are summed with weights a_t = MLP([q ; k_t ; q − k_t ; q ⊙ k_t]), q the
/// vector of the item that is scored.
/// </summary>
public sealed class TargetAttention
{
    readonly Tower _weight;
    readonly bool _softmax;

    /// <param name="scope">Place of the weights: hidden and output.</param>
    /// <param name="width">Width of q and k.</param>
    /// <param name="options">The network, and whether its weights are normalised.</param>
    public TargetAttention(Scope scope, int width, AttentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _weight = new Tower(scope, 4 * width, options.Widths);
        _softmax = options.Softmax;
    }

    /// <summary>q [B,N], k [items,N], items of row b in [starts[b], starts[b + 1]) → weights [items,1].</summary>
    public Tensor Weights(Graph g, Tensor q, Tensor k, int[] starts)
    {
        var weights = _weight.Forward(g, g.QueryKeys(q, k, starts));
        return _softmax ? g.ItemSoftmax(weights, starts, q.Rows) : weights;
    }

    /// <summary>The same → Σ a_t k_t [B,N]; zero for a row without items.</summary>
    public Tensor Forward(Graph g, Tensor q, Tensor k, int[] starts)
    {
        ArgumentNullException.ThrowIfNull(g);
        return k.Rows == 0 ? g.Zeros(q.Rows, q.Cols) : g.WeightedItems(Weights(g, q, k, starts), k, starts, q.Rows);
    }
}
