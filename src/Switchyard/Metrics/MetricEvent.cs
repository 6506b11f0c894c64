using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Switchyard.Training;

namespace Switchyard;

/// <summary>One line of a run's metrics.jsonl; docs/metrics.md describes them.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(RunEvent), "run")]
[JsonDerivedType(typeof(StepEvent), "step")]
[JsonDerivedType(typeof(ExpertsEvent), "experts")]
[JsonDerivedType(typeof(ValidationEvent), "validation")]
[JsonDerivedType(typeof(ControlEvent), "control")]
[JsonDerivedType(typeof(EndEvent), "end")]
public abstract record MetricEvent;

/// <summary>What is trained: the first line.</summary>
public sealed record RunEvent : MetricEvent
{
    /// <summary>Version that this library writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Step that the run goes on after, for who hears the events; a log reads as if it had never stopped, and does not say.</summary>
    [JsonIgnore]
    public long After { get; init; }

    /// <summary>
    /// Digest (hex) of what the training depends on: configuration, rows and the bundle it begins with. A bundle of the same training has the same one; null
    /// in older logs.
    /// </summary>
    public string? RunId { get; init; }

    /// <summary>Name of the run.</summary>
    public required string Name { get; init; }

    /// <summary>When training began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The command and its arguments; null where a program trains.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Name of the architecture.</summary>
    public required string Model { get; init; }

    /// <summary>The whole configuration as YAML.</summary>
    public required string Configuration { get; init; }

    /// <summary>The tasks, in the order of the schema.</summary>
    public required ImmutableArray<string> Tasks { get; init; }

    /// <summary>The scenario levels, coarse first.</summary>
    public required ImmutableArray<MetricLevel> Levels { get; init; }

    /// <summary>Scenarios of a level, at most, that the cells of a validation are of: those with the most rows. 0 in logs that have all.</summary>
    public int MostScenarios { get; init; }

    /// <summary>Trained values of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Epochs at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public required long StepsPerEpoch { get; init; }

    /// <summary>Rows of a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Rows of every part.</summary>
    public required MetricRows Rows { get; init; }

    /// <summary>What decides the best weights.</summary>
    public required string Monitor { get; init; }

    /// <summary>Direction of the monitor.</summary>
    public required bool HigherIsBetter { get; init; }
}

/// <summary>A scenario level.</summary>
/// <param name="Column">Its column.</param>
/// <param name="Scenarios">Its nodes.</param>
public sealed record MetricLevel(string Column, ImmutableArray<string> Scenarios);

/// <summary>Rows of every part.</summary>
public sealed record MetricRows(long Train, long Validation, long Test);

/// <summary>How training goes; about 1000 in a run.</summary>
public sealed record StepEvent : MetricEvent
{
    /// <summary>Steps taken in all.</summary>
    public required long Step { get; init; }

    /// <summary>Epoch, 1-based.</summary>
    public required int Epoch { get; init; }

    /// <summary>Seconds of training so far, validations left out.</summary>
    public required double Seconds { get; init; }

    /// <summary>Mean loss of the epoch so far, auxiliary terms included.</summary>
    public required double Loss { get; init; }

    /// <summary>Loss of every task, unweighted: the mean since the step event before.</summary>
    public required IReadOnlyDictionary<string, double> Tasks { get; init; }

    /// <summary>Every auxiliary term by its name, unweighted: the mean since the step event before. Terms of weight 0 are among them.</summary>
    public required IReadOnlyDictionary<string, double> Auxiliary { get; init; }

    /// <summary>What all auxiliary terms added to the loss: the mean since the step event before.</summary>
    public required double AuxiliaryLoss { get; init; }

    /// <summary>Learning rate of the step.</summary>
    public required double Rate { get; init; }

    /// <summary>Training rows per second in this epoch.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Seconds that the planned steps will still take at this speed; early stopping may end sooner, validations come on top.</summary>
    public required double LeftSeconds { get; init; }
}

/// <summary>Which experts the rows of a training batch use; about 100 in a run, none for a model without gates.</summary>
public sealed record ExpertsEvent : MetricEvent
{
    /// <summary>The step.</summary>
    public required long Step { get; init; }

    /// <summary>The layers with gates, in the order of the forward pass.</summary>
    public required ImmutableArray<MetricLayer> Layers { get; init; }
}

