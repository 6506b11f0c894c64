namespace Switchyard.Training;

/// <summary>Training was cancelled, and a checkpoint lets it go on.</summary>
public sealed class TrainingInterruptedException : OperationCanceledException
{
    public TrainingInterruptedException()
    {
    }

    public TrainingInterruptedException(string message)
        : base(message)
    {
    }

    public TrainingInterruptedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <param name="step">Step of the newest checkpoint.</param>
    /// <param name="cancellation">What was cancelled.</param>
    public TrainingInterruptedException(long step, CancellationToken cancellation)
        : base($"Training was cancelled; the last checkpoint is of step {step}.", cancellation) => Step = step;

    /// <summary>Step of the newest checkpoint.</summary>
    public long Step { get; }
}
