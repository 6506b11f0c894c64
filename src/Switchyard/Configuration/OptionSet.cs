using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Switchyard.Models;

namespace Switchyard;

/// <summary>One key of an options record.</summary>
/// <param name="Property">The property it sets.</param>
/// <param name="Key">Name in the configuration: the property's name in snake case.</param>
/// <param name="Shape">What it accepts.</param>
/// <param name="Required">True where the property is <c>required</c>.</param>
/// <param name="Default">Value where the key is not written.</param>
/// <param name="Description">Text of the property's <see cref="DescriptionAttribute"/>.</param>
/// <param name="Later">True where the record got it after files of it had been kept: to be absent means the default there, for good.</param>
internal sealed record Option(PropertyInfo Property, string Key, ValueShape Shape, bool Required, object? Default, string Description, bool Later);

/// <summary>The keys of an options record, in the order of its properties; inherited ones come last.</summary>
internal sealed class OptionSet
{
    static readonly ConcurrentDictionary<Type, OptionSet> Known = new();

    OptionSet(Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        Options = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true } && p.GetCustomAttribute<BrowsableAttribute>()?.Browsable != false)
            .OrderBy(p => p.DeclaringType != type)
            .ThenBy(p => p.MetadataToken)
            .Select(p => Describe(p, defaults))];
    }

    public ImmutableArray<Option> Options { get; }

    public static OptionSet Of(Type type) => Known.GetOrAdd(type, static t => new OptionSet(t));

    static Option Describe(PropertyInfo property, object defaults)
    {
        var required = property.IsDefined(typeof(RequiredMemberAttribute));
        return new Option(
            property,
            Names.Snake(property.Name),
            ValueShape.Of(property),
            required,
            required ? null : property.GetValue(defaults),
            property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "",
            property.IsDefined(typeof(AbsentMeansDefaultAttribute)) || property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition == JsonIgnoreCondition.WhenWritingDefault);
    }
}
