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
        <style>#plain{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;animation:late 2s step-end}@keyframes late{from{visibility:hidden}}</style>
        </head>
        <body>
        <script type="application/json" id="document">HEALTH</script>
        <main id="plain">
        <h1>Switchyard: training</h1>
        <p>This page is drawn by its script, which did not run: JavaScript is switched off for 127.0.0.1, the browser is too old, or the server has ended. A training goes on
        without it. Switch JavaScript on or open the page in a current browser and load it again; without one, the terminal shows how training goes, and
        <code>switchyard report</code> writes a finished run as text and tables.</p>
        </main>
        <script src="live.js"></script>
        </body>
        </html>
        """;

    static readonly byte[] Page = System.Text.Encoding.UTF8.GetBytes(Document.Replace(
        "HEALTH",
        string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"dead\":{ExpertHealth.DeadBelow},\"collapsed\":{ExpertHealth.CollapsedBelow},\"hardly\":{ExpertHealth.HardlyBelow},\"serves\":{ExpertHealth.ServesFrom},\"rests\":{ExpertHealth.RestsFrom},\"least_rows\":{ExpertHealth.LeastRows},\"not_judged\":[\"{string.Join("\",\"", ExpertHealth.NotJudged)}\"]}}"),
        StringComparison.Ordinal));

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
