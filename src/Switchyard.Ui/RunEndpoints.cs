using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Ui;

/// <summary>What the page reads of runs, and what it does to the one of this process. See docs/live.md.</summary>
sealed class RunEndpoints(RunFolder folder, LiveRun? live, TimeProvider time, CancellationToken stopping)
{
    readonly string? _live = live is null ? null : Path.GetFullPath(live.Folder);
    volatile bool _hasEnded;

    public void Map(WebApplication application)
    {
        application.MapGet("/runs", (RequestDelegate)ListAsync);
        application.MapGet("/events", (RequestDelegate)EventsAsync);
        application.MapGet("/stream", (RequestDelegate)(context => new RunStream(folder, _live, time).AnswerAsync(context, stopping)));
        application.MapPost("/control", (RequestDelegate)ControlAsync);
    }

    /// <summary>The run of this process takes no more actions.</summary>
    public void EndRun() => _hasEnded = true;

    Task ListAsync(HttpContext context) => JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, RunList.Of(folder, _live));

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
        if (live is null || _hasEnded)
        {
            var why = live is null ? "This page shows logs only; buttons act on a run started with switchyard train --ui." : "The training has ended.";
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status409Conflict, why).ConfigureAwait(false);
            return;
        }

        if (await ReadAsync(context).ConfigureAwait(false) is not { } asked || !TryAct(asked, live))
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "An action is {\"action\": \"stop\"}, {\"action\": \"checkpoint\"} or {\"action\": \"rate\", \"factor\": 0.5} with a factor above 0 and at most 10.").ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    static bool TryAct(JsonElement asked, LiveRun live)
    {
        if (asked.ValueKind != JsonValueKind.Object || !asked.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.String) return false;
        switch (action.GetString())
        {
            case "stop":
                live.Stop();
                return true;
            case "checkpoint":
                live.Checkpoint();
                return true;
            case "rate" when asked.TryGetProperty("factor", out var factor) && factor.ValueKind == JsonValueKind.Number && factor.GetDouble() is > 0 and <= 10 and var scale:
                live.ScaleRate(scale);
                return true;
            default:
                return false;
        }
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
