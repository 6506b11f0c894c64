using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>Reads the body of a rank request. Made to be used again; a warm one allocates nothing.</summary>
sealed class RankReader(int items = int.MaxValue, int nesting = RequestJson.Deep)
{
    const int KeptIds = 1 << 13;

    static readonly string[] Known = ["scenario", "user", "context", "items", "top"];
    static readonly string[] KnownOfItem = ["id", "fields"];
    static readonly Place[] Sections = [new("/scenario"), new("/user"), new("/context")];

    readonly ValueReader _values = new();
    (int Start, int Length)[] _ids = new (int, int)[64];
    byte[] _sectionOf = [];
    bool _isPath;
    byte[] _name = [];

    [Flags]
    enum Part
    {
        None = 0,
        Scenario = 1,
        User = 2,
        Context = 4,
        Items = 8,
        Top = 16,
    }

    /// <summary>Items that the order is cut to; all of them where the request does not say.</summary>
    public int Top { get; private set; }

    /// <summary>Bytes of memory that it takes.</summary>
    public int Footprint => 8 * _ids.Length;

    /// <summary>Lets go of what a large request needed.</summary>
    public void Trim()
    {
        if (_ids.Length > KeptIds) _ids = new (int, int)[64];
    }

    /// <summary>The id of an item as it stands in the body, with its quotation marks.</summary>
    public Range Id(int item) => _ids[item].Start..(_ids[item].Start + _ids[item].Length);

    /// <summary>Reads a body.</summary>
    /// <param name="json">The body, UTF-8.</param>
    /// <param name="request">Begun for the model; receives the values.</param>
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

    /// <summary>Where a value stands that was given for an item or for the whole request.</summary>
    public string Pointer(int item, string column, RankRequest request)
    {
        var index = request.Columns.Names.IndexOf(column);
        if (item == RankRequest.Shared) return Shared(index, request).To(column);
        // Not among the item's fields: its id became the column's value.
        return index >= 0 && request.IsFilledIn(item, index) ? JsonPointer.Below("/items", item) : Fields(item).To(column);
    }

    Place Shared(int column, RankRequest request)
    {
        var section = column >= 0 ? _sectionOf[column] : (byte)0;
        return _isPath && section == 0 && column >= 0 && request.Columns.Levels.IndexOf(column) is >= 0 and var level ? Level(level) : Sections[section];
    }

    /// <summary>A level in a scenario that is given as an array.</summary>
    static Place Level(int level) => new("/scenario", level, IsValue: true);

    static Place Fields(int item) => new("/items", item, "/fields");

    void Read(ref Utf8JsonReader reader, RankRequest request)
    {
        (Top, _isPath) = (int.MaxValue, false);
        if (_sectionOf.Length < request.Columns.Names.Length) _sectionOf = new byte[request.Columns.Names.Length];
        else Array.Clear(_sectionOf);
        _values.Begin();
        RequestJson.Next(ref reader);
        RequestJson.Require(ref reader, JsonTokenType.StartObject, "", "The body");
        var seen = Part.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var part = PartOf(ref reader);
            if ((seen & part) != 0) throw new RequestException(RequestError.DuplicateProperty, $"'{RequestJson.Of(ref reader)}' is given twice; give it once.", JsonPointer.Below("", RequestJson.Of(ref reader)));
            seen |= part;
            reader.Read();
            switch (part)
            {
                case Part.Scenario:
                    Scenario(ref reader, request);
                    break;
                case Part.User:
                    Shared(ref reader, request, 1);
                    break;
                case Part.Context:
                    Shared(ref reader, request, 2);
                    break;
                case Part.Items:
                    Items(ref reader, request);
                    break;
                default:
                    Top = ReadTop(ref reader);
                    break;
            }
        }

