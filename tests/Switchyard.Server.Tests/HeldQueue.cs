using Microsoft.Extensions.DependencyInjection;
using Switchyard.Serving;

namespace Switchyard.Server.Tests;

/// <summary>A queue whose threads wait before they score, until they are let go.</summary>
sealed class HeldQueue : IDisposable
{
    readonly ManualResetEventSlim _released = new();

    /// <param name="options">Of the queue, but one.</param>
    /// <param name="maxWaitMs">Long: what is held waits longer than it should.</param>
    public HeldQueue(ScoringQueueOptions options, double maxWaitMs = 60_000) => Queue = new ScoringQueue(options with { MaxWaitMs = maxWaitMs }, TimeProvider.System, _released.Wait);

    public ScoringQueue Queue { get; }

    public void Add(IServiceCollection services) => services.AddSingleton(Queue);

    public void Release() => _released.Set();

    public async Task Until(Func<QueueState, bool> isSo)
    {
        for (var i = 0; i < 400 && !isSo(Queue.State); i++) await Task.Delay(25);
        isSo(Queue.State).ShouldBeTrue(Queue.State.ToString());
    }

    public void Dispose()
    {
        _released.Set();
        _released.Dispose();
    }
}
