using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Switchyard.Data;
using Switchyard.Features;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// The features of a store whose server cannot be reached when this one starts: it is tried again and again, and meanwhile a request gets
/// what <c>on_failure</c> says.
/// </summary>
sealed class AwaitedFeatures : IRequestFeatures, IAsyncDisposable
{
    readonly FeatureStoreOptions _options;
    readonly Func<CancellationToken, Task<IFeatureStore>> _reach;
    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly StoreFeatures _meanwhile;
    readonly CancellationTokenSource _closing = new();
    readonly Task _reaching;
    StoreFeatures? _reached;

    AwaitedFeatures(FeatureStoreOptions options, Func<CancellationToken, Task<IFeatureStore>> reach, string reason, ILogger log, TimeProvider time)
    {
        (_options, _reach, _log, _time) = (options, reach, log, time);
        _meanwhile = new StoreFeatures(new NoStore(options), log, time);
        _reaching = ReachAsync(reason);
    }

    public bool IsReady => Reached is not null || _options.OnFailure == FeatureFailure.Missing;

    StoreFeatures? Reached => Volatile.Read(ref _reached);

    /// <summary>Opens a store, now or as soon as its server can be reached.</summary>
    /// <exception cref="InputException">There is no such store, or it does not have the entities.</exception>
    public static IRequestFeatures Open(FeatureStoreOptions options, string baseDirectory, ILogger log, TimeProvider time) =>
        Open(options, cancellation => FeatureStore.ReachAsync(options, baseDirectory, time, cancellation), log, time);

    /// <summary>The same, of any store.</summary>
    internal static IRequestFeatures Open(FeatureStoreOptions options, Func<CancellationToken, Task<IFeatureStore>> reach, ILogger log, TimeProvider time)
    {
        try
        {
            return new StoreFeatures(reach(CancellationToken.None).GetAwaiter().GetResult(), log, time);
        }
        catch (FeatureStoreUnavailableException e)
        {
            ServerLog.StoreFails(log, e.Message);
            return new AwaitedFeatures(options, reach, e.Message, log, time);
        }
    }

    public RequestColumns Columns(ServedModel model)
    {
        if (Reached is { } reached) return reached.Columns(model);
        // Not even the names of all keys are known; nothing that a request says could be judged.
        if (!IsReady) throw Unavailable();
        return _meanwhile.Columns(model);
    }

    public ValueTask FillAsync(RankRequest request, CancellationToken cancellation)
    {
        // A request that was begun before the store was reached may not have the columns of its keys.
        if (Reached is { } reached && ReferenceEquals(request.Columns, reached.Columns(request.Model))) return reached.FillAsync(request, cancellation);
        return IsReady ? MissAsync(request, cancellation) : throw Unavailable();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _reaching.ConfigureAwait(false);
        _closing.Dispose();
        await _meanwhile.DisposeAsync().ConfigureAwait(false);
        if (Reached is { } reached) await reached.DisposeAsync().ConfigureAwait(false);
    }

    static ProblemException Unavailable() => ProblemTypes.Error("store-unavailable", "The feature store cannot be reached yet; try again later.");

    async Task ReachAsync(string reason)
    {
        while (true)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(_options.RetryMs), _time, _closing.Token).ConfigureAwait(false);
                Volatile.Write(ref _reached, new StoreFeatures(await _reach(_closing.Token).ConfigureAwait(false), _log, _time));
                ServerLog.StoreReached(_log);
                return;
            }
            catch (Exception) when (_closing.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is, nobody else tries again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // What is wrong with its tables can be mended as well. The same reason is said once.
                if (e.Message != reason) ServerLog.StoreFails(_log, e.Message);
                reason = e.Message;
            }
        }
    }

    async ValueTask MissAsync(RankRequest request, CancellationToken cancellation)
    {
        await _meanwhile.FillAsync(request, cancellation).ConfigureAwait(false);
        // Which levels the store would give is not known: all that the request leaves out.
        foreach (var level in request.Columns.Levels)
        {
            for (var item = 0; item < request.Items; item++)
            {
                if (!request.IsSet(item, level)) request.Set(item, level, default(ReadOnlySpan<byte>));
            }
        }
    }

    /// <summary>Knows no key. Its entities are those that the options name with their keys.</summary>
    sealed class NoStore(FeatureStoreOptions options) : IFeatureStore
    {
        public ImmutableArray<FeatureEntity> Entities { get; } =
        [
            .. options.Entities.Where(e => (e.Column ?? e.Key) is not null).Select((e, i) => new FeatureEntity(e.Name, i, e.Side, e.Column ?? e.Key!, e.Table ?? e.Name, e.Key ?? "", e.Columns)),
        ];

        public ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
        {
            for (var i = 0; i < rows.Count; i++) rows.Set(i, FeatureRow.Unknown());
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
