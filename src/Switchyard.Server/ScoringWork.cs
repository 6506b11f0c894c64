using System.Collections.Concurrent;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>All that a request needs for itself: buffers, readers, the time limit. Made to be used again.</summary>
sealed class ScoringWork(LimitOptions limits) : IDisposable
{
    CancellationTokenSource _time = new();
    CancellationTokenRegistration _aborted;

    public RequestBody Body { get; } = new();

    public RankRequest Request { get; } = new();

    public RankReader RankReader { get; } = new(limits);

    public RowsReader RowsReader { get; } = new(limits);

    public ResponseBody Response { get; } = new();

    /// <summary>Ends with the client's connection, or with the time for a request.</summary>
    public CancellationToken Cancellation => _time.Token;

    /// <summary>Whether the time for a request, or its client, is gone.</summary>
    public bool IsCancelled => _time.IsCancellationRequested;

    public void Begin(CancellationToken aborted)
    {
        _time.CancelAfter(TimeSpan.FromSeconds(limits.Seconds));
        _aborted = aborted.UnsafeRegister(static time => ((CancellationTokenSource)time!).Cancel(), _time);
    }

    /// <summary>Makes it ready for another request.</summary>
    /// <returns>Whether it is worth keeping.</returns>
    public bool End()
    {
        _aborted.Dispose();
        Body.Release();
        Request.Clear();
        if (!_time.TryReset())
        {
            _time.Dispose();
            _time = new CancellationTokenSource();
        }

        return Response.IsSmall;
    }

    public void Dispose()
    {
        _time.Dispose();
        Response.Dispose();
    }
}

/// <summary>Work that waits to be used again.</summary>
sealed class ScoringWorks(LimitOptions limits)
{
    const int Kept = 256;

    readonly ConcurrentBag<ScoringWork> _idle = [];

    public ScoringWork Rent() => _idle.TryTake(out var work) ? work : new ScoringWork(limits);

    public void Return(ScoringWork work)
    {
        if (work.End() && _idle.Count < Kept) _idle.Add(work);
        else work.Dispose();
    }
}
