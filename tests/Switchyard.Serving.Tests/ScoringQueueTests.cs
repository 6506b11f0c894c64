namespace Switchyard.Serving.Tests;

public sealed class ScoringQueueTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ManualTime _time = new();
    readonly Gate _gate = new();
    readonly ServedModel _model;

    public ScoringQueueTests() => _model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));

    public void Dispose()
    {
        _gate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ScoreAsync_WaitingRequestsOfOneVersion_AreScoredTogetherWithTheSameBits()
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1 });
        var first = _gate.Occupy(queue, _model);
        var requests = Enumerable.Range(0, 7).Select(n => TinyModels.NewRequest(_model, n, 1 + (30 * n))).ToArray();
        var outcomes = requests.Select(r => queue.ScoreAsync(r).AsTask()).ToArray();
        (queue.State.Waiting, queue.State.WaitingRows, queue.State.Scoring).ShouldBe((7, 637, 1));
        _gate.Open();
        await first;
        (await Task.WhenAll(outcomes)).ShouldAllBe(o => o.Status == ScoreStatus.Scored);

        // 1 + 31 + 61 + 91 rows and no 121 more; then 121 and none of the others; one by one the rest.
        await queue.StopAsync();
        queue.State.ShouldBe(new QueueState(0, 0, 0, Scored: 8, Rows: 637, Batches: 4, 0, 0, 0, 0));
        await using var alone = new ScoringQueue();
        for (var n = 0; n < requests.Length; n++)
        {
            var request = TinyModels.NewRequest(_model, n, 1 + (30 * n));
            await alone.ScoreAsync(request);
            TinyModels.Bits(requests[n].Scores).ShouldBe(TinyModels.Bits(request.Scores));
            requests[n].Order.ToArray().ShouldBe(request.Order.ToArray());
        }
    }

    [Fact]
    public async Task ScoreAsync_WaitingRequestsOfTwoVersions_EachGetsItsOwn()
    {
        var other = TinyModels.Serve(TinyModels.Save(_folder["other"], seed: 2));
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1 });
        var first = _gate.Occupy(queue, _model);
        var requests = Enumerable.Range(0, 8).Select(n => TinyModels.NewRequest(n % 2 == 0 ? _model : other, 5)).ToArray();
        var outcomes = requests.Select(r => queue.ScoreAsync(r).AsTask()).ToArray();
        _gate.Open();
        await first;
        await Task.WhenAll(outcomes);
        queue.State.Batches.ShouldBe(2);
        requests.Select(r => r.Score(0, 0)).Distinct().Count().ShouldBe(2);
        requests.Index().GroupBy(r => r.Index % 2, r => r.Item.Score(0, 0)).ShouldAllBe(g => g.Distinct().Count() == 1);
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(9, 5)]
    [InlineData(20, 3)]
    [InlineData(100, 2)]
    public async Task ScoreAsync_WaitingRequests_AreScoredTogetherWithinTheBudget(double batchMs, int batches)
    {
        await using var queue = await Measured(new ScoringQueueOptions { Workers = 1, BatchMs = batchMs, MaxWaitMs = 60_000 }, millisecondsPerRow: 2);
        var first = _gate.Occupy(queue, _model);
        var waiting = Enumerable.Range(0, 5).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n, 5)).AsTask()).ToArray();
        _gate.Open();
        await first;
        await Task.WhenAll(waiting);
        queue.State.Batches.ShouldBe(batches);
    }

    [Fact]
    public async Task ScoreAsync_MoreThanMayWait_IsRefusedAtOnceWithAnEstimate()
    {
        await using var queue = await Measured(new ScoringQueueOptions { Workers = 1, MaxWaitMs = 60 }, millisecondsPerRow: 2);
        var first = _gate.Occupy(queue, _model);
        var waiting = Enumerable.Range(0, 4).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n, 10)).AsTask()).ToArray();

        // The fourth came when 30 rows of 2 ms waited; now 40 do.
        queue.Refusal().ShouldBe(new ScoreOutcome(ScoreStatus.Busy, TimeSpan.FromMilliseconds(80)));
        var outcome = await queue.ScoreAsync(TinyModels.NewRequest(_model, 9, 1));
        outcome.ShouldBe(new ScoreOutcome(ScoreStatus.Busy, TimeSpan.FromMilliseconds(80)));
        _gate.Open();
        await first;
        (await Task.WhenAll(waiting)).ShouldAllBe(o => o.Status == ScoreStatus.Scored);
        queue.Refusal().ShouldBeNull();
        (queue.State.Busy, queue.State.Waiting, queue.State.WaitingRows).ShouldBe((2, 0, 0));
        await queue.StopAsync();
        queue.Refusal().ShouldBe(new ScoreOutcome(ScoreStatus.Stopping));
    }

    [Fact]
    public async Task ScoreAsync_AfterOneLongPause_RequestsAreStillLetIn()
    {
        await using var queue = await Measured(new ScoringQueueOptions { Workers = 1, MaxWaitMs = 60, DeadlineMs = 600_000 }, millisecondsPerRow: 2);
        var first = Task.Run(() => queue.ScoreAsync(TinyModels.NewRequest(_model, 1, 1)).AsTask());
        _gate.Arrive();

        // Before the only part, and at the end.
        _time.AtLook(2, () => _time.Move(10_000));
        _gate.Open();
        await first;
        _gate.Close();
        first = _gate.Occupy(queue, _model);
        var waiting = Enumerable.Range(0, 2).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n, 10)).AsTask()).ToArray();
        _gate.Open();
        await first;
        (await Task.WhenAll(waiting)).ShouldAllBe(o => o.Status == ScoreStatus.Scored);
    }

    [Fact]
    public async Task ScoreAsync_FirstMeasurementIsALongPause_RequestsAreStillLetIn()
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1, DeadlineMs = 600_000 });
        _gate.Open();

        // Before the only part, and at the end.
        _time.AtLook(3, () => _time.Move(10_000));
        await queue.ScoreAsync(TinyModels.NewRequest(_model, 1, 1));
        _gate.Arrive();
        _gate.Close();
        var first = _gate.Occupy(queue, _model);
        var waiting = Enumerable.Range(0, 2).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n, 2)).AsTask()).ToArray();
        _gate.Open();
        await first;
        (await Task.WhenAll(waiting)).ShouldAllBe(o => o.Status == ScoreStatus.Scored);
    }

    [Fact]
    public async Task ScoreAsync_DeadOneFarBehind_IsFoundAfterSomeRefusals()
    {
        const int capacity = 200;
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1, Capacity = capacity });
        using var cancellation = new CancellationTokenSource();
        var first = _gate.Occupy(queue, _model);
        var waiting = Enumerable.Range(0, capacity).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n, 1), n == 150 ? cancellation.Token : default).AsTask()).ToArray();
        await cancellation.CancelAsync();

        // A refusal looks at 64 of them.
        var outcomes = Enumerable.Range(0, 3).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n, 1)).AsTask()).ToArray();
        outcomes.Select(o => o.IsCompleted).ShouldBe([true, true, false]);
        (await waiting[150]).Status.ShouldBe(ScoreStatus.Cancelled);
        _gate.Open();
        await first;
        (await Task.WhenAll(outcomes)).Select(o => o.Status).ShouldBe([ScoreStatus.Busy, ScoreStatus.Busy, ScoreStatus.Scored]);
        (await Task.WhenAll(waiting)).Count(o => o.Status == ScoreStatus.Scored).ShouldBe(capacity - 1);
    }

    [Fact]
    public async Task ScoreAsync_OneOfABatchHasNoFusedScore_ItFailsAloneAndNothingIsScoredTwice()
    {
        var folder = TinyModels.Save(_folder["fused"]);
        File.WriteAllText(Path.Combine(folder, Fusion.FileName), "formula: click\nscenarios:\n  r1: {formula: 1 / (click - click)}\n");
        var model = TinyModels.Serve(folder);
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1 });
        var first = _gate.Occupy(queue, model);
        var requests = Enumerable.Range(0, 3).Select(n =>
        {
            var shared = TinyModels.Shared(n);
            shared["region"] = $"r{n}";
            return TinyModels.Fill(new RankRequest(), model, shared, TinyModels.Items(n, 10));
        }).ToArray();
        var outcomes = requests.Select(r => queue.ScoreAsync(r).AsTask()).ToArray();
        _gate.Open();
        await first;
        (await Should.ThrowAsync<Data.InputException>(() => outcomes[1])).Message.ShouldContain("click - click");
        ((await outcomes[0]).Status, (await outcomes[2]).Status).ShouldBe((ScoreStatus.Scored, ScoreStatus.Scored));
        requests[2].Fused.ToArray().ShouldBe(requests[2].Scores[..10].ToArray());
        await queue.StopAsync();
        (queue.State.Batches, queue.State.Rows, queue.State.Failed, model.Rows).ShouldBe((1, 30, 1, 30));
    }

    [Fact]
    public async Task ScoreAsync_FullQueue_CancelledAndLateOnesMakeRoom()
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1, Capacity = 2 });
        using var cancellation = new CancellationTokenSource();
        var first = _gate.Occupy(queue, _model);
        var late = TinyModels.NewRequest(_model, 2);
        late.Deadline = queue.Deadline(TimeSpan.FromMilliseconds(5));
        var outcomes = new[] { queue.ScoreAsync(TinyModels.NewRequest(_model, 1), cancellation.Token).AsTask(), queue.ScoreAsync(late).AsTask() };
        (await queue.ScoreAsync(TinyModels.NewRequest(_model, 3))).Status.ShouldBe(ScoreStatus.Busy);
        await cancellation.CancelAsync();
        _time.Move(6);
        var kept = queue.ScoreAsync(TinyModels.NewRequest(_model, 3)).AsTask();

        // While the place is still taken.
        (await Task.WhenAll(outcomes)).Select(o => o.Status).ShouldBe([ScoreStatus.Cancelled, ScoreStatus.Late]);
        _gate.Open();
        await first;
        (await kept).Status.ShouldBe(ScoreStatus.Scored);
        await queue.StopAsync();
        queue.State.ShouldBe(new QueueState(0, 0, 0, Scored: 2, Rows: 5, Batches: 1, Busy: 1, Late: 1, Cancelled: 1, 0));
    }

    [Theory]
    [InlineData(29, 1)]
    [InlineData(31, 0)]
    public async Task ScoreAsync_FullQueueAndOneThatWaitsTooLong_RefusesThatOne(int waited, int scored)
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1, Capacity = 1, MaxWaitMs = 20 });
        var first = _gate.Occupy(queue, _model);
        var old = queue.ScoreAsync(TinyModels.NewRequest(_model, 2)).AsTask();
        _time.Move(waited);
        var young = queue.ScoreAsync(TinyModels.NewRequest(_model, 3)).AsTask();

        // While the place is still taken.
        (await (scored == 1 ? young : old)).Status.ShouldBe(ScoreStatus.Busy);
        queue.State.Waiting.ShouldBe(1);
        _gate.Open();
        await first;
        (await (scored == 1 ? old : young)).Status.ShouldBe(ScoreStatus.Scored);
        queue.State.Busy.ShouldBe(1);
    }

    /// <summary>After a pause of the machine all wait too long: one makes room for one, and the others are served next.</summary>
    [Fact]
    public async Task ScoreAsync_FullQueueOfThoseThatWaitTooLong_RefusesOneForEachThatComes()
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1, Capacity = 3, MaxWaitMs = 20 });
        var first = _gate.Occupy(queue, _model);
        var old = Enumerable.Range(0, 3).Select(n => queue.ScoreAsync(TinyModels.NewRequest(_model, n)).AsTask()).ToArray();
        _time.Move(40);

        var young = queue.ScoreAsync(TinyModels.NewRequest(_model, 4)).AsTask();

        (await old[0]).Status.ShouldBe(ScoreStatus.Busy);
        (queue.State.Waiting, queue.State.Busy).ShouldBe((3, 1));
        _gate.Open();
        await first;
        (await Task.WhenAll([old[1], old[2], young])).ShouldAllBe(o => o.Status == ScoreStatus.Scored);
        queue.State.Busy.ShouldBe(1);
    }

    [Fact]
    public async Task ScoreAsync_CancelledOrLateWhileWaiting_IsNotScored()
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1, DeadlineMs = 50 });
        using var cancellation = new CancellationTokenSource();
        var first = _gate.Occupy(queue, _model);
        var patient = TinyModels.NewRequest(_model, 3);
        patient.Deadline = queue.Deadline(TimeSpan.FromSeconds(1));
        var outcomes = new[]
        {
            queue.ScoreAsync(TinyModels.NewRequest(_model, 1), cancellation.Token).AsTask(), queue.ScoreAsync(TinyModels.NewRequest(_model, 2)).AsTask(),
            queue.ScoreAsync(patient).AsTask(),
        };
        await cancellation.CancelAsync();
        _time.Move(51);
        _gate.Open();
        await first;
        (await Task.WhenAll(outcomes)).Select(o => o.Status).ShouldBe([ScoreStatus.Cancelled, ScoreStatus.Late, ScoreStatus.Scored]);
        _model.Rows.ShouldBe(5);
    }

    [Fact]
    public async Task ScoreAsync_CancelledWhileScored_EndsWithTheRowsAtHand()
    {
        using var cancellation = new CancellationTokenSource();
        await using var queue = new ScoringQueue(new ScoringQueueOptions(), _time);
        var request = TinyModels.NewRequest(_model, 1, 2000);

        // The clock is read by the call, when the scoring begins, before the first part, before the second.
        _time.AtLook(4, cancellation.Cancel);
        (await queue.ScoreAsync(request, cancellation.Token)).Status.ShouldBe(ScoreStatus.Cancelled);
        _model.Rows.ShouldBe(256);
    }

    [Fact]
    public async Task StopAsync_RequestsInFlight_AreFinishedAndNewOnesRefused()
    {
        var queue = Queue(new ScoringQueueOptions { Workers = 1 });
        var first = _gate.Occupy(queue, _model);
        var waiting = queue.ScoreAsync(TinyModels.NewRequest(_model, 1)).AsTask();
        var stopped = queue.StopAsync();
        (await queue.ScoreAsync(TinyModels.NewRequest(_model, 2))).Status.ShouldBe(ScoreStatus.Stopping);
        stopped.IsCompleted.ShouldBeFalse();
        _gate.Open();
        await stopped;
        ((await first).Status, (await waiting).Status).ShouldBe((ScoreStatus.Scored, ScoreStatus.Scored));
        await queue.DisposeAsync();
        await queue.DisposeAsync();
    }

    [Fact]
    public async Task StopAsync_PatienceEnds_WaitingOnesAreToldAndTheOneAtHandIsFinished()
    {
        await using var queue = Queue(new ScoringQueueOptions { Workers = 1 });
        using var patience = new CancellationTokenSource();
        var first = _gate.Occupy(queue, _model);
        var waiting = queue.ScoreAsync(TinyModels.NewRequest(_model, 1)).AsTask();
        var stopped = queue.StopAsync(patience.Token);
        await patience.CancelAsync();
        (await waiting).Status.ShouldBe(ScoreStatus.Stopping);
        _gate.Open();
        await stopped;
        (await first).Status.ShouldBe(ScoreStatus.Scored);
    }

    [Fact]
    public async Task ScoreAsync_ManyCallersAtOnce_EachGetsItsOwnScores()
    {
        const int callers = 8, rounds = 60;
        await using var alone = new ScoringQueue();
        var expected = new int[callers][];
        for (var i = 0; i < callers; i++)
        {
            var request = TinyModels.NewRequest(_model, i, 1 + (17 * i));
            await alone.ScoreAsync(request);
            expected[i] = TinyModels.Bits(request.Scores);
        }

        await using var queue = new ScoringQueue(new ScoringQueueOptions { Workers = 2, MaxWaitMs = 60_000, DeadlineMs = 600_000 });
        var wrong = await Task.WhenAll(Enumerable.Range(0, callers).Select(i => Task.Run(async () =>
        {
            var request = new RankRequest();
            var wrong = 0;
            for (var round = 0; round < rounds; round++)
            {
                TinyModels.Fill(request, _model, TinyModels.Shared(i), TinyModels.Items(i, 1 + (17 * i)));
                var outcome = await queue.ScoreAsync(request);
                if (outcome.Status != ScoreStatus.Scored || !TinyModels.Bits(request.Scores).AsSpan().SequenceEqual(expected[i])) wrong++;
            }

            return wrong;
        })));
        wrong.ShouldAllBe(w => w == 0);
        queue.State.Scored.ShouldBe(callers * rounds);
    }

    [Theory]
    [InlineData(-1, 10, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 10, -1)]
    public void New_OptionOutOfRange_Throws(int workers, int capacity, double batchMs) =>
        Should.Throw<System.ComponentModel.DataAnnotations.ValidationException>(() => new ScoringQueue(new ScoringQueueOptions { Workers = workers, Capacity = capacity, BatchMs = batchMs }));

    ScoringQueue Queue(ScoringQueueOptions options) => new(options, _time, _gate.Pass);

    /// <summary>A queue that has seen a row take so long, before anything stops at the gate.</summary>
    async Task<ScoringQueue> Measured(ScoringQueueOptions options, int millisecondsPerRow)
    {
        var isMeasuring = true;
        var queue = new ScoringQueue(options, _time, () =>
        {
            if (!isMeasuring) _gate.Pass();
        });

        // The clock is read by the call, when the scoring begins, before its only part, and at its end.
        _time.AtLook(4, () => _time.Move(10 * millisecondsPerRow));
        await queue.ScoreAsync(TinyModels.NewRequest(_model, 1, 10));
        isMeasuring = false;
        return queue;
    }
}
