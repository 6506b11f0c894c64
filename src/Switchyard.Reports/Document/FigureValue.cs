using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Reports;

/// <summary>A text, a number or nothing.</summary>
[StructLayout(LayoutKind.Auto)]
[JsonConverter(typeof(FigureValueConverter))]
public readonly record struct FigureValue(string? Text, double? Number)
{
    public static implicit operator FigureValue(string? text) => new(text, null);

    public static implicit operator FigureValue(double number) => new(null, double.IsFinite(number) ? number : null);

    public static implicit operator FigureValue(double? number) => number is { } value ? value : default(FigureValue);

    public static implicit operator FigureValue(long number) => new(null, number);

    public static FigureValue FromString(string? text) => text;

    public static FigureValue FromDouble(double number) => number;

    public static FigureValue FromNullable(double? number) => number;

    public static FigureValue FromInt64(long number) => number;

    /// <summary>As files have it: shortest text of a number, empty for nothing.</summary>
    public override string ToString() => Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? "";
}

sealed class FigureValueConverter : JsonConverter<FigureValue>
{
    /// <summary>Significant digits: what a metric of float scores has, and a third of the bytes.</summary>
    const string Digits = "G9";

    public override FigureValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => default,
        JsonTokenType.String => reader.GetString(),
        _ => reader.GetDouble(),
    };

    public override void Write(Utf8JsonWriter writer, FigureValue value, JsonSerializerOptions options)
    {
        if (value.Text is not null) writer.WriteStringValue(value.Text);
        else if (value.Number is { } whole && whole == Math.Floor(whole) && Math.Abs(whole) < 1L << 53) writer.WriteNumberValue((long)whole);
        else if (value.Number is { } number) writer.WriteNumberValue(double.Parse(number.ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
        else writer.WriteNullValue();
    }
}
