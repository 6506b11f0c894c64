namespace Switchyard.Server;

/// <summary>Why a request was refused, as RFC 9457 describes a problem.</summary>
/// <param name="Type">Its kind: one of <see cref="ProblemTypes"/>. Clients may rely on it.</param>
/// <param name="Status">Status of the response.</param>
/// <param name="Title">The kind in words; the same for every problem of it.</param>
/// <param name="Detail">What is wrong, where, and what to do.</param>
/// <param name="Pointer">JSON pointer (RFC 6901) to the value of the body; null where it is not about one.</param>
/// <param name="RetryAfter">Seconds after which to try again; 0 where trying again does not help.</param>
public sealed record Problem(string Type, int Status, string Title, string Detail, string? Pointer = null, int RetryAfter = 0)
{
    /// <summary>Its body, of a problem that is answered with again and again; null where it is written each time.</summary>
    internal byte[]? Json { get; init; }
}

/// <summary>A request is refused. Thrown where the mistake is found, and answered in one place.</summary>
public sealed class ProblemException : Exception
{
    public ProblemException(Problem problem)
        : base(problem?.Type)
    {
        ArgumentNullException.ThrowIfNull(problem);
        Problem = problem;
    }

    public Problem Problem { get; }
}
