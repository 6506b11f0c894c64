using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Switchyard.Server;

/// <summary>Writes a problem as <c>application/problem+json</c>.</summary>
static class ProblemResponse
{
    public const string ContentType = "application/problem+json";

    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers with a problem; does nothing where an answer has begun already.</summary>
    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        if (response.HasStarted) return;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        if (problem.RetryAfter > 0) response.Headers.RetryAfter = problem.RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (problem.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        var body = problem.Json ?? ToJson(problem);
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The body of a problem.</summary>
    public static byte[] ToJson(Problem problem)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Readable))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, problem.Type);
            writer.WriteString("title"u8, problem.Title);
            writer.WriteNumber("status"u8, problem.Status);
            writer.WriteString("detail"u8, problem.Detail);
            if (problem.Pointer is { } pointer) writer.WriteString("pointer"u8, pointer);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
