namespace Switchyard.Serving.Tests;

/// <summary>On which thread who waits for scores goes on.</summary>
public sealed class GoingOnTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ManualTime _time = new();
    readonly Gate _gate = new();
    readonly ServedModel _model;

    public GoingOnTests() => _model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));

    public void Dispose()
    {
        _gate.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ScoreAsync_WaitsForItsTurn_GoesOnWithTheScoringThreadIfItSaysSo(bool atOnce)
    {
        await using var queue = Queue();
        var first = _gate.Occupy(queue, _model);
        var thread = ThreadAfter(queue, atOnce);
        _gate.Open();
        await first;
        (await thread).Name.StartsWith("Switchyard serving", StringComparison.Ordinal).ShouldBe(atOnce);
    }

    /// <summary>The thread that refuses is another request's, and holds the queue.</summary>
    [Fact]
    public async Task ScoreAsync_RefusedWhileItWaits_NeverGoesOnWithTheThreadThatRefuses()
    {
        await using var queue = Queue();
        var first = _gate.Occupy(queue, _model);
        var old = ThreadAfter(queue, atOnce: true);
        _time.Move(40);
        Task<ScoreOutcome>? young = null;
        var caller = new Thread(() => young = queue.ScoreAsync(TinyModels.NewRequest(_model, 2)).AsTask());
        caller.Start();
        caller.Join();
        (await old).Id.ShouldNotBe(caller.ManagedThreadId);
        queue.State.Busy.ShouldBe(1);
        _gate.Open();
        await first;
        (await young!).Status.ShouldBe(ScoreStatus.Scored);
    }

    ScoringQueue Queue() => new(new ScoringQueueOptions { Workers = 1, Capacity = 1, MaxWaitMs = 20 }, _time, _gate.Pass);

    async Task<(string Name, int Id)> ThreadAfter(ScoringQueue queue, bool atOnce)
    {
        var request = TinyModels.NewRequest(_model, 1);
        request.GoesOnAtOnce = atOnce;
        await queue.ScoreAsync(request).ConfigureAwait(false);
        return (Thread.CurrentThread.Name ?? "", Environment.CurrentManagedThreadId);
    }
}
