using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>
/// Reads values of columns into a request as a file would have them: a text unescaped, a number with its own digits, true and false as 1 and 0,
/// null as missing, and a list as the field's separated text.
/// </summary>
sealed class ValueReader
{
    // Columns in the order in which the last object gave them: the next one usually gives the same.
    int[] _order = new int[16];
    int _known;
    byte[] _name = [];

    /// <summary>Forgets what the last request looked like.</summary>
    public void Begin() => _known = 0;

    /// <summary>Reads an object of columns; the reader stands on it, and then on its end.</summary>
    /// <param name="reader">The body.</param>
    /// <param name="request">Receives the values.</param>
    /// <param name="item">Index of the item, or <see cref="RankRequest.Shared"/>.</param>
    /// <param name="place">Where the object stands.</param>
    public void Columns(ref Utf8JsonReader reader, RankRequest request, int item, Place place)
    {
        if (reader.TokenType != JsonTokenType.StartObject) RequestJson.Require(ref reader, JsonTokenType.StartObject, place.Pointer, "This");
        for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; i++)
        {
            var column = Column(ref reader, request.Columns, i, place);
            reader.Read();
            Value(ref reader, request, item, column, place);
        }
    }

    /// <summary>Reads one value; the reader stands on it, and then on its end.</summary>
    public static void Value(ref Utf8JsonReader reader, RankRequest request, int item, int column, Place place)
    {
        try
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String when !reader.ValueIsEscaped:
                case JsonTokenType.Number:
                    request.Set(item, column, reader.ValueSpan);
                    break;
                case JsonTokenType.String:
                    request.Set(item, column, reader.CopyString(request.Room(reader.ValueSpan.Length)));
                    break;
                case JsonTokenType.True:
                    request.Set(item, column, "1"u8);
                    break;
                case JsonTokenType.False:
                    request.Set(item, column, "0"u8);
                    break;
                case JsonTokenType.Null:
                    request.Set(item, column, default(ReadOnlySpan<byte>));
                    break;
                case JsonTokenType.StartArray:
                    List(ref reader, request, item, column, place);
                    break;
                default:
                    throw new RequestException(
                        RequestError.WrongType, $"Column '{request.Columns.Names[column]}' is an object; give a text, a number, true, false, null or a list of these.",
                        place.To(request.Columns.Names[column]));
            }
        }
        catch (RequestException e) when (e.Pointer is null)
        {
            throw e.At(place.To(e.Column));
        }
    }

    static void List(ref Utf8JsonReader reader, RankRequest request, int item, int column, Place place)
    {
        request.BeginList(item, column);
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.String when reader.ValueIsEscaped:
                    request.AddToList(reader.CopyString(request.Room(reader.ValueSpan.Length)));
                    break;
                case JsonTokenType.String or JsonTokenType.Number:
                    request.AddToList(reader.ValueSpan);
                    break;
                case JsonTokenType.True:
                    request.AddToList("1"u8);
                    break;
                case JsonTokenType.False:
                    request.AddToList("0"u8);
                    break;
                case JsonTokenType.Null:
                    break;
                default:
                    var name = request.Columns.Names[column];
                    throw new RequestException(
                        RequestError.WrongType, $"The list of column '{name}' holds {RequestJson.Describe(reader.TokenType)}; a list holds texts and numbers only.",
                        JsonPointer.Below(place.To(name), i));
            }
        }
    }

    int Column(ref Utf8JsonReader reader, RequestColumns columns, int position, Place place)
    {
        var name = RequestJson.Name(ref reader, ref _name);
        if (position < _known && columns.Is(_order[position], name)) return _order[position];
        var column = columns.Find(name);
        if (column < 0) throw UnknownColumn(RequestJson.Of(name), columns.Names, place);
        if (position == _order.Length) Array.Resize(ref _order, 2 * position);
        if (position < _order.Length)
        {
            _order[position] = column;
            _known = position + 1;
        }

        return column;
    }

    /// <summary>The problem of a column that is not there.</summary>
    public static RequestException UnknownColumn(string name, IEnumerable<string> known, Place place) =>
        new RequestException(RequestError.UnknownColumn, $"The model reads no column '{name}'.{Suggestion.For(name, known)}", place.To(name));
}

/// <summary>Where an object of columns stands in a body. The pointer is made only when it is needed.</summary>
/// <param name="Before">Pointer up to the index, or to the object itself where there is none.</param>
/// <param name="Index">Index in the array; −1 where there is none.</param>
/// <param name="After">Rest of the pointer.</param>
/// <param name="IsValue">Whether it is the place of a column's value itself.</param>
readonly record struct Place(string Before, int Index = -1, string After = "", bool IsValue = false)
{
    public string Pointer => Index < 0 ? Before : JsonPointer.Below(Before, Index) + After;

    /// <summary>Pointer to a column of the object.</summary>
    public string To(string column) => IsValue ? Pointer : JsonPointer.Below(Pointer, column);
}
