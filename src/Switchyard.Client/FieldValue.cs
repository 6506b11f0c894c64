using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Client;

/// <summary>
/// Value of a field: a text, a number, true or false, a list of texts and numbers, or missing (the default). A number is sent with the
/// digits it is written with in C#, so a float of 0.1 is sent as 0.1; the model reads it as it would read that text in a file.
/// </summary>
[JsonConverter(typeof(FieldValueConverter))]
public readonly struct FieldValue : IEquatable<FieldValue>
{
    readonly Kind _kind;
    readonly string? _text;
    readonly FieldValue[]? _items;

    FieldValue(Kind kind, string text)
    {
        _kind = kind;
        _text = text;
    }

    FieldValue(FieldValue[] items)
    {
        _kind = Kind.List;
        _items = items;
    }

    enum Kind : byte { Missing, Text, Number, True, False, List }

    /// <summary>No value.</summary>
    public static FieldValue Missing => default;

    /// <summary>A list: of a field with several values, or of a sequence in its order.</summary>
    /// <param name="items">Texts and numbers.</param>
    /// <exception cref="ArgumentException">An item is a list, true, false or missing.</exception>
    public static FieldValue List(IEnumerable<FieldValue> items)
    {
        FieldValue[] list = [.. items];
        return list.All(i => i._kind is Kind.Text or Kind.Number) ? new FieldValue(list) : throw new ArgumentException("The items of a list are texts and numbers.", nameof(items));
    }

    /// <summary>A list of texts.</summary>
    public static FieldValue List(IEnumerable<string> items) => List(items.Select(i => (FieldValue)i));

    /// <summary>A number by its digits, for example 1.50: they are sent as they are.</summary>
    /// <exception cref="ArgumentException">It is no number of JSON.</exception>
    public static FieldValue Number(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        try
        {
            using var parsed = JsonDocument.Parse(digits);
            if (parsed.RootElement.ValueKind == JsonValueKind.Number && !char.IsWhiteSpace(digits[0]) && !char.IsWhiteSpace(digits[^1])) return new FieldValue(Kind.Number, digits);
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new ArgumentException($"'{digits}' is no number of JSON.", nameof(digits));
    }

    public static implicit operator FieldValue(string? text) => text is null ? default : new FieldValue(Kind.Text, text);

    public static implicit operator FieldValue(int number) => new(Kind.Number, number.ToString(CultureInfo.InvariantCulture));

    public static implicit operator FieldValue(long number) => new(Kind.Number, number.ToString(CultureInfo.InvariantCulture));

    public static implicit operator FieldValue(decimal number) => new(Kind.Number, number.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="ArgumentException">It is infinite, or no number.</exception>
    public static implicit operator FieldValue(float number) => new(Kind.Number, Finite(float.IsFinite(number), number.ToString(CultureInfo.InvariantCulture)));

    /// <exception cref="ArgumentException">It is infinite, or no number.</exception>
    public static implicit operator FieldValue(double number) => new(Kind.Number, Finite(double.IsFinite(number), number.ToString(CultureInfo.InvariantCulture)));

    public static implicit operator FieldValue(bool flag) => new(flag ? Kind.True : Kind.False, "");

    public static implicit operator FieldValue(string[] items) => List(items);

    public static bool operator ==(FieldValue left, FieldValue right) => left.Equals(right);

    public static bool operator !=(FieldValue left, FieldValue right) => !left.Equals(right);

    public bool Equals(FieldValue other) => _kind == other._kind && _text == other._text && (_items ?? []).AsSpan().SequenceEqual(other._items ?? []);

    public override bool Equals(object? obj) => obj is FieldValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_kind, _text, _items?.Length);

    /// <summary>As it stands in JSON.</summary>
    public override string ToString() => _kind switch
    {
        Kind.Missing => "null",
        Kind.Text => $"\"{JsonEncodedText.Encode(_text!)}\"",
        Kind.Number => _text!,
        Kind.True => "true",
        Kind.False => "false",
        _ => $"[{string.Join(',', _items!)}]",
    };

    static string Finite(bool isFinite, string text) => isFinite ? text : throw new ArgumentException("A field cannot be infinite or no number; leave it out where it is missing.");

    internal void Write(Utf8JsonWriter writer)
    {
        switch (_kind)
        {
            case Kind.Text:
                writer.WriteStringValue(_text);
                break;
            case Kind.Number:
                writer.WriteRawValue(_text!, skipInputValidation: true);
                break;
            case Kind.True or Kind.False:
                writer.WriteBooleanValue(_kind == Kind.True);
                break;
            case Kind.List:
                writer.WriteStartArray();
                foreach (var item in _items!) item.Write(writer);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }
}
