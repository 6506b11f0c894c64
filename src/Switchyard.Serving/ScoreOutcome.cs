namespace Switchyard.Serving;

/// <summary>What became of a request.</summary>
public enum ScoreStatus
{
    /// <summary>Its scores, fused scores and order are there.</summary>
    Scored,

    /// <summary>Refused at once: too much waits already. <see cref="ScoreOutcome.RetryAfter"/> says when it may be worth another try.</summary>
    Busy,

    /// <summary>Its deadline passed before it was scored.</summary>
    Late,

    /// <summary>Whoever asked no longer waits.</summary>
    Cancelled,

    /// <summary>The queue takes no more requests, for the program ends.</summary>
    Stopping,
}

/// <summary>What became of a request.</summary>
/// <param name="Status">What.</param>
/// <param name="RetryAfter">Of <see cref="ScoreStatus.Busy"/>: estimate of when what waits now is done.</param>
public readonly record struct ScoreOutcome(ScoreStatus Status, TimeSpan RetryAfter = default);
