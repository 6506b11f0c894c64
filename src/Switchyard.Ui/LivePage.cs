using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Switchyard.Data;
using Switchyard.Reports;

namespace Switchyard.Ui;

/// <summary>The page itself: a document that loads one script with its styles and charts in it.</summary>
/// <param name="script">The script.</param>
sealed class LivePage(string script)
{
    const string Document = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <title>Switchyard</title>
        </head>
        <body>
        <script type="application/json" id="document">HEALTH</script>
        <noscript>This page draws with JavaScript; switch it on for 127.0.0.1.</noscript>
        <script src="live.js"></script>
        </body>
        </html>
        """;

    static readonly byte[] Page = System.Text.Encoding.UTF8.GetBytes(Document.Replace(
        "HEALTH", string.Create(CultureInfo.InvariantCulture, $"{{\"dead\":{ExpertHealth.DeadBelow},\"collapsed\":{ExpertHealth.CollapsedBelow},\"not_judged\":[\"{string.Join("\",\"", ExpertHealth.NotJudged)}\"]}}"), StringComparison.Ordinal));

    readonly byte[] _script = System.Text.Encoding.UTF8.GetBytes(script);

    /// <summary>The page that was built into this program.</summary>
    /// <exception cref="InputException">It was built without.</exception>
    public static LivePage Load() => new(PageAssets.Script("live"));

    public void Map(WebApplication application)
    {
        application.MapGet("/", (RequestDelegate)(context => AnswerAsync(context, "text/html; charset=utf-8", Page)));
        application.MapGet("/live.js", (RequestDelegate)(context => AnswerAsync(context, "text/javascript; charset=utf-8", _script)));
    }

    static async Task AnswerAsync(HttpContext context, string type, byte[] bytes)
    {
        (context.Response.ContentType, context.Response.ContentLength) = (type, bytes.Length);
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
