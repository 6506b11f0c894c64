using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// Spans of a request. Its own is the one that the web server begins from the request's <c>traceparent</c>; below it stand <c>lookup</c>,
/// <c>queue</c> and <c>scoring</c>. Without a listener nothing is made. No value of a request is in them.
/// </summary>
static class RequestTrace
{
    /// <summary>Name of the source of the spans below the request's.</summary>
    public const string SourceName = "Switchyard.Server";

    /// <summary>Name of the source of the request's own span.</summary>
    public const string HostName = "Microsoft.AspNetCore";

    static readonly ActivitySource Source = new(SourceName);

    /// <summary>Says which endpoint it is.</summary>
    public static void Begin(HttpContext context)
    {
        if (Current is not { } span || (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is not { } route) return;
        span.DisplayName = $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method);
        span.SetTag("http.route", route);
    }

    /// <summary>The time in the feature store; dispose it at the end.</summary>
    public static Activity? Lookup() => Source.StartActivity("lookup");

    /// <summary>Says what was scored, and how long it waited and took.</summary>
    /// <param name="request">Scored just now.</param>
    /// <param name="now">The time.</param>
    public static void Scored(RankRequest request, DateTimeOffset now)
    {
        if (Current is not { } span) return;
        span.SetTag("switchyard.model", request.Model.Name);
        span.SetTag("switchyard.version", request.Model.Version);
        span.SetTag("switchyard.rows", request.Items);
        Add("queue", span, now - request.Took - request.Waited, request.Waited);
        Add("scoring", span, now - request.Took, request.Took);
    }

    /// <summary>Says why it was refused: the kind of the problem, nothing of its detail.</summary>
    public static void Refused(Problem problem)
    {
        if (Current is not { } span) return;
        span.SetTag("error.type", problem.Type);
        if (problem.Status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
    }

    // The web server makes an activity for the log alone, too.
    static Activity? Current => Source.HasListeners() && Activity.Current is { IsAllDataRequested: true } span ? span : null;

    static void Add(string name, Activity parent, DateTimeOffset start, TimeSpan duration)
    {
        using var span = Source.StartActivity(name, ActivityKind.Internal, parent.Context, startTime: start);
        // One that takes no time at all would end now.
        span?.SetEndTime((start + duration).UtcDateTime.AddTicks(duration == default ? 1 : 0));
    }
}
