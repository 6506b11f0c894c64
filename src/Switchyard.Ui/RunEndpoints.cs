using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Ui;

/// <summary>What the page reads of runs, and what it does to the one of this process. See docs/live.md.</summary>
sealed class RunEndpoints(RunFolder folder, LiveRun? live, TimeProvider time, CancellationToken stopping)
{
    public void Map(WebApplication application)
    {
        application.MapGet("/runs", (RequestDelegate)ListAsync);
        application.MapGet("/events", (RequestDelegate)EventsAsync);
        application.MapGet("/stream", (RequestDelegate)(context => new RunStream(folder, time).AnswerAsync(context, stopping)));
        application.MapPost("/control", (RequestDelegate)ControlAsync);
    }

    Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, RunList.Of(folder.Runs()));

    /// <summary>A piece of a log as it is; the header says where the next begins.</summary>
    async Task EventsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (folder.Find(query["run"].ToString()) is not { } run)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such run; GET runs lists those there are.").ConfigureAwait(false);
            return;
        }

        var text = query["from"].ToString();
        if ((text.Length == 0 ? default(LogCursor) : LogCursor.Parse(text)) is not { } from)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "'from' is the Switchyard-Next header of the answer before.").ConfigureAwait(false);
            return;
        }

        var piece = RunLog.Read(run.Log, from);
        context.Response.Headers["Switchyard-Next"] = piece.Next.ToString();
        context.Response.Headers["Switchyard-Anew"] = piece.IsAnew ? "true" : "false";
        context.Response.ContentType = "application/jsonl; charset=utf-8";
        await context.Response.Body.WriteAsync(piece.Lines, context.RequestAborted).ConfigureAwait(false);
    }

    async Task ControlAsync(HttpContext context)
    {
        if (live is null)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status409Conflict, "This page shows logs only; buttons act on a run started with switchyard train --ui.").ConfigureAwait(false);
            return;
        }

        if (await ReadAsync(context).ConfigureAwait(false) is not { } asked || ActionOf(asked, live) is not { } act)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "An action is {\"action\": \"stop\"}, {\"action\": \"checkpoint\"} or {\"action\": \"rate\", \"factor\": 0.5} with a factor above 0 and at most 10.").ConfigureAwait(false);
            return;
        }

        if (!act())
        {
            var why = act == live.Checkpoint ? "No checkpoint will be saved: the training has made its last step, or it keeps no checkpoints." : "The training has made its last step.";
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status409Conflict, why).ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>What is asked of the run; null for nothing it knows.</summary>
    static Func<bool>? ActionOf(JsonElement asked, LiveRun live)
    {
        if (asked.ValueKind != JsonValueKind.Object || !asked.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.String) return null;
        return action.GetString() switch
        {
            "stop" => live.Stop,
            "checkpoint" => live.Checkpoint,
            "rate" when asked.TryGetProperty("factor", out var factor) && factor.ValueKind == JsonValueKind.Number && factor.GetDouble() is > 0 and <= 10 and var scale => () => live.ScaleRate(scale),
            _ => null,
        };
    }

    static async Task<JsonElement?> ReadAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync<JsonElement>(context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or BadHttpRequestException)
        {
            return null;
        }
    }
}
