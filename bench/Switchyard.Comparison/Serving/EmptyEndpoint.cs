using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Switchyard.Comparison;

/// <summary>The least that a service does with a request: it receives the body, reads every token of its JSON, and answers a constant.</summary>
static class EmptyEndpoint
{
    public const string Verb = "empty-endpoint";

    public const string Path = "/empty";

    public const string Health = "/healthz";

    /// <summary>What the process of its own does; true where the arguments ask for it.</summary>
    public static bool Serve(string[] args)
    {
        if (args is not [Verb]) return false;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.MapPost(Path, AnswerAsync);
        application.MapGet(Health, context => SendAsync(context.Response, "ok"u8.ToArray()));
        application.StartAsync().GetAwaiter().GetResult();
        Console.Error.WriteLine($"listening on {application.Urls.Single()}");
        application.Lifetime.ApplicationStopped.WaitHandle.WaitOne();
        return true;
    }

    static async Task AnswerAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var read = await reader.ReadAsync();
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync();
        }

        var tokens = Count(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        await SendAsync(context.Response, tokens > 0 ? "{\"parsed\":true}"u8.ToArray() : "{}"u8.ToArray());
    }

    static int Count(in ReadOnlySequence<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var tokens = 0;
        while (reader.Read()) tokens++;
        return tokens;
    }

    static async Task SendAsync(HttpResponse response, byte[] body)
    {
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }
}
