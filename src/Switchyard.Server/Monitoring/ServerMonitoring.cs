using Microsoft.Extensions.Configuration;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>What one server measures of itself, where it can be read, and where it is sent.</summary>
sealed class ServerMonitoring : IDisposable
{
    readonly object _scope = new();
    readonly IDisposable? _telemetry;
    ServingMetrics? _serving;

    /// <param name="configuration">Has the variables of the environment.</param>
    public ServerMonitoring(IConfiguration configuration)
    {
        Store = new MetricStore(Telemetry.Meters, _scope);
        Requests = new ServerMetrics(_scope);
        _telemetry = Telemetry.Start(configuration);
    }

    /// <summary>Everything that is measured, for <c>/metrics</c>.</summary>
    public MetricStore Store { get; }

    /// <summary>What requests come to.</summary>
    public ServerMetrics Requests { get; }

    /// <summary>Watches models and queue from now on.</summary>
    public void Watch(ModelFolder models, ScoringQueue queue) => _serving = new ServingMetrics(models, queue, _scope);

    public void Dispose()
    {
        // First those who ask the instruments.
        _telemetry?.Dispose();
        Store.Dispose();
        _serving?.Dispose();
        Requests.Dispose();
    }
}