/// <summary>A layer of an <see cref="ExpertsEvent"/>; see <see cref="LayerUse"/>.</summary>
/// <param name="Name">The layer by the name of its parameters; auxiliary terms begin with it.</param>
/// <param name="Column">Column of the level whose nodes own the gates; null where they belong to tasks, or to nobody.</param>
/// <param name="Experts">Number of experts.</param>
/// <param name="Gates">
/// All rows first, then the nodes of the layer's level (of the coarsest one where gates are not scenarios'), then every task with gates of its own,
/// followed by the nodes of its rows; nodes are left out where they are many, and in older logs those of tasks.
/// </param>
public sealed record MetricLayer(string Name, string? Column, int Experts, ImmutableArray<MetricGate> Gates);

/// <summary>How the rows of a node and task use the experts of a layer; see <see cref="GateUse"/>.</summary>
/// <param name="Task">The task that owns the gate; null for all together.</param>
/// <param name="Column">Column of the node's level; null for all rows.</param>
/// <param name="Scenario">The node whose rows they are; null for all rows.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="Specific">Share of the rows that choose each expert as specific; empty where the gate mixes all.</param>
/// <param name="Shared">Share of the rows that choose each expert as shared; empty where the gate mixes all.</param>
/// <param name="Weight">Mean mixing weight of each expert.</param>
public sealed record MetricGate(
    string? Task, string? Column, string? Scenario, long Rows, ImmutableArray<double> Specific, ImmutableArray<double> Shared, ImmutableArray<double> Weight);

/// <summary>A finished validation.</summary>
public sealed record ValidationEvent : MetricEvent
{
    /// <summary>Steps taken in all; 0 where the weights to begin with were validated.</summary>
    public required long Step { get; init; }

    /// <summary>Epoch, 1-based; 0 before the first.</summary>
    public required int Epoch { get; init; }

    /// <summary>Seconds of training so far, validations left out.</summary>
    public required double Seconds { get; init; }

    /// <summary>Value of the monitor; null where it is undefined.</summary>
    public double? Value { get; init; }

    /// <summary>Best value so far.</summary>
    public double? Best { get; init; }

    /// <summary>True where this is the best so far.</summary>
    public required bool Improved { get; init; }

    /// <summary>Scenario × task with a row, at most <see cref="RunEvent.MostScenarios"/> scenarios of a level; all rows last, their column null.</summary>
    public required ImmutableArray<MetricCell> Cells { get; init; }
}

/// <summary>A scenario × task of a validation.</summary>
/// <param name="Column">Column of the level; for a node below the first level the columns from the root, joined by /; null for all rows.</param>
/// <param name="Scenario">The node, or the nodes from the root joined by /; null for all rows.</param>
/// <param name="Task">The task.</param>
/// <param name="Rows">Rows with an observed label.</param>
/// <param name="Positives">Rows with label 1.</param>
/// <param name="Auc">Null where there is only one class.</param>
/// <param name="LogLoss">Mean binary cross-entropy in nats.</param>
public sealed record MetricCell(string? Column, string? Scenario, string Task, long Rows, long Positives, double? Auc, double? LogLoss);

/// <summary>Somebody asked something of the run, and it was done.</summary>
/// <param name="Step">After this step.</param>
/// <param name="Action">What was asked.</param>
/// <param name="Value">Of a rate: what the planned learning rate is multiplied by from now on.</param>
public sealed record ControlEvent(long Step, ControlAction Action, double? Value) : MetricEvent;

/// <summary>How training ended.</summary>
public enum EndReason
{
    /// <summary>All epochs are over.</summary>
    Finished,

    /// <summary>Patience ran out.</summary>
    StoppedEarly,

    /// <summary>Somebody asked for the end.</summary>
    Stopped,

    /// <summary>It was cancelled; with a checkpoint it can go on.</summary>
    Interrupted,

    /// <summary>It failed.</summary>
    Failed,
}

/// <summary>Training ended: the last line. A log without it is of a run that goes on, or was killed.</summary>
public sealed record EndEvent : MetricEvent
{
    /// <summary>Steps taken.</summary>
    public required long Step { get; init; }

    /// <summary>Seconds of training, validations left out.</summary>
    public required double Seconds { get; init; }

    /// <summary>Why.</summary>
    public required EndReason Reason { get; init; }

    /// <summary>Step of the weights that are kept; null where training did not come to an end.</summary>
    public long? BestStep { get; init; }

    /// <summary>Their epoch.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Their value of the monitor.</summary>
    public double? BestValue { get; init; }

    /// <summary>Why it failed; null otherwise.</summary>
    public string? Message { get; init; }
}
