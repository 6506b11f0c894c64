using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Switchyard.Data;
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
    /// <param name="log">Hears of what cannot be sent.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InputException">A variable is not valid: OpenTelemetry would pass over it, and send nothing or elsewhere.</exception>
    public static IDisposable? Start(IConfiguration configuration, ILogger log, TimeProvider time)
    {
        if (configuration["OTEL_SDK_DISABLED"] is { } disabled && disabled.Equals("true", StringComparison.OrdinalIgnoreCase)) return null;
        var (metrics, traces) = (IsSent(configuration, "METRICS"), IsSent(configuration, "TRACES"));
        if (!metrics && !traces) return null;
        foreach (var end in (string[])["", "METRICS_", "TRACES_"]) RequireValid(configuration, end);
        var troubles = new TelemetryTroubles(log, time);
        var sdk = OpenTelemetrySdk.Create(sdk =>
        {
            sdk.Services.AddSingleton(configuration);
            sdk.ConfigureResource(resource => resource.AddService("switchyard", serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)).AddEnvironmentVariableDetector());
            if (metrics) sdk.WithMetrics(Add);
            if (traces) sdk.WithTracing(builder => builder.AddSource(RequestTrace.SourceName, RequestTrace.HostName));
            sdk.UseOtlpExporter();
        });
        // The last of what is sent may fail too.
        return new Both(sdk, troubles);
    }

    static void RequireValid(IConfiguration configuration, string signal)
    {
        var (endpoint, protocol) = ($"OTEL_EXPORTER_OTLP_{signal}ENDPOINT", $"OTEL_EXPORTER_OTLP_{signal}PROTOCOL");
        if (configuration[endpoint] is { Length: > 0 } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new InputException($"{endpoint}: '{address}' is no address of a receiver; write http://collector:4317, for example.");
        if (configuration[protocol] is { Length: > 0 } name && name is not ("grpc" or "http/protobuf"))
            throw new InputException($"{protocol}: '{name}' is none of grpc, http/protobuf.");
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

    sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
