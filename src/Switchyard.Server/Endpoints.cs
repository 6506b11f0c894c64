using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Which path leads where, and who may go there.</summary>
static class Endpoints
{
    /// <summary>Maps all endpoints.</summary>
    public static void Map(WebApplication application, Gate gate, ModelFolder models, ScoringQueue queue, ServeOptions options, ServerMonitoring monitoring, ServerObservers observers, TimeProvider time)
    {
        var services = application.Services;
        var routes = new RouteTable(options.Routes, options.Limits);
        var features = services.GetService<IRequestFeatures>();
        var scoring = new ScoringEndpoints(gate, models, queue, routes, options.Limits, features, observers, time);
        var reading = new ModelEndpoints(models, routes, features, monitoring.Drift, application.Lifetime.ApplicationStopping);

        // What no endpoint answers is a problem too.
        application.Use(next => async context =>
        {
            await next(context).ConfigureAwait(false);
            if (context.Response.HasStarted || context.Response.ContentLength > 0) return;
            if (context.Response.StatusCode == StatusCodes.Status404NotFound)
                await gate.AnswerAsync(context, ProblemTypes.Of("not-found", "There is nothing at this path; GET /openapi/v1.json lists what there is.")).ConfigureAwait(false);
            if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                await gate.AnswerAsync(context, ProblemTypes.Of("method-not-allowed", $"This path answers {context.Response.Headers.Allow}.")).ConfigureAwait(false);
        });
        application.UseRouting();
        application.MapPost("/v1/models/{name}/rank", gate.For(KeyRole.Rank, scoring.RankAsync));
        application.MapPost("/v1/models/{name}/score", gate.For(KeyRole.Rank, scoring.ScoreAsync));
        application.MapGet("/v1/models", gate.Keyed(reading.ListAsync));
        application.MapGet("/v1/models/{name}", gate.Keyed(reading.DescribeAsync));
        application.MapGet("/v1/models/{name}/drift", gate.Keyed(reading.DriftAsync));
        application.MapPost("/v1/admin/reload", gate.For(KeyRole.Admin, reading.ReloadAsync));
        application.MapGet("/metrics", gate.Keyed(context => MetricsAsync(context, monitoring.Store)));
        application.MapGet("/healthz", gate.Open(ModelEndpoints.HealthAsync));
        application.MapGet("/readyz", gate.Open(reading.ReadyAsync));
        application.MapOpenApi("/openapi/{documentName}.json");
    }

    static Task MetricsAsync(HttpContext context, MetricStore metrics)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(metrics.Read(), context.RequestAborted);
    }
}
