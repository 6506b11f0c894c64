using System.Threading.Tasks.Sources;

namespace Switchyard.Serving;

/// <summary>Results, and the wait for them.</summary>
public sealed partial class RankRequest : IValueTaskSource<ScoreOutcome>
{
    const int KeptScores = 1 << 16;

    ManualResetValueTaskSourceCore<ScoreOutcome> _completion;
    float[] _scores = [];
    float[] _fused = [];
    int[] _order = [];
    ulong[] _keys = [];
    int _scored;
    long _due;

    /// <summary>Score of a task for an item: of a conditional task, the product along its chain.</summary>
    public float Score(int task, int item) => _scores[(task * _scored) + item];

    /// <summary>Scores, [tasks × items].</summary>
    public ReadOnlySpan<float> Scores => _scores.AsSpan(0, _scored * Model.Tasks.Length);

    /// <summary>Fused score of every item: that by which they are ordered.</summary>
    public ReadOnlySpan<float> Fused => _fused.AsSpan(0, _scored);

    /// <summary>Indices of the items: fused score descending, equal ones in the request's order.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, _scored);

    /// <summary>From the call until a thread took it up; a measurement, 0 where it was refused.</summary>
    public TimeSpan Waited { get; internal set; }

    /// <summary>From then until it was scored, together with what was scored beside it.</summary>
    public TimeSpan Took { get; internal set; }

    /// <summary>
    /// Whether who waits for the scores goes on with the thread that made them, which saves a change of threads and, under load, another wait behind
    /// all who want a thread; the thread has other requests to score, so that what follows must be quick and wait for nothing. Default: no.
    /// </summary>
    public bool GoesOnAtOnce { get; set; }

    /// <summary>Bytes of memory that it takes, those it keeps for the next request among them.</summary>
    public long Footprint => _bytes.Length + (8L * _cells.Length) + (4L * (_scores.Length + _fused.Length + _order.Length)) + (8L * _keys.Length) + _ofItems.Length;

    /// <summary>What is wrong with its scores; null for nothing.</summary>
    internal Exception? Failure { get; set; }

    internal CancellationToken Cancellation { get; private set; }

    internal long Asked { get; private set; }

    internal LinkedListNode<RankRequest> Node { get; }

    internal ValueTask<ScoreOutcome> Wait => new(this, _completion.Version);

    public RankRequest() => Node = new LinkedListNode<RankRequest>(this);

    /// <summary>Why it is not to be scored any more; null where it is.</summary>
    internal ScoreStatus? Fate(long now) => Cancellation.IsCancellationRequested ? ScoreStatus.Cancelled : now > _due ? ScoreStatus.Late : null;

    /// <param name="due">When it is too late, unless it says otherwise itself.</param>
    internal void Ask(long now, long due, CancellationToken cancellation)
    {
        _completion.Reset();
        _due = Deadline == long.MaxValue ? due : Deadline;
        (Asked, Cancellation, Waited, Took) = (now, cancellation, default, default);
        Prepare();
    }

    /// <summary>Makes room for the scores.</summary>
    internal void Prepare()
    {
        (_scored, Failure) = (0, null);
        var (items, tasks) = (Items, Model.Tasks.Length);
        if (_scores.Length < items * tasks) _scores = new float[items * tasks];
        if (_fused.Length >= items) return;
        (_fused, _order, _keys) = (new float[items], new int[items], new ulong[items]);
    }

    /// <summary>Takes the scores and fused scores of some items, [tasks × count] and [count], beginning at <paramref name="at"/> of rows that hold others too.</summary>
    internal void TakeScores(ReadOnlySpan<float> scores, ReadOnlySpan<float> fused, int rows, int at, int first, int count)
    {
        fused.Slice(at, count).CopyTo(_fused.AsSpan(first));
        for (var task = 0; task < Model.Tasks.Length; task++)
            scores.Slice((task * rows) + at, count).CopyTo(_scores.AsSpan((task * Items) + first));
    }

    /// <summary>Orders once all scores are there.</summary>
    internal void Finish()
    {
        _scored = Items;
        for (var item = 0; item < Items; item++)
        {
            if (!float.IsFinite(_fused[item])) throw new InvalidOperationException($"{Model.Name} {Model.Version}: the fused score of item {item} is no finite number.");
        }

        ScoreOrder.Sort(_fused.AsSpan(0, Items), _keys, _order);
    }

    /// <summary>Ends it without scores. Who waits goes on with another thread: this one is in the midst of the queue's own work.</summary>
    internal void Refuse(ScoreOutcome outcome)
    {
        _completion.RunContinuationsAsynchronously = true;
        _completion.SetResult(outcome);
    }

    /// <summary>Ends it after it was taken up.</summary>
    /// <param name="failure">What went wrong; null for nothing.</param>
    internal void Complete(ScoreOutcome outcome, Exception? failure)
    {
        _completion.RunContinuationsAsynchronously = !GoesOnAtOnce;
        if (failure is null) _completion.SetResult(outcome);
        else _completion.SetException(failure);
    }

    void ClearResult()
    {
        (_scored, Failure) = (0, null);
        Cancellation = default;
        if (_scores.Length > KeptScores) (_scores, _fused, _order, _keys) = ([], [], [], []);
    }

    ScoreOutcome IValueTaskSource<ScoreOutcome>.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ScoreOutcome>.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource<ScoreOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
