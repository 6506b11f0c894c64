using Switchyard.Training;

namespace Switchyard;

/// <summary>Who watches and steers a run.</summary>
public sealed record RunWatch
{
    /// <summary>Nobody.</summary>
    public static RunWatch None { get; } = new();

    /// <summary>What may be asked of the run while it trains; null for nothing.</summary>
    public TrainingControl? Control { get; init; }

    /// <summary>Hear the events that metrics.jsonl holds; of a run that is resumed, those that come after.</summary>
    public IReadOnlyList<IMetricSink> Sinks { get; init; } = [];

    /// <summary>The command and its arguments, for the log; null where a program trains.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>The clock of the log's start.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
