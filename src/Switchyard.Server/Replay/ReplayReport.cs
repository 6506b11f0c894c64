using System.Collections.Immutable;
using System.Text.Json;

namespace Switchyard.Server;

/// <summary>What a replay came to.</summary>
public sealed record ReplayReport
{
    /// <summary>Folder of the bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>SHA-256 of its weights.</summary>
    public required string Digest { get; init; }

    /// <summary>Records that were replayed.</summary>
    public required long Requests { get; init; }

    /// <summary>Their items and rows.</summary>
    public required long Items { get; init; }

    /// <summary>Records of models with another name, which were passed over.</summary>
    public required long OtherModels { get; init; }

    /// <summary>Files that end within a record, one line each: that record is lost.</summary>
    public required ImmutableArray<string> Cut { get; init; }

    /// <summary>Lines that are no records, and requests that the model does not take.</summary>
    public required long Bad { get; init; }

    /// <summary>The first of them, with file and line.</summary>
    public required ImmutableArray<string> BadRecords { get; init; }

    /// <summary>Scores that must have the bits of the record: those of the same weights and, fused ones, of the same fusion.</summary>
    public required long ExactScores { get; init; }

    /// <summary>Those that do not have them.</summary>
    public required long DifferentScores { get; init; }

    /// <summary>The first of them.</summary>
    public required ImmutableArray<ScoreDifference> Differences { get; init; }

    /// <summary>Scores of another version, by task and scenario: for every task all scenarios first.</summary>
    public required ImmutableArray<TaskDifference> Tasks { get; init; }

    /// <summary>Tasks that only the records or only the model have.</summary>
    public required ImmutableArray<string> Unmatched { get; init; }

    /// <summary>Rank requests of another version: how many orders there are, and how many begin otherwise.</summary>
    public required OrderChanges Orders { get; init; }

    /// <summary>The scores of another version that differ most, one of a request, the largest first.</summary>
    public required ImmutableArray<ScoreDifference> Worst { get; init; }

    /// <summary>Whether a score that must be the same is not, or a record could not be replayed.</summary>
    public bool HasFailed => DifferentScores > 0 || Bad > 0;

    /// <summary>The report for programs; docs/serving.md describes it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReplayJson.Default.ReplayReport);
}

/// <summary>A score that is not that of the record.</summary>
/// <param name="File">File of the record.</param>
/// <param name="Line">Its line.</param>
/// <param name="Item">Index of the item or row.</param>
/// <param name="Id">The item's id; empty without one.</param>
/// <param name="Task">The task; <c>fused</c> for the fused score.</param>
/// <param name="Recorded">The score of the record.</param>
/// <param name="Replayed">The score now.</param>
public readonly record struct ScoreDifference(string File, long Line, int Item, string Id, string Task, float Recorded, float Replayed)
{
    /// <summary>Name of the fused score beside those of the tasks.</summary>
    public const string Fused = "fused";

    /// <summary>The score now, less that of the record.</summary>
    public double Difference => (double)Replayed - Recorded;
}

/// <summary>How far the scores of a task are from those of another version.</summary>
/// <param name="Task">The task; <c>fused</c> for the fused score.</param>
/// <param name="Scenario">Values of the levels joined by /; null for all scenarios.</param>
/// <param name="Scores">Scores compared.</param>
/// <param name="Largest">Largest absolute difference.</param>
/// <param name="Mean">Mean absolute difference.</param>
public readonly record struct TaskDifference(string Task, string? Scenario, long Scores, double Largest, double Mean);

/// <summary>How the order of items changed.</summary>
/// <param name="Orders">Rank requests compared.</param>
/// <param name="First">Those whose first item is another.</param>
/// <param name="FirstTen">Those whose first ten are others, or in another order.</param>
public readonly record struct OrderChanges(long Orders, long First, long FirstTen);
