using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Switchyard.Data;

namespace Switchyard.Ui;

/// <summary>
/// <c>explain</c>: one row, or one item of a request, through the model of a run; <c>records</c>: the recorded requests to choose from.
/// The model looked at last stays loaded; one request at a time.
/// </summary>
sealed class ExplorerEndpoint(RunFolder folder, RecordShelf records) : IAsyncDisposable
{
    /// <summary>Bytes of a request that is pasted: as many as a server takes where it is not told otherwise.</summary>
    public const int MostBytes = 4 << 20;

    readonly SemaphoreSlim _one = new(1);
    (string Bundle, DateTime Written, Explorer Explorer)? _loaded;

    public void Map(WebApplication application)
    {
        application.MapGet("/explain", (RequestDelegate)ChosenAsync);
        application.MapPost("/explain", (RequestDelegate)PastedAsync);
        application.MapGet("/records", (RequestDelegate)RecordsAsync);
    }

    /// <summary>Waits for a request that still looks at the model, which has been told to end; none begins after it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        _loaded?.Explorer.Dispose();
        _loaded = null;
    }

    /// <summary>A row by its number, or an item of a recorded request.</summary>
    Task ChosenAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query.ContainsKey("record"))
        {
            if (Item(query) is not { } item) return NoItemAsync(context);
            return AnswerAsync(context, (explorer, cancellation) => explorer.Request(records.Find(query["record"].ToString(), cancellation), item, cancellation));
        }

        return long.TryParse(query["row"], NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? AnswerAsync(context, (explorer, cancellation) => explorer.Row(row, cancellation))
            : JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "'row' is the number of a row, from 0.");
    }

    /// <summary>An item of the request that is sent.</summary>
    async Task PastedAsync(HttpContext context)
    {
        if (Item(context.Request.Query) is not { } item)
        {
            await NoItemAsync(context).ConfigureAwait(false);
            return;
        }

        if (await ReadAsync(context).ConfigureAwait(false) is not { } body)
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, $"The request has more than {MostBytes >> 20} MiB; leave items out.").ConfigureAwait(false);
        else if (!Utf8.IsValid(body))
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "The request is not UTF-8 text; send JSON in UTF-8.").ConfigureAwait(false);
        else
            await AnswerAsync(context, (explorer, cancellation) => explorer.Request(body, item, cancellation)).ConfigureAwait(false);
    }

    /// <summary>The body; null where it is too large. The web server itself takes more, for at its limit it breaks the connection, and nobody would be told.</summary>
    static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBytes) return null;
        using var read = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false) is > 0 and var length)
        {
            if (read.Length + length > MostBytes) return null;
            read.Write(buffer, 0, length);
        }

        return read.ToArray();
    }

    /// <summary>
    /// The newest recorded requests, newest first, as the run's model sees them; with <c>text</c> those that contain it, with <c>before</c> those older
    /// than the line of that number.
    /// </summary>
    Task RecordsAsync(HttpContext context)
    {
        if (records.IsEmpty) return JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["given"] = false, ["all"] = 0, ["newer"] = 0, ["records"] = new JsonArray() });
        var text = context.Request.Query["text"].ToString();
        var before = long.MaxValue;
        if (context.Request.Query.TryGetValue("before", out var given) && !long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "'before' is the 'oldest' of the answer before.");
        return AnswerAsync(context, (explorer, cancellation) =>
        {
            var found = records.Search(text, before, cancellation);
            var numbers = found.Listed.ToHashSet();
            var listed = new JsonArray();
            var last = found.Listed.LastOrDefault(-1);
            foreach (var (number, place, line) in records.From(found.Listed.FirstOrDefault(), cancellation).TakeWhile(r => r.Number <= last))
            {
                if (!numbers.Contains(number)) continue;
                var record = explorer.Describe(line);
                if (record["refused"] is { } why) record["refused"] = $"{place}: {why}";
                record["name"] = RecordShelf.Name(number, line);
                listed.Insert(0, record);
            }

            return new JsonObject
            {
                ["given"] = true,
                ["all"] = found.All,
                ["newer"] = found.Newer,
                ["oldest"] = found.Listed.IsEmpty ? null : found.Listed[0],
                ["records"] = listed,
            };
        });
    }

    static int? Item(IQueryCollection query) => int.TryParse(query["item"], NumberStyles.None, CultureInfo.InvariantCulture, out var item) ? item : null;

    static Task NoItemAsync(HttpContext context) => JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "'item' is the number of an item of the request, from 0.");

    async Task AnswerAsync(HttpContext context, Func<Explorer, CancellationToken, JsonObject> explain)
    {
        if (folder.Find(context.Request.Query["run"].ToString()) is not { HasBundle: true } run)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status404NotFound, "This run has no trained model yet.").ConfigureAwait(false);
            return;
        }

        var cancellation = context.RequestAborted;
        JsonObject? found = null;
        var trouble = "";
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            found = await Task.Run(() => explain(Load(run.Bundle, cancellation), cancellation), cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            trouble = e.Message;
        }
        finally
        {
            _one.Release();
        }

        if (found is null) await JsonAnswer.RefuseAsync(context, StatusCodes.Status409Conflict, trouble).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, found).ConfigureAwait(false);
    }

    Explorer Load(string bundle, CancellationToken cancellation)
    {
        // A training replaces its bundle.
        var written = File.GetLastWriteTimeUtc(Path.Combine(bundle, "manifest.json"));
        if (_loaded is { } loaded && loaded.Bundle == bundle && loaded.Written == written) return loaded.Explorer;
        _loaded?.Explorer.Dispose();
        _loaded = null;
        var explorer = Explorer.Open(bundle, cancellation);
        _loaded = (bundle, written, explorer);
        return explorer;
    }
}
