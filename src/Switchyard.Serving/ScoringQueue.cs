using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Serving;

/// <summary>
/// Scores requests, so many at a time. A request that finds a free place is scored by the calling thread; others wait in order of arrival,
/// in bounded number, for threads of the queue, which take several of one version together where that is quick enough. A request is one
/// of <see cref="ScoreStatus"/> in the end, whatever happens; its scores depend on nothing but its values.
/// </summary>
public sealed class ScoringQueue : IAsyncDisposable
{
    /// <summary>How far into the queue a thread looks for requests to the same version, and a refusal for those that nobody waits for.</summary>
    const int Sight = 64;

    /// <summary>What has waited so many times as long as it should is refused after all while others are: the measured times promised too much.</summary>
    const double MostOverdue = 1.5;

    /// <summary>Rows that are scored between two looks whether somebody still waits for them.</summary>
    public const int RowsAtOnce = RankDesk.MostRows;

    /// <summary>What a measurement of the time of a row still weighs at the next one.</summary>
    const double Memory = 0.9;

    /// <summary>A measurement counts as so many times what was expected at most: one pause of the machine must not close the queue.</summary>
    const double MostSurprise = 4;

    /// <summary>Milliseconds that a row is expected to take at most before any was measured.</summary>
    const double FirstRowMs = 1;

    readonly Lock _lock = new();
    readonly LinkedList<RankRequest> _waiting = new();
    readonly ConcurrentQueue<RequestGroup> _groups = new();
    readonly SemaphoreSlim _handed = new(0);
    readonly TimeProvider _time;
    readonly Action _taken;
    readonly Thread?[] _threads;
    readonly int _places;
    readonly int _capacity;
    readonly long _maxWait;
    readonly long _overdue;
    readonly long _batch;
    readonly long _deadline;
    readonly double _firstRow;
    readonly int _nice;
    LinkedListNode<RankRequest>? _swept;
    TaskCompletionSource? _idle;
    QueueState _state;
    double _measuredTicks;
    double _measuredRows;
    bool _ended;

    /// <param name="options">Threads, bounds, times.</param>
    /// <param name="time">The clock; null is the system's.</param>
    /// <exception cref="ValidationException">An option is out of range.</exception>
    public ScoringQueue(ScoringQueueOptions? options = null, TimeProvider? time = null)
        : this(options ?? new ScoringQueueOptions(), time ?? TimeProvider.System, static () => { })
    {
    }

