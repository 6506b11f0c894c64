using System.Collections.Concurrent;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>All that a request needs for itself: buffers, readers, the time limit. Made to be used again.</summary>
sealed class ScoringWork(LimitOptions limits, BodyBudget budget) : IDisposable
{
    CancellationTokenSource _time = new();
    CancellationTokenRegistration _aborted;

    public RequestBody Body { get; } = new(budget);

    public RankRequest Request { get; } = new() { MostValues = limits.Values };

    /// <summary>Bytes of memory that it keeps for the next request.</summary>
    public long Footprint => Body.Footprint + Request.Footprint + Reader.Rank.Footprint + Response.Footprint;

    public RequestReader Reader { get; } = new(limits.Items, limits.Nesting);

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
        Reader.Rank.Trim();
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

/// <summary>Work that waits to be used again: as much as a bound of memory allows, however many requests there once were at a time.</summary>
sealed class ScoringWorks(LimitOptions limits)
{
    const int MostKept = 256;
    const long MostBytes = 64L << 20;

    readonly BodyBudget _budget = new((long)limits.BodiesMegabytes << 20);
    readonly ConcurrentBag<(ScoringWork Work, long Bytes)> _idle = [];
    int _kept;
    long _bytes;

    /// <summary>Bytes of memory that what waits takes.</summary>
    public long IdleBytes => Volatile.Read(ref _bytes);

    public ScoringWork Rent()
    {
        if (!_idle.TryTake(out var idle)) return new ScoringWork(limits, _budget);
        Leave(idle.Bytes);
        return idle.Work;
    }

    public void Return(ScoringWork work)
    {
        if (work.End())
        {
            var bytes = work.Footprint;
            // The bag could count itself, but takes a lock of everybody to do so.
            if (Interlocked.Increment(ref _kept) <= MostKept & Interlocked.Add(ref _bytes, bytes) <= MostBytes)
            {
                _idle.Add((work, bytes));
                return;
            }

            Leave(bytes);
        }

        work.Dispose();
    }

    void Leave(long bytes)
    {
        Interlocked.Decrement(ref _kept);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
