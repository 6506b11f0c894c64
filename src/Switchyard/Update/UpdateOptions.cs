using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Switchyard.Models;

namespace Switchyard;

/// <summary>How a bundle is trained further on new rows: the section <c>update</c>, which counts only where a run starts from a bundle.</summary>
public sealed record UpdateOptions
{
    [Description("What the embedding of a new id starts from: unseen (the vector of id 0, which stood for it so far), fresh (random), or mean (of its table).")]
    public NewIds NewIds { get; init; } = NewIds.Unseen;

    [Description("What a new task starts from: related (the old task whose label goes with its own most on the new training rows), fresh (random) or the name of an old task; or a mapping from new tasks to these.")]
    public TaskStarts NewTasks { get; init; } = new(TaskStarts.Related, ImmutableSortedDictionary<string, string>.Empty);

    [Description("Weights that stay as they are: embeddings, attention, experts, gates, scales, stitches, layers, towers, or names of tensors with * and ?. What is new in them is trained all the same.")]
    public ImmutableArray<string> Freeze { get; init; } = [];

    [Description("Share of the earlier run's training rows that is mixed into every epoch, drawn anew for each.")]
    [Range(0.0, 1.0)]
    public double Replay { get; init; }

    [Description("Whether the test rows of the earlier run are measured too, before and after, so that forgetting shows.")]
    public bool MeasureOldRows { get; init; } = true;

    public bool Equals(UpdateOptions? other) =>
        other is not null && (NewIds, NewTasks, Replay, MeasureOldRows) == (other.NewIds, other.NewTasks, other.Replay, other.MeasureOldRows) && Freeze.SequenceEqual(other.Freeze);

    public override int GetHashCode() => HashCode.Combine(NewIds, NewTasks, Replay, MeasureOldRows, Freeze.Length);
}

/// <summary>What new tasks start from.</summary>
/// <param name="Others">For tasks that are not named: <see cref="Related"/>, <see cref="Fresh"/> or an old task.</param>
/// <param name="ByTask">The same by new task.</param>
public sealed record TaskStarts(string Others, ImmutableSortedDictionary<string, string> ByTask)
{
    public const string Related = "related";

    public const string Fresh = "fresh";

    /// <summary>What a new task starts from.</summary>
    public string Of(string task) => ByTask.GetValueOrDefault(task, Others);

    public bool Equals(TaskStarts? other) => other is not null && Others == other.Others && ByTask.SequenceEqual(other.ByTask);

    public override int GetHashCode() => HashCode.Combine(Others, ByTask.Count);
}
