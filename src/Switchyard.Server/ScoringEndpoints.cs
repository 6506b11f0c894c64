using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Rank and score: what the server is for, and the only endpoints whose every microsecond counts.</summary>
sealed class ScoringEndpoints(
    Gate gate, ModelFolder models, ScoringQueue queue, RouteTable routes, LimitOptions limits, IRequestFeatures? features, ServerObservers observers, TimeProvider time)
{
    readonly ScoringWorks _works = new(limits);
    readonly Explain _explain = new(limits);
    readonly ConditionalWeakTable<ServedModel, JsonEncodedText[]> _tasks = [];

    /// <summary><c>POST /v1/models/{name}/rank</c>.</summary>
    public Task RankAsync(HttpContext context) => AdmitAsync(context, isRank: true);

    /// <summary><c>POST /v1/models/{name}/score</c>.</summary>
    public Task ScoreAsync(HttpContext context) => AdmitAsync(context, isRank: false);

    // Before the body is read, and without an exception: a server that refuses many has the least time to do so.
    Task AdmitAsync(HttpContext context, bool isRank) =>
        queue.Refusal() is { } refusal ? gate.AnswerAsync(context, ProblemOf(refusal)) : AnswerAsync(context, isRank);

    async Task AnswerAsync(HttpContext context, bool isRank)
    {
        var work = _works.Rent();
        work.Begin(context.RequestAborted);
        try
        {
            await AnswerAsync(context, work, isRank).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (work.IsCancelled && !context.RequestAborted.IsCancellationRequested)
        {
            throw work.Body.IsWhole
                ? ProblemTypes.Error("timeout", "The request was not answered in time (limits.seconds); try again, or send fewer items.")
                : ProblemTypes.Error("slow-body", "The body did not arrive in time (limits.seconds).");
        }
        finally
        {
            _works.Return(work);
        }
    }

    async Task AnswerAsync(HttpContext context, ScoringWork work, bool isRank)
    {
        var started = time.GetTimestamp();
        var explains = Explain.IsAsked(context);
        if (explains && !isRank) throw ProblemTypes.Error("wrong-value", "Only rank requests are explained: send the row as an item to …/rank?explain=true.");
        var name = (string)context.GetRouteValue("name")!;
        var isRoute = isRank && routes.Has(name);
        if (!isRoute && models.State(name) is null) throw NoModel(name);
        await work.Body.ReadAsync(context.Request, limits.BodyBytes, work.Cancellation).ConfigureAwait(false);
        var target = isRoute ? routes.Choose(name, work.Body.Bytes) : name;
        using var lease = models.Lease(target) ?? throw (isRoute ? NoTarget(name, target) : NoModel(name));
        var request = work.Request;
        request.Begin(lease.Model, features?.Columns(lease.Model));
        if (Read(work, isRank) is { } unread)
        {
            await gate.AnswerAsync(context, unread).ConfigureAwait(false);
            return;
        }

        if (explains) _explain.RequireFew(request);
        var parsed = time.GetTimestamp();
        request.EndGiven();
        if (features is not null)
        {
            // The body may have taken long; what the queue cannot take need not be looked up.
            if (queue.Refusal() is { } refusal) throw new ProblemException(ProblemOf(refusal));
            using var lookup = RequestTrace.Lookup();
            await features.FillAsync(request, work.Cancellation).ConfigureAwait(false);
        }

        if (WithoutScenario(work) is { } unplaced)
        {
            await gate.AnswerAsync(context, unplaced).ConfigureAwait(false);
            return;
        }

        var isLong = explains || request.Items > ScoringQueue.RowsAtOnce;
        request.GoesOnAtOnce = !isLong;
        // This thread is the one that would see the client go: it must be free where that can still save work.
        if (isLong) await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (await ScoreAsync(work).ConfigureAwait(false) is { } unserved)
        {
            // Without an exception, as above.
            await gate.AnswerAsync(context, unserved).ConfigureAwait(false);
            return;
        }

        RequestTrace.Scored(request, time.GetUtcNow());
        if (context.RequestAborted.IsCancellationRequested) return;
        var scored = time.GetTimestamp();
        Write(work, isRank, explains ? _explain.Run(request, work.Cancellation) : []);
        // Who takes the answer slowly must not keep a version that was replaced.
        lease.Dispose();
        await work.Response.SendAsync(context, work.Cancellation).ConfigureAwait(false);
        observers.Served(new ServedRequest(context, lease.Model, request, work.Body.Memory, time.GetElapsedTime(started, parsed), time.GetElapsedTime(parsed, scored), isRank));
    }

    // What is wrong is handed on as a value: an exception is thrown again by every method that waits for the one below.
    static Problem? Read(ScoringWork work, bool isRank)
    {
        try
        {
            work.Reader.Read(work.Body.Bytes, isRank, work.Request);
            return null;
        }
        catch (RequestException e)
        {
            return RequestProblem.Of(e);
        }
    }

    static Problem? WithoutScenario(ScoringWork work)
    {
        try
        {
            work.Reader.RequireScenario(work.Request);
            return null;
        }
        catch (RequestException e)
        {
            return RequestProblem.Of(e);
        }
    }

    async ValueTask<Problem?> ScoreAsync(ScoringWork work)
    {
        ScoreOutcome outcome;
        try
        {
            outcome = await queue.ScoreAsync(work.Request, work.Cancellation).ConfigureAwait(false);
        }
        catch (RequestException e)
        {
            if (RequestProblem.IsOfStore(e, work.Request)) throw RequestProblem.OfStore(e);
            return RequestProblem.Of(e, work.Reader.Pointer(e, work.Request));
        }
        catch (InputException e)
        {
            // A formula without a finite value: the model's mistake. The message has scores and no values.
            throw ProblemTypes.Error("internal-error", e.Message);
        }

        return outcome.Status switch
        {
            ScoreStatus.Scored => null,
            ScoreStatus.Busy => ProblemOf(outcome),
            _ => throw new ProblemException(ProblemOf(outcome)),
        };
    }

    static Problem ProblemOf(ScoreOutcome outcome)
    {
        if (outcome.Status == ScoreStatus.Stopping) return ProblemTypes.Of("stopping", "The server is stopping; ask another one.");
        if (outcome.Status != ScoreStatus.Busy) return ProblemTypes.Of("timeout", "The request was not scored in time; try again, or send fewer items.");
        var seconds = Math.Max(ProblemTypes.RetrySeconds, (int)Math.Ceiling(outcome.RetryAfter.TotalSeconds));
        return ProblemTypes.Overloaded(seconds);
    }

    void Write(ScoringWork work, bool isRank, ImmutableArray<Explanation> explanations)
    {
        var writer = work.Response.Begin();
        var tasks = _tasks.GetValue(work.Request.Model, static model => [.. model.Tasks.Select(t => JsonEncodedText.Encode(t))]);
        if (isRank) RankWriter.WriteRank(writer, work.Request, tasks, work.Body.Bytes, work.Reader.Rank, explanations);
        else RankWriter.WriteRows(writer, work.Request, tasks);
    }

    ProblemException NoTarget(string route, string model) => models.State(model) is not null ? NoModel(model)
        : ProblemTypes.Error("model-unavailable", $"Route '{route}' leads to model '{model}', which this server does not have (yet); its routes or its folder of models have to be mended.");

    ProblemException NoModel(string name)
    {
        if (models.State(name) is not null) return ProblemTypes.Error("model-unavailable", $"No version of model '{name}' can answer now; try again, or look at GET /v1/models/{name}.");
        return routes.Has(name)
            ? ProblemTypes.Error("unknown-model", $"'{name}' is a route, and a score request may have rows of several scenarios; call a model by its own name.")
            : ProblemTypes.Error("unknown-model", $"There is no model '{name}'.{Suggestion.For(name, models.States.Select(s => s.Name).Concat(routes.All.Select(r => r.Name)))}");
    }
}
