using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchyard.Server;

/// <summary>What every request passes: its key is checked, and whatever goes wrong becomes a problem, in one place.</summary>
/// <param name="keys">Keys; null where none are needed.</param>
/// <param name="logDetails">Whether the details of refused requests are logged.</param>
/// <param name="observers">Hear of refused requests.</param>
/// <param name="log">The server's log.</param>
/// <param name="time">The clock.</param>
sealed class Gate(KeyRing? keys, bool logDetails, ServerObservers observers, ILogger log, TimeProvider time)
{
    const string Header = "X-Api-Key";
    const string Bearer = "Bearer ";

    static readonly HashSet<string> Proxied = new(["Forwarded", "Via", "X-Real-IP", "Origin"], StringComparer.OrdinalIgnoreCase);

    readonly LogPause _pause = new(time);

    /// <summary>An endpoint for everybody.</summary>
    public RequestDelegate Open(RequestDelegate endpoint) => context => RunAsync(context, endpoint, null);

    /// <summary>An endpoint for any key.</summary>
    public RequestDelegate Keyed(RequestDelegate endpoint) => Checked(endpoint, Check);

    /// <summary>An endpoint for keys of one role.</summary>
    public RequestDelegate For(KeyRole role, RequestDelegate endpoint) => Checked(endpoint, role == KeyRole.Admin ? CheckAdmin : CheckRank);

    RequestDelegate Checked(RequestDelegate endpoint, Action<HttpContext> check) => context => RunAsync(context, endpoint, check);

    async Task RunAsync(HttpContext context, RequestDelegate endpoint, Action<HttpContext>? check)
    {
        Problem problem;
        try
        {
            RequestTrace.Begin(context);
            check?.Invoke(context);
            await endpoint(context).ConfigureAwait(false);
            return;
        }
        catch (ProblemException e)
        {
            problem = e.Problem;
            if (check is not null && IsFailure(problem) && _pause.IsOver(problem.Type)) ServerLog.Unserved(log, problem.Status, problem.Type, problem.Detail);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or ConnectionAbortedException or ConnectionResetException)
        {
            // Nobody is there to be answered.
            return;
        }
        catch (BadHttpRequestException e)
        {
            problem = Refused(e);
        }
#pragma warning disable CA1031 // The boundary: whatever happens below ends as a problem, and never as a stack trace for a client.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Its message may quote values of the request.
            ServerLog.Failed(log, $"{e.GetType()}{(logDetails ? $": {e.Message}" : "")}{Environment.NewLine}{e.StackTrace}");
            problem = ProblemTypes.Of("internal-error", "The server failed on this request; its log says where.");
        }

        await AnswerAsync(context, problem).ConfigureAwait(false);
    }

    /// <summary>Answers with a problem, and lets log and observers know.</summary>
    public Task AnswerAsync(HttpContext context, Problem problem)
    {
        if (logDetails) ServerLog.RefusedWithDetails(log, problem.Status, problem.Type, problem.Pointer, problem.Detail);
        else ServerLog.Refused(log, problem.Status, problem.Type);
        RequestTrace.Refused(problem);
        observers.Refused(context, problem);
        // What is left of the body is not waited for.
        if (problem.Type is "body-too-large" or "slow-body" && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
        return ProblemResponse.WriteAsync(context, problem);
    }

    // What the operator has to know of. Overload is counted and answered as meant, and the keys and the store speak for themselves.
    static bool IsFailure(Problem problem) =>
        problem.Status >= StatusCodes.Status500InternalServerError && problem.Type is not ("overloaded" or "stopping" or "keys-unavailable" or "store-unavailable");

    static Problem Refused(BadHttpRequestException e) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => ProblemTypes.Of("body-too-large", "The body is too large; send fewer items at a time, or raise limits.body_bytes."),
        StatusCodes.Status408RequestTimeout => ProblemTypes.Of("slow-body", "The body did not arrive in time."),
        _ => ProblemTypes.Of("incomplete-body", "The body ended before its announced length."),
    };

    void Check(HttpContext context) => Role(context);

    void CheckRank(HttpContext context) => Require(context, KeyRole.Rank);

    void CheckAdmin(HttpContext context)
    {
        if (keys is null && context.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
            throw ProblemTypes.Error("local-only", "Without a file of keys, only the machine itself may administer; start the server with keys.");
        if (keys is null && IsForAnother(context.Request.Headers))
            throw ProblemTypes.Error("local-only", "Without a file of keys, only the machine itself may administer, and this request comes through a proxy or from a web page; start the server with keys.");
        Require(context, KeyRole.Admin);
    }

    // A proxy on this machine, or a page in a browser on it, asks in the name of somebody else.
    static bool IsForAnother(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || Proxied.Contains(name)) return true;
        }

        return false;
    }

    void Require(HttpContext context, KeyRole needed)
    {
        if (Role(context) is { } role && role != needed)
            throw ProblemTypes.Error("key-role", needed == KeyRole.Admin ? "This key ranks; administration needs a key with --role admin." : "This key administers; ranking needs a key with --role rank.");
    }

    // Null where no keys are needed.
    KeyRole? Role(HttpContext context)
    {
        if (keys is null) return null;
        var headers = context.Request.Headers;
        string? key = headers[Header];
        if (key is null && headers.Authorization.ToString() is var authorization && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            key = authorization[Bearer.Length..];
        if (string.IsNullOrEmpty(key)) throw ProblemTypes.Error("key-missing", $"Send a key in the header {Header}, or as Authorization: Bearer.");
        return keys.Find(key) ?? throw ProblemTypes.Error("key-unknown", "The server does not know this key; it may have been revoked.");
    }
}
