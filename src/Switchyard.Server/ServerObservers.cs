using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchyard.Server;

/// <summary>All observers of a server. One that fails harms neither the request, which was answered or refused before, nor the others.</summary>
/// <param name="all">The observers, in the order in which they hear.</param>
/// <param name="log">The server's log.</param>
/// <param name="time">The clock.</param>
sealed class ServerObservers(IEnumerable<IServerObserver> all, ILogger log, TimeProvider time)
{
    readonly IServerObserver[] _all = [.. all];
    readonly LogPause _pause = new(time);

    /// <summary>A request was scored and answered.</summary>
    public void Served(in ServedRequest request)
    {
        foreach (var observer in _all)
        {
            try
            {
                observer.Served(request);
            }
#pragma warning disable CA1031 // The boundary to code of others: the request is answered, whatever happens here.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Say(observer, e);
            }
        }
    }

    /// <summary>A request was refused.</summary>
    public void Refused(HttpContext context, Problem problem)
    {
        foreach (var observer in _all)
        {
            try
            {
                observer.Refused(context, problem);
            }
#pragma warning disable CA1031 // As above.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Say(observer, e);
            }
        }
    }

    // Without the exception's message, which may quote values of the request.
    void Say(IServerObserver observer, Exception e)
    {
        var failure = $"{observer.GetType().Name}: {e.GetType()}";
        if (_pause.IsOver(failure)) ServerLog.ObserverFailed(log, $"{failure}{Environment.NewLine}{e.StackTrace}");
    }
}
