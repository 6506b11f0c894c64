using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Any text.</summary>
internal sealed class TextShape : ValueShape
{
    public override string Accepts => "a text";

    public override string Label => "text";

    public override object Read(ConfigurationNode node, string path) => TextOf(node, path);

    public override ConfigurationNode Write(object? value) => Scalars.Text((string)value!);

    public override JsonObject Schema() => new() { ["$ref"] = "#/$defs/text" };
}

/// <summary>true or false.</summary>
internal sealed class BooleanShape : ValueShape
{
    public override string Accepts => "true or false";

    public override string Label => "true or false";

    public override object Read(ConfigurationNode node, string path) => TextOf(node, path) switch
    {
        "true" => true,
        "false" => false,
        _ => throw Unexpected(node, path),
    };

    public override ConfigurationNode Write(object? value) => Scalars.Plain((bool)value! ? "true" : "false");

    public override JsonObject Schema() => Scalars.OrVariable(new JsonObject { ["type"] = "boolean" });
}

/// <summary>One character; <c>tab</c> names the tabulator, which a plain value cannot hold.</summary>
internal sealed class CharacterShape : ValueShape
{
    const string Tab = "tab";

    public override string Accepts => "one character (or the word tab)";

    public override string Label => "one character, or tab";

    public override object Read(ConfigurationNode node, string path)
    {
        var text = TextOf(node, path);
        if (text == Tab) return '\t';
        return text.Length == 1 ? text[0] : throw Unexpected(node, path);
    }

    public override ConfigurationNode Write(object? value) => Scalars.Text((char)value! == '\t' ? Tab : ((char)value).ToString());

    public override JsonObject Schema() => new() { ["type"] = "string" };
}

/// <summary>One of the names of an enumeration, in kebab case; snake case is read as well.</summary>
internal sealed class ChoiceShape(Type type) : ValueShape
{
    readonly string[] _names = [.. Enum.GetNames(type).Select(Names.Kebab)];

    public override string Accepts => _names.Length < 2 ? _names[0] : $"{string.Join(", ", _names[..^1])} or {_names[^1]}";

    public override string Label => string.Join(" \\| ", _names.Select(n => $"`{n}`"));

    public override object Read(ConfigurationNode node, string path)
    {
        var text = TextOf(node, path);
        var i = Array.IndexOf(_names, text.Replace('_', '-'));
        return i >= 0
            ? Enum.Parse(type, Enum.GetNames(type)[i])
            : throw node.Place.Error($"{path}: expected {Accepts}, found '{text}'{Names.Suggest(text, _names)}");
    }

    public override ConfigurationNode Write(object? value) => Scalars.Plain(Names.Kebab(value!.ToString()!));

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. _names.Select(n => (JsonNode)n)]) };
}

/// <summary>A number between the limits of a <see cref="RangeAttribute"/>.</summary>
internal sealed class NumberShape : ValueShape
{
    readonly Type _type;
    readonly double? _minimum;
    readonly double? _maximum;
    readonly bool _aboveMinimum;
    readonly bool _belowMaximum;

