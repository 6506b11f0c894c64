using System.Net;

namespace Switchyard.Client;

/// <summary>The server refused a request, or answered with something else than it should.</summary>
public sealed class SwitchyardException : Exception
{
    public SwitchyardException()
    {
    }

    public SwitchyardException(string message) : base(message)
    {
    }

    public SwitchyardException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>Status of the response.</summary>
    public HttpStatusCode Status { get; init; }

    /// <summary>Kind of the problem, for example <c>unknown-column</c>; null where the answer was none of the server's, as a proxy's is.</summary>
    public string? Type { get; init; }

    /// <summary>The kind in words.</summary>
    public string? Title { get; init; }

    /// <summary>JSON pointer to the value of the request, for example <c>/items/3/fields/price</c>; null where it is about none.</summary>
    public string? Pointer { get; init; }

    /// <summary>When to try again at the earliest; null where the server does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
