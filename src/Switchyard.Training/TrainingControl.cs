namespace Switchyard.Training;

/// <summary>What was asked of a trainer.</summary>
/// <param name="Stop">To end.</param>
/// <param name="Checkpoint">To save a checkpoint.</param>
/// <param name="RateBy">What to multiply the learning rate by; 1 for the same.</param>
readonly record struct TrainingRequests(bool Stop, bool Checkpoint, double RateBy);

/// <summary>
/// Steers a training from any thread. The trainer looks between two steps, which costs it one read of memory; a run of which nothing is
/// asked has the bits of one without control.
/// </summary>
public sealed class TrainingControl
{
    readonly Lock _lock = new();
    int _asked;
    bool _stop;
    bool _checkpoint;
    double _rateBy = 1;

    /// <summary>True where something was asked that no step has obeyed yet.</summary>
    internal bool Asked => Volatile.Read(ref _asked) != 0;

    /// <summary>
    /// Ends the training after the step it is in: as early stopping does, with a last validation, the best weights and a result, not as an
    /// interruption.
    /// </summary>
    public void Stop() => Ask(ref _stop);

    /// <summary>Saves a checkpoint after the step it is in, where checkpoints are kept.</summary>
    public void SaveCheckpoint() => Ask(ref _checkpoint);

    /// <summary>Multiplies the learning rate of all steps from the next one on; several calls multiply.</summary>
    /// <param name="by">0.5 halves it; above 0 and at most 1000.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not in that range.</exception>
    public void MultiplyRate(double by)
    {
        if (by is not (> 0 and <= 1000)) throw new ArgumentOutOfRangeException(nameof(by), by, "A rate can be multiplied by a number above 0 and up to 1000.");
        lock (_lock)
        {
            _rateBy *= by;
            Volatile.Write(ref _asked, 1);
        }
    }

    /// <summary>Hands over what was asked, and forgets it.</summary>
    internal TrainingRequests Take()
    {
        lock (_lock)
        {
            var requests = new TrainingRequests(_stop, _checkpoint, _rateBy);
            (_stop, _checkpoint, _rateBy) = (false, false, 1);
            Volatile.Write(ref _asked, 0);
            return requests;
        }
    }

    void Ask(ref bool what)
    {
        lock (_lock)
        {
            what = true;
            Volatile.Write(ref _asked, 1);
        }
    }
}
