namespace Switchyard.Serving;

/// <summary>Requests to one version that a thread scores together. Nobody hears of a result before all are done with the rows they share.</summary>
sealed class RequestGroup
{
    readonly List<RankRequest> _requests = [];
    readonly List<Exception?> _errors = [];
    readonly List<ScoreStatus> _fates = [];

    public int Count => _requests.Count;

    public void Take(RankRequest request)
    {
        _requests.Add(request);
        _errors.Add(null);
        _fates.Add(ScoreStatus.Scored);
    }

    /// <summary>Scores them; what goes wrong with one of them is kept for it.</summary>
    /// <returns>Rows scored.</returns>
    public int Score(TimeProvider time)
    {
        var rows = Score(time, 0, _requests.Count, out var error);
        if (error is null || _requests.Count == 1) return rows;
        // One of them is the reason. Scores do not depend on neighbours, so the others have theirs without it.
        rows = 0;
        for (var i = 0; i < _requests.Count; i++)
        {
            _errors[i] = null;
            rows += Score(time, i, i + 1, out _);
        }

        return rows;
    }

    int Score(TimeProvider time, int first, int end, out Exception? error)
    {
        var rows = 0;
        error = null;
        RankDesk? desk = null;
#pragma warning disable CA1031 // Whatever goes wrong belongs to those who wait; the thread goes on with the next requests.
        try
        {
            desk = _requests[0].Model.RentDesk();
            for (var i = first; i < end; i++) rows += Add(desk, i, time);
            desk.Score();
            for (var i = first; i < end; i++) Finish(i);
        }
        catch (Exception e)
        {
            error = e;
            desk?.Empty();
            for (var i = first; i < end; i++) _errors[i] ??= e;
        }
#pragma warning restore CA1031

        if (desk is not null) _requests[0].Model.ReturnDesk(desk);
        return rows;
    }

    /// <summary>The counts with these requests.</summary>
    public QueueState AddTo(QueueState state)
    {
        for (var i = 0; i < _requests.Count; i++)
        {
            state = (_errors[i], _fates[i]) switch
            {
                (not null, _) => state with { Failed = state.Failed + 1 },
                (_, ScoreStatus.Late) => state with { Late = state.Late + 1 },
                (_, ScoreStatus.Cancelled) => state with { Cancelled = state.Cancelled + 1 },
                _ => state with { Scored = state.Scored + 1 },
            };
        }

        return state;
    }

    /// <summary>Tells those who wait, and is empty again.</summary>
    public void Complete(TimeProvider time, long begun, long ended, ServingMetrics? metrics)
    {
        for (var i = 0; i < _requests.Count; i++)
        {
            var request = _requests[i];
            (request.Waited, request.Took) = (time.GetElapsedTime(request.Asked, begun), time.GetElapsedTime(begun, ended));
            metrics?.Waited(request.Waited);
            request.Complete(new ScoreOutcome(_fates[i]), _errors[i]);
        }

        _requests.Clear();
        _errors.Clear();
        _fates.Clear();
    }

    int Add(RankDesk desk, int index, TimeProvider time)
    {
        var request = _requests[index];
        var item = 0;
        do
        {
            if (request.Failure is not null) break;
            if (request.Fate(time.GetTimestamp()) is { } fate)
            {
                _fates[index] = fate;
                break;
            }

            try
            {
                item += desk.Add(request, item, Math.Min(desk.Room, request.Items - item));
            }
            catch (RequestException e)
            {
                _errors[index] = e;
                break;
            }

            if (desk.Room == 0) desk.Score();
        }
        while (item < request.Items);

        return item;
    }

    void Finish(int index)
    {
        _errors[index] ??= _requests[index].Failure;
        if (_errors[index] is not null || _fates[index] != ScoreStatus.Scored) return;
        try
        {
            _requests[index].Finish();
        }
        catch (InvalidOperationException e)
        {
            _errors[index] = e;
        }
    }
}
