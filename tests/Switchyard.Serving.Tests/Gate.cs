namespace Switchyard.Serving.Tests;

/// <summary>Holds the threads of a queue once they have taken up requests, until it is opened.</summary>
sealed class Gate : IDisposable
{
    readonly ManualResetEventSlim _open = new();
    readonly SemaphoreSlim _arrived = new(0);

    /// <summary>What threads do before they score.</summary>
    public void Pass()
    {
        _arrived.Release();
        _open.Wait();
    }

    /// <summary>Takes a place of the queue by a request without items, and keeps it until the gate opens.</summary>
    public Task<ScoreOutcome> Occupy(ScoringQueue queue, ServedModel model)
    {
        var outcome = Task.Run(() => queue.ScoreAsync(TinyModels.NewRequest(model, 0, items: 0)).AsTask());
        Arrive();
        return outcome;
    }

    /// <summary>Waits until one more thread stands at the gate.</summary>
    public void Arrive() => _arrived.Wait();

    public void Open() => _open.Set();

    public void Close() => _open.Reset();

    public void Dispose()
    {
        _open.Set();
        _open.Dispose();
        _arrived.Dispose();
    }
}
