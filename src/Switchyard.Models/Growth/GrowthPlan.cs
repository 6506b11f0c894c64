using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>What the embedding of an id that is new starts from.</summary>
public enum NewIds
{
    /// <summary>The vector of id 0, which stood for it so far.</summary>
    Unseen,

    /// <summary>Random, as in a new model.</summary>
    Fresh,

    /// <summary>The mean of all vectors of its table.</summary>
    Mean,
}

/// <summary>What a model's new ids and tasks start from.</summary>
/// <param name="NewIds">Embeddings of new ids.</param>
/// <param name="TaskStarts">New task → the old task whose weights it copies; a new task that is not in it starts random. What it says of
/// other tasks is not used.</param>
public sealed record GrowthPlan(NewIds NewIds, ImmutableDictionary<string, string> TaskStarts);

/// <summary>What the weights of a member of the grown model start from.</summary>
/// <param name="Sources">The old members whose mean they are, ascending; empty where they stay random.</param>
/// <param name="Kept">True where it is the old member itself.</param>
readonly record struct MemberOrigin(ImmutableArray<int> Sources, bool Kept);

/// <summary>The origins of every set of members of a grown model.</summary>
sealed class GrowthOrigins
{
    readonly Dictionary<string, ImmutableArray<MemberOrigin>> _origins = new(StringComparer.Ordinal);

    /// <param name="from">Schema of the old model.</param>
    /// <param name="to">Schema of the grown one.</param>
    /// <param name="plan">What new tasks start from.</param>
    /// <exception cref="ArgumentException">A new task is to start from what is no task of the old model.</exception>
    public GrowthOrigins(Schema from, Schema to, GrowthPlan plan)
    {
        var (old, grown) = (ModelShape.Of(from), ModelShape.Of(to));
        for (var level = 0; level < old.Levels.Length; level++)
        {
            // The levels are columns of their own, so every node is a sibling of the others of its level.
            var (count, siblings) = (old.Levels[level], Enumerable.Range(0, old.Levels[level]).ToImmutableArray());
            _origins[grown.EveryNode(level).Name] = [.. Enumerable.Range(0, grown.Levels[level]).Select(n => n < count ? Keep(n) : new MemberOrigin(siblings, false))];
        }

        var names = from.Tasks.Select(t => t.Name).ToList();
        _origins[grown.EveryTask.Name] =
        [
            .. to.Tasks.Select(t => names.IndexOf(t.Name) is >= 0 and var same ? Keep(same) : new MemberOrigin(StartOf(t.Name, names, plan), false)),
        ];
    }

    public MemberOrigin Of(Member member) => _origins[member.Of.Name][member.Index];

    /// <summary>Origins of the values of a dimension; null members: every value is its own.</summary>
    public ImmutableArray<MemberOrigin> OfAxis(Members? members, int size)
    {
        if (members is null) return [.. Enumerable.Range(0, size).Select(Keep)];
        var each = size / members.Count;
        return [.. Enumerable.Range(0, size).Select(i =>
        {
            var origin = Of(new Member(members, i / each));
            return origin with { Sources = [.. origin.Sources.Select(s => s * each + i % each)] };
        })];
    }

    static ImmutableArray<int> StartOf(string task, List<string> old, GrowthPlan plan)
    {
        if (!plan.TaskStarts.TryGetValue(task, out var start)) return [];
        return old.IndexOf(start) is >= 0 and var index ? [index]
            : throw new ArgumentException($"Task '{task}' is to start from '{start}', which is no task of the older model; its tasks are: {string.Join(", ", old)}.", nameof(plan));
    }

    static MemberOrigin Keep(int index) => new([index], true);
}
