using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>Sizes a model is built for.</summary>
/// <param name="Width">Columns of x, the concatenated field embeddings.</param>
/// <param name="Levels">Nodes of every scenario level, coarse to fine.</param>
/// <param name="Tasks">Number of tasks.</param>
public sealed record ModelShape(int Width, ImmutableArray<int> Levels, int Tasks)
{
    /// <summary>The sizes that a schema asks for.</summary>
    public static ModelShape Of(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new ModelShape(schema.Width, [.. schema.Levels.Select(l => l.Nodes.Length)], schema.Tasks.Length) { Given = [.. schema.Tasks.Select(t => t.Given)] };
    }

    /// <summary>For every task the index of the task it is conditional on, −1 for none; by default none is.</summary>
    public ImmutableArray<int> Given { get; init; } = [.. Enumerable.Repeat(-1, Tasks)];

    /// <summary>The tasks, for weights that every task has its own of.</summary>
    public Members EveryTask => new("tasks", Tasks);

    /// <summary>The scenarios of a model that knows one level only.</summary>
    /// <param name="level">The level, 1-based, as configurations count.</param>
    /// <exception cref="ArgumentException">There is no such level.</exception>
    public Members Scenarios(int level)
    {
        if (level >= 1 && level <= Levels.Length) return EveryNode(level - 1);
        throw new ArgumentException(Levels.IsEmpty
            ? "it needs scenarios; name the column of the scenario under 'scenario'."
            : $"level = {level}, but the scenario has {Levels.Length} level{(Levels.Length == 1 ? "" : "s")}; choose one from 1 to {Levels.Length}.");
    }

    /// <summary>The nodes of a level, for weights that every node has its own of.</summary>
    public Members EveryNode(int level) => new(string.Create(CultureInfo.InvariantCulture, $"nodes of level {level + 1}"), Levels[level]);
}

/// <summary>Scenario nodes of a batch's rows: <c>nodes[level][row]</c>, −1 where unknown.</summary>
public readonly struct ScenarioPath(int[][] nodes)
{
    public NodeIndex this[int level] => NodeIndex.PerRow(nodes[level], level);

    public int Levels => nodes.Length;
}

/// <summary>
/// An architecture: declarations in the constructor, one forward pass. It sees embedded rows and scenario nodes and returns one
/// logit per task; fields, losses, optimizers and files are not its concern. Every weight whose shape follows the number of nodes or
/// tasks says so where it is declared (<see cref="MemberAxes"/>, <see cref="Scope.Repeat{T}(string, Members, Func{Scope, int, T})"/>):
/// then the model can gain nodes and tasks and keep what it knows.
/// </summary>
public abstract class RankingModel
{
    /// <summary>x [B,D] → one logit [B,1] per task.</summary>
    public abstract void Forward(Graph g, Tensor x, ScenarioPath path, Span<Tensor> logits);
}