    public NumberShape(Type type, RangeAttribute? range)
    {
        _type = type;
        if (type == typeof(ulong)) _minimum = 0;
        if (range is null) return;
        var minimum = Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture);
        var maximum = Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture);
        if (minimum is not (int.MinValue or double.MinValue or float.MinValue or double.NegativeInfinity)) _minimum = minimum;
        if (maximum is not (int.MaxValue or double.MaxValue or float.MaxValue or double.PositiveInfinity)) _maximum = maximum;
        _aboveMinimum = range.MinimumIsExclusive;
        _belowMaximum = range.MaximumIsExclusive;
    }

    bool Whole => _type != typeof(float) && _type != typeof(double);

    public override string Accepts => (Whole ? "a whole number" : "a number") + (_minimum, _maximum) switch
    {
        (null, null) => "",
        ({ } low, null) => _aboveMinimum ? $" greater than {Text(low)}" : $" of at least {Text(low)}",
        (null, { } high) => _belowMaximum ? $" less than {Text(high)}" : $" of at most {Text(high)}",
        ({ } low, { } high) when !_aboveMinimum && !_belowMaximum => $" from {Text(low)} to {Text(high)}",
        ({ } low, { } high) => $" {(_aboveMinimum ? "greater than" : "of at least")} {Text(low)} and {(_belowMaximum ? "less than" : "at most")} {Text(high)}",
    };

    public override string Label => (Whole ? "whole number" : "number") + (_minimum, _maximum) switch
    {
        (null, null) => "",
        ({ } low, null) => (_aboveMinimum ? " > " : " ≥ ") + Text(low),
        (null, { } high) => (_belowMaximum ? " < " : " ≤ ") + Text(high),
        ({ } low, { } high) => $" in {(_aboveMinimum ? "(" : "[")}{Text(low)}, {Text(high)}{(_belowMaximum ? ")" : "]")}",
    };

    public static bool Supports(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(ulong) || type == typeof(float) || type == typeof(double);

    public override object Read(ConfigurationNode node, string path)
    {
        var value = Parse(TextOf(node, path)) ?? throw Unexpected(node, path);
        var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (!double.IsFinite(number) || number < _minimum || number > _maximum
            || (_aboveMinimum && number == _minimum) || (_belowMaximum && number == _maximum))
            throw Unexpected(node, path);
        return value;
    }

    public override ConfigurationNode Write(object? value) => Scalars.Plain(Text((IFormattable)value!));

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = Whole ? "integer" : "number" };
        if (_minimum is { } low) schema[_aboveMinimum ? "exclusiveMinimum" : "minimum"] = low;
        if (_maximum is { } high) schema[_belowMaximum ? "exclusiveMaximum" : "maximum"] = high;
        return Scalars.OrVariable(schema);
    }

    object? Parse(string text)
    {
        const NumberStyles Integer = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        if (_type == typeof(int)) return int.TryParse(text, Integer, culture, out var i) ? i : null;
        if (_type == typeof(long)) return long.TryParse(text, Integer, culture, out var l) ? l : null;
        if (_type == typeof(ulong)) return ulong.TryParse(text, Integer, culture, out var u) ? u : null;
        if (_type == typeof(float)) return float.TryParse(text, NumberStyles.Float, culture, out var f) ? f : null;
        return double.TryParse(text, NumberStyles.Float, culture, out var d) ? d : null;
    }

    /// <summary>1E-08 → 1e-8, as people write it.</summary>
    public static string Text(IFormattable number)
    {
        var text = number.ToString(null, CultureInfo.InvariantCulture);
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        return exponent < 0 ? text : $"{text[..exponent]}e{int.Parse(text[(exponent + 1)..], CultureInfo.InvariantCulture)}";
    }
}

/// <summary>A text that a type reads with its own <c>static Parse(string)</c>: a condition, for example.</summary>
internal sealed class ParsedShape(MethodInfo parser) : ValueShape
{
    public override string Accepts => $"a {Name}";

    public override string Label => Name;

    string Name => Names.Kebab(parser.DeclaringType!.Name).Replace('-', ' ');

    /// <summary>The type's <c>public static T Parse(string)</c>, or null.</summary>
    public static MethodInfo? ParserOf(Type type) =>
        type.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static, [typeof(string)]) is { } method && method.ReturnType == type ? method : null;

    public override object? Read(ConfigurationNode node, string path)
    {
        var text = TextOf(node, path);
        try
        {
            return parser.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [text], null);
        }
        catch (InputException e)
        {
            throw node.Place.Error($"{path}: {e.Message}", e);
        }
    }

    public override ConfigurationNode Write(object? value) => Scalars.Text(value!.ToString()!);

    public override JsonObject Schema() => new() { ["type"] = "string" };
}

/// <summary>Nodes that were not read from a file.</summary>
internal static class Scalars
{
    public static ScalarNode Plain(string text) => new(default, text, plain: true);

    public static ScalarNode Text(string text) => new(default, text, plain: false);

    /// <summary>In the schema, an environment variable may stand for any value.</summary>
    public static JsonObject OrVariable(JsonObject schema) =>
        new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["$ref"] = "#/$defs/variable" }) };
}
