using System.Runtime.InteropServices;

namespace Switchyard.Training;

/// <summary>The numbers of every step taken, for rows that have to catch up with steps they missed.</summary>
sealed class StepRates
{
    /// <summary>Numbers of one step.</summary>
    public const int Width = 3;

    StepRate[] _rates = [];

    /// <summary>Of a step, 1-based.</summary>
    public StepRate this[long step] => _rates[step - 1];

    /// <summary>Those of the first steps, [steps × <see cref="Width"/>], as a checkpoint keeps them.</summary>
    public Span<Real> Values(long steps) => MemoryMarshal.Cast<StepRate, Real>(_rates.AsSpan(0, (int)steps));

    public void Add(StepRate rate, long step)
    {
        Reserve(step);
        _rates[step - 1] = rate;
    }

    public void Reserve(long steps)
    {
        if (_rates.Length < steps) Array.Resize(ref _rates, (int)Math.Max(1024, 2 * steps));
    }
}