    /// <param name="taken">Called by a thread that has taken up requests, before it scores them; tests hold it there.</param>
    internal ScoringQueue(ScoringQueueOptions options, TimeProvider time, Action taken)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        (_time, _taken, _capacity, _nice) = (time, taken, options.Capacity, options.Nice);
        _places = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        (_maxWait, _batch, _deadline) = (Ticks(options.MaxWaitMs), Ticks(options.BatchMs), Ticks(options.DeadlineMs));
        _overdue = (long)(MostOverdue * _maxWait);
        _firstRow = FirstRowMs * time.TimestampFrequency / 1000;
        _threads = new Thread?[_places];
    }

    /// <summary>Requests that are scored at a time.</summary>
    public int Workers => _places;

    /// <summary>What was done so far and what waits.</summary>
    public QueueState State
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>Hears of waits and batches; null for nobody.</summary>
    internal ServingMetrics? Metrics { get; set; }

    /// <summary>When so much time from now has passed, for <see cref="RankRequest.Deadline"/>.</summary>
    public long Deadline(TimeSpan time) => _time.GetTimestamp() + Ticks(time.TotalMilliseconds);

    /// <summary>
    /// What <see cref="ScoreAsync"/> would answer at once, whatever the request: null where it may come. A server asks before it reads a
    /// request, so that those it has to refuse take as little as possible from those it can serve.
    /// </summary>
    public ScoreOutcome? Refusal()
    {
        lock (_lock) return Refusal(_time.GetTimestamp());
    }

    /// <summary>
    /// Scores a request. The task ends when the request is of no more use to the queue, and only then may it or its model's lease be given
    /// back; that is soon also where it is cancelled.
    /// </summary>
    /// <param name="request">Begun and filled.</param>
    /// <param name="cancellation">Nobody waits any more: the request is dropped, or its computation ends with the rows at hand.</param>
    /// <exception cref="RequestException">A value cannot be used; says which.</exception>
    public ValueTask<ScoreOutcome> ScoreAsync(RankRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            if (Refusal(now) is { } refusal) return new(refusal);
            request.Ask(now, now + _deadline, cancellation);
            if (_state.Scoring == _places)
            {
                _waiting.AddLast(request.Node);
                _state = _state with { Waiting = _state.Waiting + 1, WaitingRows = _state.WaitingRows + request.Items };
                return request.Wait;
            }

            _state = _state with { Scoring = _state.Scoring + 1 };
        }

        // Here, and not in a thread of the queue: to wake one costs more than many a request.
        var wait = request.Wait;
        if (!_groups.TryDequeue(out var group)) group = new RequestGroup();
        group.Take(request);
        Score(group);
        _groups.Enqueue(group);
        HandOn();
        return wait;
    }

    /// <summary>Takes no more requests, and ends when all that were taken are scored.</summary>
    /// <param name="patience">Ends the waiting: what still waits is <see cref="ScoreStatus.Stopping"/>, and only what is being scored is finished.</param>
    public async Task StopAsync(CancellationToken patience = default)
    {
        TaskCompletionSource idle;
        lock (_lock)
        {
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle;
            if (_state.Scoring == 0) idle.TrySetResult();
        }

        using (patience.UnsafeRegister(static queue => ((ScoringQueue)queue!).DropWaiting(), this)) await idle.Task.ConfigureAwait(false);
    }

    /// <summary>Stops, and ends the threads.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
        }

        _handed.Release(_places);
        foreach (var thread in _threads) thread?.Join();
        _handed.Dispose();
    }

    /// <summary>Time until what waits is done, all places at work.</summary>
    double WaitTicks => TicksOf(_state.WaitingRows) / _places;

    double TicksOf(long rows) => _measuredRows > 0 ? rows * _measuredTicks / _measuredRows : 0;

    // Sums, so that large requests say more of a row's time than small ones.
    void Measure(double ticks, int rows)
    {
        ticks = Math.Min(ticks, MostSurprise * (_measuredTicks > 0 ? TicksOf(rows) : rows * _firstRow));
        (_measuredTicks, _measuredRows) = ((Memory * _measuredTicks) + ticks, (Memory * _measuredRows) + rows);
    }

    ScoreOutcome? Refusal(long now)
    {
        if (_idle is not null) return new ScoreOutcome(ScoreStatus.Stopping);
        return _state.Scoring < _places || MayWait() || MayWaitWithoutDead(now) ? null : Busy();
    }

    ScoreOutcome Busy()
    {
        _state = _state with { Busy = _state.Busy + 1 };
        return new ScoreOutcome(ScoreStatus.Busy, _time.GetElapsedTime(0, (long)Math.Max(WaitTicks, 0)));
    }

    bool MayWait() => _state.Waiting < _capacity && WaitTicks <= _maxWait;

    // Those that nobody waits for any more must not keep others out, nor those that wait too long already: who is served at all is served soon,
    // whatever takes the cores from scoring. No more of them than make room: they would be served next. Each refusal looks at some and the next one goes on from there: to be refused must stay quick however
    // many wait.
    bool MayWaitWithoutDead(long now)
    {
        var left = Math.Min(Sight, _waiting.Count);
        for (; left > 0 && !MayWait() && _waiting.First!.Value is var oldest && now - oldest.Asked > _overdue; left--)
        {
            Unqueue(oldest);
            if (oldest.Fate(now) is { } fate) End(oldest, fate);
            else oldest.Refuse(Busy());
        }

        for (; left > 0; left--)
        {
            var node = _swept ?? _waiting.First!;
            _swept = node.Next;
            if (node.Value.Fate(now) is not { } fate) continue;
            Unqueue(node.Value);
            End(node.Value, fate);
        }

        return MayWait();
    }

    /// <summary>Gives the place to a thread of the queue where something waits, and frees it otherwise.</summary>
    void HandOn()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                Free();
                return;
            }

            // As many threads as places: more are never at work at once.
            if (Array.IndexOf(_threads, null) is >= 0 and var next)
            {
                _threads[next] = new Thread(Work) { IsBackground = true, Name = $"Switchyard serving {next + 1}" };
                _threads[next]!.Start();
            }
        }

        _handed.Release();
    }

    void Free()
    {
        _state = _state with { Scoring = _state.Scoring - 1 };
        if (_state.Scoring == 0) _idle?.TrySetResult();
    }

    void Work()
    {
        Nice.Lower(_nice);
        var group = new RequestGroup();
        while (true)
        {
            _handed.Wait();
            if (_ended) return;
            while (Take(group)) Score(group);
        }
    }

    /// <summary>The next request and those that are scored with it; false frees the place.</summary>
    bool Take(RequestGroup group)
    {
        lock (_lock)
        {
            if (_waiting.First is not { } node)
            {
                Free();
                return false;
            }

            var first = node.Value;
            // Its share: others are about to be free as well.
            var most = (_state.Waiting + _places - 1) / _places;
            var rows = first.Items;
            node = node.Next;
            Unqueue(first);
            group.Take(first);
            for (var seen = 0; node is not null && group.Count < most && seen < Sight; seen++)
            {
                var (request, next) = (node.Value, node.Next);
                if (ReferenceEquals(request.Model, first.Model) && rows + request.Items <= RankDesk.MostRows && TicksOf(rows + request.Items) <= _batch)
                {
                    rows += request.Items;
                    Unqueue(request);
                    group.Take(request);
                }

                node = next;
            }

            return true;
        }
    }

    void Score(RequestGroup group)
    {
        _taken();
        var begun = _time.GetTimestamp();
        var rows = group.Score(_time);
        var ended = _time.GetTimestamp();
        lock (_lock)
        {
            if (rows > 0)
            {
                Measure(ended - begun, rows);
                _state = _state with { Rows = _state.Rows + rows, Batches = _state.Batches + 1 };
            }

            _state = group.AddTo(_state);
        }

        Metrics?.Scored(group.Count, rows);
        group.Complete(_time, begun, ended, Metrics);
    }

    void DropWaiting()
    {
        lock (_lock)
        {
            while (_waiting.First is { } node)
            {
                Unqueue(node.Value);
                node.Value.Refuse(new ScoreOutcome(ScoreStatus.Stopping));
            }
        }
    }

    void Unqueue(RankRequest request)
    {
        if (_swept == request.Node) _swept = request.Node.Next;
        _waiting.Remove(request.Node);
        _state = _state with { Waiting = _state.Waiting - 1, WaitingRows = _state.WaitingRows - request.Items };
    }

    void End(RankRequest request, ScoreStatus fate)
    {
        _state = fate == ScoreStatus.Late ? _state with { Late = _state.Late + 1 } : _state with { Cancelled = _state.Cancelled + 1 };
        request.Refuse(new ScoreOutcome(fate));
    }

    long Ticks(double milliseconds) => (long)(milliseconds * _time.TimestampFrequency / 1000);
}
