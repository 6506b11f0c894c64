using System.Runtime.ExceptionServices;

namespace Switchyard.Data;

/// <summary>
/// The same piece of work again and again, on a thread of its own, while the caller does something else. The caller decides when it
/// starts and takes its end; between the two, what the work touches belongs to it. Started or not, a run allocates nothing.
/// </summary>
sealed class BackgroundJob(string name, Action work) : IDisposable
{
    readonly object _gate = new();
    Thread? _thread;
    Exception? _failure;
    bool _due;
    bool _closed;

    /// <summary>True from <see cref="Start"/> to <see cref="Finish"/>.</summary>
    public bool Started { get; private set; }

    /// <summary>Lets the work begin. The run before must have been taken.</summary>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (Started) throw new InvalidOperationException($"{name} runs already.");
        Started = true;
        if (_thread is null)
        {
            _thread = new Thread(Loop) { Name = name, IsBackground = true };
            _thread.Start();
        }

        lock (_gate)
        {
            _due = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the end of the work and throws what it threw.</summary>
    public void Finish()
    {
        if (Wait() is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Waits for the end of the work, whatever became of it.</summary>
    public void Drop() => Wait();

    /// <summary>Waits for the work and ends the thread.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
        Started = false;
    }

    Exception? Wait()
    {
        if (!Started) return null;
        lock (_gate)
        {
            while (_due) Monitor.Wait(_gate);
            var failure = _failure;
            _failure = null;
            Started = false;
            return failure;
        }
    }

    void Loop()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_due && !_closed) Monitor.Wait(_gate);
                if (!_due) return;
            }

            Exception? failure = null;
            try
            {
                work();
            }
#pragma warning disable CA1031 // Thrown to the caller, who waits for it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }

            lock (_gate)
            {
                (_failure, _due) = (failure, false);
                Monitor.PulseAll(_gate);
            }
        }
    }
}
