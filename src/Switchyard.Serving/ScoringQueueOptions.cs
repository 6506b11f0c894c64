using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Serving;

/// <summary>How many requests are scored at a time, and how long one may wait.</summary>
public sealed record ScoringQueueOptions
{
    [Description("Requests, or batches of requests, that are scored at the same time, each by a thread of its own; 0 = all cores. Scores do not depend on it.")]
    [Range(0, 1024)]
    public int Workers { get; init; }

    [Description("Requests that may wait. One more is refused at once.")]
    [Range(1, 1_000_000)]
    public int Capacity { get; init; } = 1024;

    [Description("Linux: how much nicer the threads that score what waits are than those that read requests and refuse them, which matters while all cores are busy; 0 = not at all.")]
    [Range(0, 19)]
    public int Nice { get; init; } = 5;

    [Description("Milliseconds that what waits may take to score, by the times measured last; beyond, a request is refused at once, and one that has waited half as long again as well.")]
    [Range(0.1, 60_000)]
    public double MaxWaitMs { get; init; } = 10;

    [Description("Milliseconds that scoring several waiting requests together may take; 0 = one by one. Nothing ever waits for company. Scores do not depend on it.")]
    [Range(0.0, 1_000)]
    public double BatchMs { get; init; } = 5;

    [Description("Milliseconds after which a request is not scored any more, unless it says otherwise.")]
    [Range(1.0, 600_000)]
    public double DeadlineMs { get; init; } = 1000;
}
