namespace Switchyard.Server;

/// <summary>
/// Something that is done for all who ask for it together: one runs, and at most one waits, which those share who asked after the first began,
/// for that one may not have seen what they mean.
/// </summary>
/// <param name="start">Starts it.</param>
sealed class JoinedTask(Func<Task> start)
{
    readonly Lock _lock = new();
    Task _running = Task.CompletedTask;
    Task? _next;

    /// <summary>Ends when it was begun after this call, and done.</summary>
    public Task RunAsync()
    {
        lock (_lock)
        {
            if (_running.IsCompleted && _next is null) return _running = start();
            return _next ??= AfterAsync(_running);
        }
    }

    async Task AfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task own;
        lock (_lock)
        {
            own = _running = start();
            _next = null;
        }

        await own.ConfigureAwait(false);
    }
}