        // Finds what stands behind the object.
        reader.Read();
        if ((seen & Part.Items) == 0) throw new RequestException(RequestError.MissingProperty, "'items' is missing; give the items to rank: {\"items\": [{\"id\": \"a\", \"fields\": {…}}]}.", "/items");
    }

    static Part PartOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("items"u8)) return Part.Items;
        if (reader.ValueTextEquals("scenario"u8)) return Part.Scenario;
        if (reader.ValueTextEquals("user"u8)) return Part.User;
        if (reader.ValueTextEquals("context"u8)) return Part.Context;
        if (reader.ValueTextEquals("top"u8)) return Part.Top;
        var name = RequestJson.Of(ref reader);
        throw new RequestException(RequestError.UnknownProperty, $"A rank request has no '{name}'.{Suggestion.For(name, Known)}", JsonPointer.Below("", name));
    }

    void Scenario(ref Utf8JsonReader reader, RankRequest request)
    {
        var columns = request.Columns;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            _isPath = true;
            var level = 0;
            for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; level++)
            {
                if (level == columns.Levels.Length) throw WrongPath(request);
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    throw new RequestException(RequestError.WrongType, $"A part of the scenario is {RequestJson.Describe(reader.TokenType)}; give a text.", JsonPointer.Below("/scenario", level));
                Give(ref reader, request, columns.Levels[level], Level(level), 0);
            }

            if (level < columns.Levels.Length) throw WrongPath(request);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RequestException(RequestError.WrongType, $"The scenario is {RequestJson.Describe(reader.TokenType)}; give an object of columns and values, or an array of values.", "/scenario");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var column = columns.Find(RequestJson.Name(ref reader, ref _name));
            if (column < 0 || !columns.Levels.Contains(column))
            {
                var name = RequestJson.Of(ref reader);
                throw new RequestException(RequestError.UnknownColumn, $"The scenario has no column '{name}'.{Suggestion.For(name, Levels(request))}", Sections[0].To(name));
            }

            reader.Read();
            Give(ref reader, request, column, Sections[0], 0);
        }
    }

    void Shared(ref Utf8JsonReader reader, RankRequest request, byte section)
    {
        var place = Sections[section];
        RequestJson.Require(ref reader, JsonTokenType.StartObject, place.Pointer, $"'{place.Before[1..]}'");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var columns = request.Columns;
            var column = columns.Find(RequestJson.Name(ref reader, ref _name));
            if (column < 0) throw ValueReader.UnknownColumn(RequestJson.Of(ref reader), columns.Names, place);
            reader.Read();
            Give(ref reader, request, column, place, section);
        }
    }

    void Give(ref Utf8JsonReader reader, RankRequest request, int column, Place place, byte section)
    {
        ValueReader.Value(ref reader, request, RankRequest.Shared, column, place);
        _sectionOf[column] = section;
    }

    void Items(ref Utf8JsonReader reader, RankRequest request)
    {
        RequestJson.Require(ref reader, JsonTokenType.StartArray, "/items", "'items'");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (request.Items == items)
                throw new RequestException(RequestError.TooManyItems, $"There are more than {items} items; send fewer at a time, or raise limits.items.", "/items");
            var item = RequestJson.AddItem(request, "/items");
            if (_ids.Length <= item) Array.Resize(ref _ids, 2 * _ids.Length);
            _ids[item] = default;
            if (reader.TokenType == JsonTokenType.StartObject) Item(ref reader, request, item);
            else Id(ref reader, request, item, new Place("/items", item));
        }
    }

    void Item(ref Utf8JsonReader reader, RankRequest request, int item)
    {
        var (hasId, hasFields) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8) && !hasId)
            {
                hasId = true;
                reader.Read();
                Id(ref reader, request, item, new Place("/items", item, "/id"));
            }
            else if (reader.ValueTextEquals("fields"u8) && !hasFields)
            {
                hasFields = true;
                reader.Read();
                _values.Columns(ref reader, request, item, Fields(item));
            }
            else
            {
                throw WrongProperty(RequestJson.Of(ref reader), item);
            }
        }
    }

    void Id(ref Utf8JsonReader reader, RankRequest request, int item, Place place)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            var what = place.After.Length > 0 ? "An id is a text or a number" : "An item is an object with id and fields, or just an id";
            throw new RequestException(RequestError.WrongType, $"{what}; this is {RequestJson.Describe(reader.TokenType)}.", place.Pointer);
        }

        request.SetId(item, RequestJson.Name(ref reader, ref _name));
        _ids[item] = ((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
    }

    static int ReadTop(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var top) && top > 0) return top;
        throw new RequestException(RequestError.WrongValue, "'top' must be a whole number of at least 1: so many of the order are returned.", "/top");
    }

    /// <summary>
    /// Looks for the scenario of every item, once all that fills in values has done so. A level without a value may be meant (null); one
    /// that nobody mentions is a mistake that scores would not show.
    /// </summary>
    /// <exception cref="RequestException">A level is missing.</exception>
    public static void RequireScenario(RankRequest request)
    {
        foreach (var column in request.Columns.Levels)
        {
            for (var item = 0; item < request.Items && !request.IsOwn(RankRequest.Shared, column); item++)
            {
                if (request.IsOwn(item, column)) continue;
                throw new RequestException(
                    RequestError.MissingScenario, $"Column '{request.Columns.Names[column]}' of the scenario is missing; give it: {{\"scenario\": {{\"{string.Join("\": …, \"", Levels(request))}\": …}}}}.",
                    "/scenario");
            }
        }
    }

    static RequestException WrongProperty(string name, int item) =>
        KnownOfItem.Contains(name)
            ? new RequestException(RequestError.DuplicateProperty, $"'{name}' is given twice; give it once.", JsonPointer.Below(JsonPointer.Below("/items", item), name))
            : new RequestException(
                RequestError.UnknownProperty, $"An item has no '{name}'; it has id and fields, and columns stand within fields.", JsonPointer.Below(JsonPointer.Below("/items", item), name));

    static RequestException WrongPath(RankRequest request) =>
        new RequestException(RequestError.WrongValue, $"The scenario must have {request.Columns.Levels.Length} values: {string.Join(", ", Levels(request))}.", "/scenario");

    static IEnumerable<string> Levels(RankRequest request) => request.Columns.Levels.Select(c => request.Columns.Names[c]);
}
