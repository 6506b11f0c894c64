using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Switchyard.Kernels;

/// <summary>Fork and join over a fixed set of threads. The caller works too; nothing is allocated per call once a body type was seen.
/// Which thread takes which part is left open, so a body's result must not depend on it.</summary>
public sealed class WorkerPool : IDisposable
{
    /// <summary>How long an idle worker spins before it blocks: longer than the serial code between two parallel loops of a step.</summary>
    static readonly long SpinTicks = Stopwatch.Frequency * 40 / 1_000_000;

    const int Closed = -1;

    readonly Thread[] _workers;
    readonly SemaphoreSlim _wake = new(0);
    readonly Dictionary<Type, Job> _jobs = [];

    Job? _job;
    int _next;
    int _parts;
    int _busy;
    int _sleepers;
    int _epoch;
    /// <summary>Workers inside the current job, or <see cref="Closed"/>: a worker enters by raising it and can never enter a closed
    /// job.</summary>
    int _inside = Closed;
    volatile bool _disposed;
    Exception? _error;
    int _errorPart;
    readonly Lock _errorLock = new();

    /// <summary>Starts <paramref name="threads"/> - 1 background threads; the caller of <see cref="For"/> is the last one.</summary>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _workers = new Thread[threads - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"Switchyard worker {i + 1}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads that take part in a loop, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs parts 0 to <paramref name="parts"/> - 1 and returns when all are done. From inside a body, or while another thread
    /// uses the
    /// pool, the parts run one after the other in the caller.</summary>
    /// <exception cref="Exception">What a body threw; of several, that of the lowest part. Parts not yet begun are then left
    /// out.</exception>
    public void For<TBody>(int parts, in TBody body) where TBody : struct, IParallelBody
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (parts <= 1 || _workers.Length == 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (var part = 0; part < parts; part++)
            {
                body.Run(part);
            }
            return;
        }
        var job = JobFor<TBody>();
        try
        {
            job.Body = body;
            Execute(job, parts);
        }
        finally
        {
            job.Body = default;
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <summary>Ends the threads. No loop may be running.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        _wake.Release(Math.Max(1, _workers.Length));
        foreach (var worker in _workers)
        {
            worker.Join();
        }
        _wake.Dispose();
    }

    void Execute(Job job, int parts)
    {
        _job = job;
        _parts = parts;
        _error = null;
        Volatile.Write(ref _next, 0);
        _epoch++;
        // Opens the job. The full fence orders it before the look at the sleepers, as a worker counts itself before it looks at the job.
        Interlocked.Exchange(ref _inside, 0);
        var sleepers = Interlocked.Exchange(ref _sleepers, 0);
        if (sleepers > 0)
        {
            _wake.Release(sleepers);
        }
        Claim(job);
        // Every part is taken; wait for those still running, but not for a worker that never came.
        var spinner = new SpinWait();
        while (Interlocked.CompareExchange(ref _inside, Closed, 0) != 0)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
        if (_error is { } error)
        {
            _error = null;
            ExceptionDispatchInfo.Throw(error);
        }
    }

    void Claim(Job job)
    {
        for (; ; )
        {
            var part = Interlocked.Increment(ref _next) - 1;
            if (part >= _parts)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever a body throws belongs to the caller of For, which may be another thread.
            try
            {
                job.Run(part);
            }
            catch (Exception exception)
            {
                Record(exception, part);
            }
#pragma warning restore CA1031
        }
    }

    void Record(Exception exception, int part)
    {
        lock (_errorLock)
        {
            if (_error is null || part < _errorPart)
            {
                (_error, _errorPart) = (exception, part);
            }
        }
        Volatile.Write(ref _next, _parts);
    }

    void Work()
    {
        var seen = 0;
        while (!_disposed)
        {
            if (TryEnter(ref seen))
            {
                Claim(_job!);
                Interlocked.Decrement(ref _inside);
            }
            else
            {
                Idle(seen);
            }
        }
    }

    bool TryEnter(ref int seen)
    {
        var inside = Volatile.Read(ref _inside);
        while (inside != Closed && Volatile.Read(ref _epoch) != seen)
        {
            var current = Interlocked.CompareExchange(ref _inside, inside + 1, inside);
            if (current == inside)
            {
                seen = _epoch;
                return true;
            }
            inside = current;
        }
        return false;
    }

    bool HasWork(int seen) => Volatile.Read(ref _inside) != Closed && Volatile.Read(ref _epoch) != seen;

    void Idle(int seen)
    {
        var end = Stopwatch.GetTimestamp() + SpinTicks;
        while (Stopwatch.GetTimestamp() < end)
        {
            if (HasWork(seen) || _disposed)
            {
                return;
            }
            Thread.SpinWait(8);
        }
        Interlocked.Increment(ref _sleepers);
        if ((HasWork(seen) || _disposed) && TryCancelSleep())
        {
            return;
        }
        _wake.Wait();
    }

    /// <summary>False when a caller has already counted this sleeper and released the semaphore for it.</summary>
    bool TryCancelSleep()
    {
        var sleepers = Volatile.Read(ref _sleepers);
        while (sleepers > 0)
        {
            var current = Interlocked.CompareExchange(ref _sleepers, sleepers - 1, sleepers);
            if (current == sleepers)
            {
                return true;
            }
            sleepers = current;
        }
        return false;
    }

    /// <summary>The holder of a body type's copies; reached only by the thread that made the pool busy.</summary>
    Job<TBody> JobFor<TBody>() where TBody : struct, IParallelBody
    {
        if (!_jobs.TryGetValue(typeof(TBody), out var job))
        {
            job = new Job<TBody>();
            _jobs.Add(typeof(TBody), job);
        }
        return (Job<TBody>)job;
    }

    abstract class Job
    {
        public abstract void Run(int part);
    }

    sealed class Job<TBody> : Job where TBody : struct, IParallelBody
    {
        public TBody Body;

        public override void Run(int part) => Body.Run(part);
    }
}
