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
    /// <summary>The most that one request multiplies the learning rate by.</summary>
    public const double MostAtOnce = 10;

    /// <summary>The least that all requests together multiply the planned learning rate by: a rate of 0 would never come back.</summary>
    public const double SmallestRate = 1e-6;

    /// <summary>The most that all requests together multiply the planned learning rate by.</summary>
    public const double LargestRate = 1e6;

    readonly Lock _lock = new();
    int _asked;
    bool _stop;
    bool _checkpoint;
    double _rateBy = 1;
    bool _isOver;
    bool _savesNone;

    /// <summary>True where something was asked that no step has obeyed yet.</summary>
    internal bool Asked => Volatile.Read(ref _asked) != 0;

    /// <summary>
    /// Ends the training after the step it is in: as early stopping does, with a last validation, the best weights and a result, not as an
    /// interruption.
    /// </summary>
    /// <returns>False where no step is left to do it.</returns>
    public bool Stop() => Ask(ref _stop);

    /// <summary>Saves a checkpoint after the step it is in.</summary>
    /// <returns>False where no step is left to do it, or the run keeps no checkpoints.</returns>
    public bool SaveCheckpoint() => !Volatile.Read(ref _savesNone) && Ask(ref _checkpoint);

    /// <summary>
    /// Multiplies the learning rate of all steps from the next one on; several calls multiply, down to <see cref="SmallestRate"/> and up to
    /// <see cref="LargestRate"/> of the planned rate.
    /// </summary>
    /// <param name="by">0.5 halves it; above 0 and at most <see cref="MostAtOnce"/>.</param>
    /// <returns>False where no step is left to do it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not in that range.</exception>
    public bool MultiplyRate(double by)
    {
        if (by is not (> 0 and <= MostAtOnce)) throw new ArgumentOutOfRangeException(nameof(by), by, $"A rate can be multiplied by a number above 0 and up to {MostAtOnce}.");
        lock (_lock)
        {
            if (_isOver) return false;
            _rateBy = Math.Clamp(_rateBy * by, SmallestRate / LargestRate, LargestRate / SmallestRate);
            Volatile.Write(ref _asked, 1);
            return true;
        }
    }

    /// <summary>Steps follow. What was asked before them is for the first.</summary>
    internal void Begin(bool saves)
    {
        lock (_lock) (_isOver, _savesNone) = (false, !saves);
    }

    /// <summary>Hands over what was asked, and forgets it.</summary>
    /// <param name="last">True where no step follows; a stop is the last one too.</param>
    internal TrainingRequests Take(bool last)
    {
        lock (_lock)
        {
            var requests = new TrainingRequests(_stop, _checkpoint, _rateBy);
            _isOver = last || _stop;
            (_stop, _checkpoint, _rateBy) = (false, false, 1);
            Volatile.Write(ref _asked, 0);
            return requests;
        }
    }

    /// <summary>No step follows.</summary>
    internal void End()
    {
        lock (_lock) _isOver = true;
    }

    bool Ask(ref bool what)
    {
        lock (_lock)
        {
            if (_isOver) return false;
            what = true;
            Volatile.Write(ref _asked, 1);
            return true;
        }
    }
}
