using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// Sends metrics and traces by OTLP where the standard variables of OpenTelemetry name a receiver
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables); otherwise nothing is sent.
/// </summary>
static class Telemetry
{
    const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Meters whose values are sent, and shown at <c>/metrics</c>.</summary>
    public static readonly IReadOnlySet<string> Meters =
        new HashSet<string>(StringComparer.Ordinal) { ServerMetrics.Name, ServingMetrics.Name, "Switchyard.Features", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel" };

    /// <summary>Begins to send; null where nothing is to be sent. Dispose it to send the rest.</summary>
    /// <param name="configuration">Has the variables of the environment.</param>
    public static IDisposable? Start(IConfiguration configuration)
    {
        if (configuration["OTEL_SDK_DISABLED"] is { } disabled && disabled.Equals("true", StringComparison.OrdinalIgnoreCase)) return null;
        var (metrics, traces) = (IsSent(configuration, "METRICS"), IsSent(configuration, "TRACES"));
        return !metrics && !traces ? null : OpenTelemetrySdk.Create(sdk =>
        {
            sdk.Services.AddSingleton(configuration);
            sdk.ConfigureResource(resource => resource.AddService("switchyard", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)).AddEnvironmentVariableDetector());
            if (metrics) sdk.WithMetrics(Add);
            if (traces) sdk.WithTracing(builder => builder.AddSource(RequestTrace.SourceName, RequestTrace.HostName));
            sdk.UseOtlpExporter();
        });
    }

    static void Add(MeterProviderBuilder builder)
    {
        builder.AddMeter([.. Meters]);
        // Bounds that an instrument names go first; those of the kit are made for milliseconds.
        builder.AddView(instrument => instrument is System.Diagnostics.Metrics.Histogram<double> { Unit: "s", Advice: null } ? new ExplicitBucketHistogramConfiguration { Boundaries = MetricStore.Seconds } : null);
    }

    static bool IsSent(IConfiguration configuration, string signal) =>
        configuration[$"OTEL_{signal}_EXPORTER"] is null or "" or "otlp"
        && (configuration[Endpoint] ?? configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]) is { Length: > 0 };
}
