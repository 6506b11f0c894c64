using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Switchyard.Data;

namespace Switchyard.Ui;

/// <summary><c>GET explain</c>: one row through the model of a run. The model looked at last stays loaded; one request at a time.</summary>
sealed class ExplorerEndpoint(RunFolder folder) : IDisposable
{
    readonly SemaphoreSlim _one = new(1);
    (string Bundle, DateTime Written, Explorer Explorer)? _loaded;

    public async Task AnswerAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (folder.Find(query["run"].ToString()) is not { HasBundle: true } run)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status404NotFound, "This run has no trained model yet.").ConfigureAwait(false);
            return;
        }

        if (!long.TryParse(query["row"], NumberStyles.None, CultureInfo.InvariantCulture, out var row))
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status400BadRequest, "'row' is the number of a row, from 0.").ConfigureAwait(false);
            return;
        }

        await _one.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            var json = await Task.Run(() => Explain(run.Bundle, row, context.RequestAborted), context.RequestAborted).ConfigureAwait(false);
            await JsonAnswer.WriteAsync(context, StatusCodes.Status200OK, json).ConfigureAwait(false);
        }
        catch (InputException e)
        {
            await JsonAnswer.RefuseAsync(context, StatusCodes.Status409Conflict, e.Message).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _loaded?.Explorer.Dispose();
        _one.Dispose();
    }

    JsonObject Explain(string bundle, long row, CancellationToken cancellation)
    {
        // A training replaces its bundle.
        var written = File.GetLastWriteTimeUtc(Path.Combine(bundle, "manifest.json"));
        if (_loaded is not { } loaded || loaded.Bundle != bundle || loaded.Written != written)
        {
            _loaded?.Explorer.Dispose();
            _loaded = null;
            loaded = (bundle, written, Explorer.Open(bundle, cancellation));
            _loaded = loaded;
        }

        var explorer = loaded.Explorer;
        return row < explorer.Rows
            ? explorer.Explain(row, cancellation)
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"There is no row {row}; there are {explorer.Rows}, counted from 0."));
    }
}
