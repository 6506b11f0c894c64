using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Ui;

/// <summary>Answers in JSON.</summary>
static class JsonAnswer
{
    /// <summary>An error in words.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string text) => WriteAsync(context, status, new JsonObject { ["error"] = text });

    public static Task WriteAsync(HttpContext context, int status, JsonNode json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json.ToJsonString(), context.RequestAborted);
    }
}
