using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>What one server measures of itself, where it can be read, and where it is sent.</summary>
sealed class ServerMonitoring : IDisposable
{
    readonly object _scope = new();
    readonly IDisposable? _telemetry;
    ServingMetrics? _serving;

    /// <param name="configuration">Has the variables of the environment.</param>
    /// <param name="drift">How drift is watched.</param>
    /// <param name="log">Hears of what cannot be sent.</param>
    /// <param name="meters">Makes the meters of the application's own parts, Kestrel among them.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InputException">A variable that names a receiver is not valid.</exception>
    public ServerMonitoring(IConfiguration configuration, DriftOptions drift, ILogger log, IMeterFactory meters, TimeProvider time)
    {
        Drift = new DriftDesk(drift, time);
        Store = new MetricStore(Telemetry.Meters, _scope, meters);
        Requests = new ServerMetrics(_scope);
        _telemetry = Telemetry.Start(configuration, log, time);
    }

    /// <summary>Everything that is measured, for <c>/metrics</c>.</summary>
    public MetricStore Store { get; }

    /// <summary>What requests come to.</summary>
    public ServerMetrics Requests { get; }

    /// <summary>How far requests are from what the models were trained on.</summary>
    public DriftDesk Drift { get; }

    /// <summary>Watches models and queue from now on.</summary>
    public void Watch(ModelFolder models, ScoringQueue queue)
    {
        _serving = new ServingMetrics(models, queue, _scope);
        Requests.Watch(Drift, models);
    }

    public void Dispose()
    {
        // First those who ask the instruments.
        _telemetry?.Dispose();
        Store.Dispose();
        _serving?.Dispose();
        Requests.Dispose();
    }
}
