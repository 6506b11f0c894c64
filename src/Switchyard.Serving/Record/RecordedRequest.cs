using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>A line of a file of records, read. Made to be used again.</summary>
sealed class RecordedRequest
{
    // A recorded request met the limits of its server; here only memory is one.
    readonly RequestReader _reader = new();
    readonly List<string> _lookup = [];
    (int Start, int Length) _body;
    (int Start, int Length) _filled;

    /// <summary>Whether it ranked items; otherwise it scored rows.</summary>
    public bool IsRank { get; private set; }

    /// <summary>When it was answered, as it stands there.</summary>
    public string Time { get; private set; } = "";

    /// <summary>Name of the model that answered.</summary>
    public string Model { get; private set; } = "";

    /// <summary>Its version.</summary>
    public string Version { get; private set; } = "";

    /// <summary>SHA-256 of its weights.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Version of its fusion.</summary>
    public string Fusion { get; private set; } = "";

    /// <summary>Tasks and their scores, one per item; NaN for one that was no finite number.</summary>
    public List<(string Task, List<float> Scores)> Scores { get; } = [];

    /// <summary>Fused score of every item.</summary>
    public List<float> Fused { get; } = [];

    /// <summary>Reads a line.</summary>
    /// <exception cref="InputException">It is no record; the message says what is wrong.</exception>
    public void Read(ReadOnlySpan<byte> line)
    {
        (Time, Model, Version, Digest, Fusion, _body, _filled) = ("", "", "", "", "", default, default);
        Scores.Clear();
        Fused.Clear();
        _lookup.Clear();
        try
        {
            var reader = new Utf8JsonReader(line);
            Read(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw NoRecord(e);
        }

        if (_body.Length == 0 || Digest.Length == 0 || Scores.Count == 0) throw new InputException("this is no record of a request: request, digest or scores are missing");
        if (Scores.Any(s => s.Scores.Count != Fused.Count)) throw new InputException("this is no record of a request: its tasks do not have one score for each fused one");
    }

    /// <summary>Whether a text is a record, however it is laid out, and no request: no request has a digest.</summary>
    public static bool IsOne(ReadOnlySpan<byte> json) => RequestJson.Has(json, "digest"u8);

    /// <summary>Whether a line is a whole JSON object.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read()) reader.Skip();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether a recorded score has the bits of another. A record does not say which number that is not finite a score was.</summary>
    public static bool IsSame(float recorded, float score) =>
        BitConverter.SingleToInt32Bits(recorded) == BitConverter.SingleToInt32Bits(score) || !(float.IsFinite(recorded) || float.IsFinite(score));

    /// <summary>Gives a request all values that the recorded one had.</summary>
    /// <param name="line">The line that was read.</param>
    /// <param name="model">The model that is to score it.</param>
    /// <param name="request">Receives the values.</param>
    /// <exception cref="InputException">The model does not take it; the message says why.</exception>
    public void Fill(ReadOnlySpan<byte> line, ServedModel model, RankRequest request)
    {
        request.Begin(model, _lookup.Count > 0 ? model.Columns.With(_lookup) : null);
        try
        {
            var body = line.Slice(_body.Start, _body.Length);
            _reader.Read(body, IsRank, request);
            if (request.Items != Fused.Count) throw new InputException($"the record has {Fused.Count} scores for {request.Items} items");
            if (_filled.Length > 0) FillIn(line.Slice(_filled.Start, _filled.Length), request);
            _reader.RequireScenario(request);
        }
        catch (RequestException e)
        {
            throw new InputException(e.Sentence, e);
        }
        catch (InvalidOperationException e)
        {
            throw NoRecord(e);
        }
    }

    static InputException NoRecord(Exception e) => new(
        $"this is no record of a request: {(e is JsonException json ? RequestJson.WordsOf(json).TrimEnd('.') : "one of its values is not of the type that it has in a record")}", e);

    void Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("it is no JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "time":
                    Time = reader.GetString() ?? "";
                    break;
                case "kind":
                    IsRank = reader.GetString() == "rank";
                    break;
                case "model":
                    Model = reader.GetString() ?? "";
                    break;
                case "version":
                    Version = reader.GetString() ?? "";
                    break;
                case "digest":
                    Digest = reader.GetString() ?? "";
                    break;
                case "fusion":
                    Fusion = reader.GetString() ?? "";
                    break;
                case "scores":
                    ReadScores(ref reader);
                    break;
                case "fused":
                    ReadNumbers(ref reader, Fused);
                    break;
                case "lookup":
                    while (reader.Read() && reader.TokenType == JsonTokenType.String) _lookup.Add(reader.GetString()!);
                    break;
                case "filled":
                    _filled = Skip(ref reader);
                    break;
                case "request":
                    _body = Skip(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // Finds what stands behind the object.
        reader.Read();
    }

    void ReadScores(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var scores = new List<float>();
            Scores.Add((reader.GetString()!, scores));
            reader.Read();
            ReadNumbers(ref reader, scores);
        }
    }

    static void ReadNumbers(ref Utf8JsonReader reader, List<float> numbers)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("scores are a list of numbers");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) numbers.Add(reader.TokenType == JsonTokenType.Null ? float.NaN : reader.GetSingle());
    }

    static (int Start, int Length) Skip(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return (start, (int)reader.BytesConsumed - start);
    }

    static void FillIn(ReadOnlySpan<byte> filled, RankRequest request)
    {
        var reader = new Utf8JsonReader(filled);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isShared = reader.ValueTextEquals("request"u8);
            reader.Read();
            if (isShared) FillIn(ref reader, request, RankRequest.Shared);
            else for (var item = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; item++) FillIn(ref reader, request, item);
        }
    }

    // A column that this model does not have, it does not need.
    static void FillIn(ref Utf8JsonReader reader, RankRequest request, int item)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = request.Columns.Names.IndexOf(reader.GetString()!);
            reader.Read();
            if (column < 0 || item >= request.Items || request.IsSet(item, column)) continue;
            var value = request.Room(reader.ValueSpan.Length);
            request.Set(item, column, reader.CopyString(value));
        }
    }
}
