using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>
/// A store with a time limit and a circuit: where it fails again and again, it is left alone for a while and answers at once that it
/// is unavailable; then one lookup tries it. Rows given to a lookup that failed must not be used again: the store may still write to them.
/// </summary>
sealed class GuardedFeatures : IFeatureStore
{
    readonly IFeatureStore _store;
    readonly FeatureMetrics _metrics;
    readonly TimeProvider _time;
    readonly TimeSpan _retry;
    readonly string _limit;
    readonly ResiliencePipeline _pipeline;

    public GuardedFeatures(IFeatureStore store, FeatureStoreOptions options, FeatureMetrics metrics, TimeProvider time)
    {
        _store = store;
        _metrics = metrics;
        _time = time;
        _retry = TimeSpan.FromMilliseconds(options.RetryMs);
        _limit = string.Create(CultureInfo.InvariantCulture, $"no answer within {options.TimeoutMs} ms");
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is { } e && (e is TimeoutRejectedException || IsOfStore(e))),
                FailureRatio = 0.5,
                MinimumThroughput = 3,
                SamplingDuration = TimeSpan.FromSeconds(1),
                BreakDuration = _retry,
            })
            .AddTimeout(TimeSpan.FromMilliseconds(options.TimeoutMs))
            .Build();
    }

    public ImmutableArray<FeatureEntity> Entities => _store.Entities;

    public async ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
    {
        var entity = rows.Entity;
        var start = _time.GetTimestamp();
        try
        {
            // A driver may go on for longer than its token says; the wait does not.
            await _pipeline.ExecuteAsync(
                static async (call, token) => await call._store.LookupAsync(call.rows, token).AsTask().WaitAsync(token).ConfigureAwait(false),
                (_store, rows), cancellation).ConfigureAwait(false);
            _metrics.Asked(entity, _time.GetElapsedTime(start));
        }
        catch (BrokenCircuitException e)
        {
            throw Unavailable(entity, "it failed before, and is not asked again for a moment", e, e.RetryAfter ?? _retry);
        }
        catch (TimeoutRejectedException e)
        {
            _metrics.Asked(entity, _time.GetElapsedTime(start));
            throw Unavailable(entity, _limit, e, _retry);
        }
        catch (Exception e) when (IsOfStore(e))
        {
            _metrics.Asked(entity, _time.GetElapsedTime(start));
            throw Unavailable(entity, PostgresConnection.Reason(e), e, _retry);
        }
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    static bool IsOfStore(Exception e) =>
        e is DbException or IOException or System.Net.Sockets.SocketException or TimeoutException or InputException or FeatureStoreUnavailableException;

    FeatureStoreUnavailableException Unavailable(FeatureEntity entity, string reason, Exception e, TimeSpan retryAfter)
    {
        _metrics.Failed(entity);
        return new FeatureStoreUnavailableException($"The feature store cannot be asked for '{entity.Name}': {reason}. Try again later.", e) { RetryAfter = retryAfter };
    }
}
