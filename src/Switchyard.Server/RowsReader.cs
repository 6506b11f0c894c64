using System.Text.Json;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Reads the body of a score request: rows that have nothing in common.</summary>
sealed class RowsReader(LimitOptions limits)
{
    readonly ValueReader _values = new();

    /// <summary>Reads a body; every row becomes an item.</summary>
    /// <exception cref="ProblemException">The body is not such a request.</exception>
    public void Read(ReadOnlySpan<byte> json, RankRequest request)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.Nesting });
            Read(ref reader, request);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw JsonText.Malformed(e);
        }
    }

    /// <summary>Where a value of a row stands.</summary>
    public static string Pointer(int row, string column) => Row(row).To(column);

    /// <summary>Looks for the scenario of every row, once all that fills in values has done so.</summary>
    /// <exception cref="ProblemException">A row has no value for a level, not even null.</exception>
    public static void RequireScenario(RankRequest request)
    {
        for (var row = 0; row < request.Items; row++)
        {
            foreach (var column in request.Columns.Levels)
            {
                if (request.IsSet(row, column)) continue;
                var name = request.Columns.Names[column];
                throw ProblemTypes.Error("missing-scenario", $"Row {row} does not give column '{name}' of its scenario; give it, or null where it is unknown.", Row(row).To(name));
            }
        }
    }

    static Place Row(int row) => new("/rows", row);

    void Read(ref Utf8JsonReader reader, RankRequest request)
    {
        _values.Begin();
        JsonText.Next(ref reader);
        JsonText.Require(ref reader, JsonTokenType.StartObject, "", "The body");
        var seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueTextEquals("rows"u8) ? "rows" : JsonText.Of(ref reader);
            if (name != "rows") throw ProblemTypes.Error("unknown-property", $"A score request has no '{name}'; it has rows.", JsonPointer.Below("", name));
            if (seen) throw ProblemTypes.Error("duplicate-property", "'rows' is given twice; give it once.", "/rows");
            seen = true;
            reader.Read();
            Rows(ref reader, request);
        }

        // Finds what stands behind the object.
        reader.Read();
        if (!seen) throw ProblemTypes.Error("missing-property", "'rows' is missing; give the rows to score: {\"rows\": [{\"column\": \"value\"}]}.", "/rows");
    }

    void Rows(ref Utf8JsonReader reader, RankRequest request)
    {
        JsonText.Require(ref reader, JsonTokenType.StartArray, "/rows", "'rows'");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (request.Items == limits.Items)
                throw ProblemTypes.Error("too-many-items", $"There are more than {limits.Items} rows; send fewer at a time, or raise limits.items.", "/rows");
            var row = RequestProblem.AddItem(request, "/rows");
            _values.Columns(ref reader, request, row, Row(row));
        }
    }
}
