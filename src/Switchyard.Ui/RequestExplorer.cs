using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Ui;

/// <summary>Requests to a model, read and scored as its server does. Used by one thread at a time.</summary>
sealed class RequestExplorer
{
    readonly ServedModel _model;
    readonly RequestReader _reader = new();
    readonly RecordedRequest _record = new();
    // Whoever asks has this machine to himself: only memory is a limit.
    readonly RankRequest _request = new() { MostValues = int.MaxValue };

    // Nothing is refused for its scenario: how the model meets one that it does not know is what one may want to see.
    public RequestExplorer(LoadedBundle bundle) => _model = new ServedModel("model", "", bundle, UnknownScenarioRule.Average);

    /// <summary>Explains an item.</summary>
    /// <param name="json">A request's body, or a record of one; UTF-8.</param>
    /// <param name="item">Index of the item or row.</param>
    /// <param name="explainer">Of the same model.</param>
    /// <param name="cancellation">Ends the scoring.</param>
    /// <exception cref="InputException">There is no such item, or it is no request that the model takes.</exception>
    public JsonObject Explain(ReadOnlySpan<byte> json, int item, RowExplainer explainer, CancellationToken cancellation)
    {
        try
        {
            if (json.StartsWith("\uFEFF"u8)) json = json[3..];
            json = json.TrimStart(" \t\r\n"u8);
            var isRecord = json.StartsWith(RecordLine.Head) || RecordedRequest.IsOne(json);
            if (isRecord) ReadRecord(json);
            else Read(json);
            RequireItem(item);
            Score(isRecord, cancellation);
            var row = RequestRows.Encode(_request, item);
            var path = PathJson.Of(row, 0, explainer.Explain(row, 0));
            (path["item"], path["items"]) = (item, _request.Items);
            path["id"] = _request.Id(item) is { IsEmpty: false } id ? Encoding.UTF8.GetString(id) : null;
            path["missing"] = new JsonArray([.. Missing(item)]);
            path["scores"] = new JsonArray([.. Scores(item, isRecord)]);
            path["record"] = isRecord ? Origin() : null;
            return path;
        }
        finally
        {
            _request.Clear();
        }
    }

    /// <summary>What a line of a file of records is: when it was answered and by which weights, and whether this model takes it.</summary>
    public JsonObject Describe(ReadOnlySpan<byte> line)
    {
        try
        {
            _record.Read(line);
            var origin = Origin();
            _record.Fill(line, _model, _request);
            if (_request.Items == 0) return new JsonObject { ["refused"] = "it has no items" };
            origin["items"] = _request.Items;
            origin["scenario"] = string.Join('/', _model.Columns.Levels.Select(c => _request.Value(0, c) is { IsEmpty: false } node ? Encoding.UTF8.GetString(node) : "missing"));
            return origin;
        }
        catch (InputException e)
        {
            return new JsonObject { ["refused"] = e.Message };
        }
        finally
        {
            _request.Clear();
        }
    }

    void ReadRecord(ReadOnlySpan<byte> line)
    {
        _record.Read(line);
        _record.Fill(line, _model, _request);
    }

    void Read(ReadOnlySpan<byte> body)
    {
        _request.Begin(_model);
        try
        {
            _reader.Read(body, RequestReader.IsRank(body), _request);
            _reader.RequireScenario(_request);
        }
        catch (RequestException e)
        {
            var hint = e.Error switch
            {
                RequestError.UnknownColumn when !e.Message.Contains("Did you mean", StringComparison.Ordinal) => " A key that only a feature store is asked by must be left out here.",
                RequestError.MissingScenario => " No feature store is asked here; give what it would have given, or take a record of the request.",
                _ => "",
            };
            throw new InputException(e.Sentence + hint, e);
        }
    }

    void RequireItem(int item)
    {
        if (_request.Items == 0) throw new InputException("The request has no items; give at least one.");
        if (item >= _request.Items) throw new InputException(string.Create(CultureInfo.InvariantCulture, $"There is no item {item}; the request has {_request.Items}, counted from 0."));
    }

    void Score(bool isRecord, CancellationToken cancellation)
    {
        try
        {
            DirectScoring.Score(_request, cancellation);
        }
        catch (RequestException e)
        {
            throw new InputException(!isRecord && _reader.Pointer(e, _request) is { } pointer ? e.At(pointer).Sentence : e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // The model's fault, and no reason for a trace of our calls.
            throw new InputException(e.Message, e);
        }
    }

    /// <summary>Columns that scoring reads and nobody gave, not even as missing.</summary>
    IEnumerable<JsonNode?> Missing(int item)
    {
        for (var column = 0; column < _model.Columns.Read; column++)
        {
            if (!_request.IsSet(item, column)) yield return _model.Columns.Names[column];
        }
    }

    IEnumerable<JsonNode?> Scores(int item, bool isRecord)
    {
        for (var task = 0; task < _model.Tasks.Length; task++)
        {
            var recorded = isRecord ? _record.Scores.Find(s => s.Task == _model.Tasks[task]).Scores : null;
            yield return Compared(_model.Tasks[task], _request.Score(task, item), recorded?[item]);
        }

        yield return Compared("fused", _request.Fused[item], isRecord ? _record.Fused[item] : null);
    }

    static JsonObject Compared(string name, float score, float? recorded) => new()
    {
        ["name"] = name,
        ["score"] = PathJson.Number(score),
        ["recorded"] = recorded is { } known ? PathJson.Number(known) : null,
        ["same"] = recorded is { } other ? RecordedRequest.IsSame(other, score) : null,
    };

    JsonObject Origin() => new()
    {
        ["time"] = _record.Time,
        ["kind"] = _record.IsRank ? "rank" : "score",
        ["model"] = _record.Model,
        ["version"] = _record.Version,
        ["same_weights"] = _record.Digest == _model.Digest,
        ["same_fusion"] = _record.Fusion == _model.Fusion.Version,
    };
}
