using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Sizes a model is built for.</summary>
/// <param name="Width">Columns of x, the concatenated field embeddings.</param>
/// <param name="Levels">Nodes of every scenario level, coarse to fine.</param>
/// <param name="Tasks">Number of tasks.</param>
public sealed record ModelShape(int Width, ImmutableArray<int> Levels, int Tasks);

/// <summary>Scenario nodes of a batch's rows: <c>nodes[level][row]</c>, −1 where unknown.</summary>
public readonly struct ScenarioPath(int[][] nodes)
{
    public NodeIndex this[int level] => NodeIndex.PerRow(nodes[level], level);

    public int Levels => nodes.Length;
}

/// <summary>
/// An architecture: declarations in the constructor, one forward pass. It sees embedded rows and scenario nodes and returns one
/// logit per task; fields, losses, optimizers and files are not its concern.
/// </summary>
public abstract class RankingModel
{
    /// <summary>x [B,D] → one logit [B,1] per task.</summary>
    public abstract void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits);
}
