using System.Text.Json;

namespace Switchyard.Serving;

/// <summary>Reads the body of a score request: rows that have nothing in common.</summary>
sealed class RowsReader(int items = int.MaxValue, int nesting = RequestJson.Deep)
{
    readonly ValueReader _values = new();

    /// <summary>Reads a body; every row becomes an item.</summary>
    /// <exception cref="RequestException">The body is not such a request.</exception>
    public void Read(ReadOnlySpan<byte> json, RankRequest request)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = nesting });
            Read(ref reader, request);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw RequestJson.Malformed(e);
        }
    }

    /// <summary>Where a value of a row stands.</summary>
    public static string Pointer(int row, string column) => Row(row).To(column);

    /// <summary>Looks for the scenario of every row, once all that fills in values has done so.</summary>
    /// <exception cref="RequestException">A row has no value for a level, not even null.</exception>
    public static void RequireScenario(RankRequest request)
    {
        for (var row = 0; row < request.Items; row++)
        {
            foreach (var column in request.Columns.Levels)
            {
                if (request.IsSet(row, column)) continue;
                var name = request.Columns.Names[column];
                throw new RequestException(RequestError.MissingScenario, $"Row {row} does not give column '{name}' of its scenario; give it, or null where it is unknown.", Row(row).To(name));
            }
        }
    }

    static Place Row(int row) => new("/rows", row);

    void Read(ref Utf8JsonReader reader, RankRequest request)
    {
        _values.Begin();
        RequestJson.Next(ref reader);
        RequestJson.Require(ref reader, JsonTokenType.StartObject, "", "The body");
        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueTextEquals("rows"u8) ? "rows" : RequestJson.Of(ref reader);
            if (name != "rows") throw new RequestException(RequestError.UnknownProperty, $"A score request has no '{name}'; it has rows.", JsonPointer.Below("", name));
            if (seen) throw new RequestException(RequestError.DuplicateProperty, "'rows' is given twice; give it once.", "/rows");
            seen = true;
            reader.Read();
            Rows(ref reader, request);
        }

        // Finds what stands behind the object.
        reader.Read();
        if (!seen) throw new RequestException(RequestError.MissingProperty, "'rows' is missing; give the rows to score: {\"rows\": [{\"column\": \"value\"}]}.", "/rows");
    }

    void Rows(ref Utf8JsonReader reader, RankRequest request)
    {
        RequestJson.Require(ref reader, JsonTokenType.StartArray, "/rows", "'rows'");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (request.Items == items)
                throw new RequestException(RequestError.TooManyItems, $"There are more than {items} rows; send fewer at a time, or raise limits.items.", "/rows");
            var row = RequestJson.AddItem(request, "/rows");
            _values.Columns(ref reader, request, row, Row(row));
        }
    }
}
