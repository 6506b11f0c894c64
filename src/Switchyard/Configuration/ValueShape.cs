using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// What may stand behind a key. One shape serves reading, writing, the messages, the JSON schema and the tables of
/// docs/configuration.md, so that they cannot contradict each other.
/// </summary>
internal abstract class ValueShape
{
    /// <summary>What is accepted, as it stands in messages after "expected": <c>a whole number of at least 1</c>.</summary>
    public abstract string Accepts { get; }

    /// <summary>What is accepted, as it stands in tables: <c>whole number ≥ 1</c>.</summary>
    public abstract string Label { get; }

    /// <summary>Turns a node into a value.</summary>
    /// <param name="node">The node.</param>
    /// <param name="path">Dotted path of the key, for messages.</param>
    /// <exception cref="InputException">The node does not have this shape.</exception>
    public abstract object? Read(ConfigurationNode node, string path);

    /// <summary>The inverse of <see cref="Read"/>.</summary>
    public abstract ConfigurationNode Write(object? value);

    /// <summary>JSON schema of the value.</summary>
    public abstract JsonObject Schema();

    /// <summary>The shape of a property's type, with the limits of its <see cref="RangeAttribute"/>.</summary>
    public static ValueShape Of(PropertyInfo property)
    {
        var nullable = new NullabilityInfoContext().Create(property).ReadState is NullabilityState.Nullable;
        return Of(property.PropertyType, property.GetCustomAttribute<RangeAttribute>(), nullable);
    }

    /// <summary>The shape of a type.</summary>
    public static ValueShape Of(Type type, RangeAttribute? range = null, bool nullable = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return new NullableShape(Of(value, range));
        if (nullable) return new NullableShape(Of(type, range));
        if (ElementOf(type) is { } element) return new ListShape(type, Of(element, range));
        if (type == typeof(string)) return new TextShape();
        if (type == typeof(TaskStarts)) return new TaskStartsShape();
        if (type == typeof(TuneSettings)) return new TuneSettingsShape();
        if (type == typeof(TuneRanges)) return new TuneRangesShape();
        if (type == typeof(FusionWeights)) return new FusionWeightsShape();
        if (type == typeof(FusionScenarios)) return new FusionScenariosShape();
        if (type == typeof(bool)) return new BooleanShape();
        if (type == typeof(char)) return new CharacterShape();
        if (type.IsEnum) return new ChoiceShape(type);
        if (NumberShape.Supports(type)) return new NumberShape(type, range);
        return ParsedShape.ParserOf(type) is { } parser ? new ParsedShape(parser) : new RecordShape(type);
    }

    /// <summary>The error for a node of another shape.</summary>
    protected InputException Unexpected(ConfigurationNode node, string path) =>
        node.Place.Error($"{path}: expected {Accepts}, found {node.Describe()}.");

    /// <summary>The node's text, or the error for a list, a mapping or a missing value.</summary>
    protected string TextOf(ConfigurationNode node, string path) =>
        node is ScalarNode { IsNull: false } scalar ? scalar.Text : throw Unexpected(node, path);

    static Type? ElementOf(Type type)
    {
        if (type.IsArray) return type.GetElementType();
        if (!type.IsGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        return definition == typeof(ImmutableArray<>) || definition == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;
    }
}
