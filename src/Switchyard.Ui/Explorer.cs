using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Ui;

/// <summary>
/// A run's trained model, to look at one row after another: rows it was measured on, items of requests. Used by one thread at a time.
/// </summary>
sealed class Explorer : IDisposable
{
    readonly LoadedBundle _bundle;
    readonly RowExplainer _explainer;
    readonly RequestExplorer _requests;
    (Dataset Data, Part Part)? _measured;

    Explorer(LoadedBundle bundle) => (_bundle, _explainer, _requests) = (bundle, new RowExplainer(bundle.Ranker), new RequestExplorer(bundle));

    /// <summary>Loads a model.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static Explorer Open(string bundle, CancellationToken cancellation) => new(ModelBundle.Load(bundle, cancellation));

    /// <summary>Explains a row that the model was measured on.</summary>
    /// <param name="number">Its place in the part, from 0.</param>
    /// <param name="cancellation">Ends the search for it.</param>
    /// <exception cref="InputException">There is no such row, or the rows are gone.</exception>
    public JsonObject Row(long number, CancellationToken cancellation)
    {
        var (data, part) = _measured ??= Run.OpenMeasured(_bundle, cancellation);
        var all = data.Rows(part);
        if (number >= all) throw new InputException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"There is no row {number}; there are {all}, counted from 0."));
        using var rows = data.Open(part);
        var batch = new Batch(_bundle.Ranker.Schema, 4096);
        rows.Rewind(0);
        var left = number;
        for (; rows.Next(batch, batch.Capacity) && left >= batch.Count; left -= batch.Count) cancellation.ThrowIfCancellationRequested();
        batch.FixPositions();
        var path = PathJson.Of(batch, (int)left, _explainer.Explain(batch, (int)left));
        (path["row"], path["rows"], path["part"]) = (number, all, part.Name());
        for (var task = 0; task < batch.Schema.Tasks.Length; task++) path["tasks"]![task]!["label"] = PathJson.Number(batch.Labels(task)[(int)left]);
        return path;
    }

    /// <summary>Explains an item of a request.</summary>
    /// <param name="json">Body of a request to rank items or to score rows, or a line of a file of records; UTF-8.</param>
    /// <param name="item">Index of the item or row.</param>
    /// <param name="cancellation">Ends the scoring.</param>
    /// <exception cref="InputException">There is no such item, or it is no request that the model takes.</exception>
    public JsonObject Request(ReadOnlySpan<byte> json, int item, CancellationToken cancellation) => _requests.Explain(json, item, _explainer, cancellation);

    /// <summary>What a line of a file of records is, for this model.</summary>
    public JsonObject Describe(ReadOnlySpan<byte> line) => _requests.Describe(line);

    public void Dispose() => _measured?.Data.Dispose();
}
