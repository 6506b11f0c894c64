namespace Switchyard.Robustness.Tests;

/// <summary>Something that reads what others wrote.</summary>
abstract class FuzzTarget : IDisposable
{
    protected Scratch Scratch { get; } = new();

    /// <summary>Tries one case: makes the input from sound ones with the mutator, and reads it.</summary>
    /// <returns>True where it came to a result, false where it was refused with one clear line.</returns>
    /// <exception cref="Exception">Anything else; a finding.</exception>
    public abstract bool Try(Mutator mutator);

    /// <summary>Words that the format gives a meaning.</summary>
    public virtual IReadOnlyList<string> Words => [];

    public void Dispose() => Scratch.Dispose();
}
