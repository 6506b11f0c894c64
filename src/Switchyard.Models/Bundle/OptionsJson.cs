using System.Collections;
using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Models;

/// <summary>
/// An architecture's options as JSON. Reading is strict: every option must be there and none may be unknown, because a default
/// that changed later would silently be another model. Options that every architecture has, and those that an architecture got after
/// bundles of it had been saved (<see cref="AbsentMeansDefaultAttribute"/>), may be missing: their defaults, which never change, are the
/// model as it was before there was such an option.
/// </summary>
static class OptionsJson
{
    const string Missing = "missing option ";

    public static void Write(Utf8JsonWriter writer, ModelOptions options) =>
        JsonSerializer.Serialize(writer, options, options.GetType(), BundleJson.Options);

    /// <summary>Every option by its path, as text.</summary>
    public static SortedDictionary<string, string> Flatten(ModelOptions options)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(JsonSerializer.SerializeToElement(options, options.GetType(), BundleJson.Options), "");
        return values;

        void Add(JsonElement element, string path)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                values[path] = element.GetRawText();
                return;
            }

            foreach (var property in element.EnumerateObject()) Add(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}");
        }
    }

    /// <param name="element">The options' JSON object.</param>
    /// <param name="type">Type of the options.</param>
    /// <param name="where">File and architecture, for messages.</param>
    /// <exception cref="InputException">Options are unknown, missing or out of range; all of them are named.</exception>
    public static ModelOptions Read(JsonElement element, Type type, string where)
    {
        var problems = new List<string>();
        CompareKeys(element, type, "", optional: false, problems);
        Refuse(problems, where);
        ModelOptions options;
        try
        {
            options = (ModelOptions)element.Deserialize(type, BundleJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new InputException($"{where}: option {e.Path?.TrimStart('$', '.')}: {BundleJson.Reason(e)}.", e);
        }

        CheckRanges(options, "", problems);
        Refuse(problems, where);
        return options;
    }

    static void CompareKeys(JsonElement element, Type type, string path, bool optional, List<string> problems)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{(path.Length == 0 ? "options" : path.TrimEnd('.'))} must be a JSON object");
            return;
        }

        var known = Keys(type);
        foreach (var property in element.EnumerateObject().Where(p => !known.ContainsKey(p.Name))) problems.Add($"unknown option {path}{property.Name}");
        foreach (var (key, property) in known)
        {
            var mayMiss = optional || property.DeclaringType == typeof(ModelOptions) || property.IsDefined(typeof(AbsentMeansDefaultAttribute));
            if (element.TryGetProperty(key, out var value))
            {
                if (IsSection(property.PropertyType)) CompareKeys(value, property.PropertyType, $"{path}{key}.", mayMiss, problems);
                else if (Section(property.PropertyType) is { } section && value.ValueKind == JsonValueKind.Array)
                    foreach (var (i, item) in value.EnumerateArray().Index()) CompareKeys(item, section, $"{path}{key}[{i}].", optional: false, problems);
            }
            else if (!mayMiss)
            {
                problems.Add($"{Missing}{path}{key}");
            }
        }
    }

    static void CheckRanges(object options, string path, List<string> problems)
    {
        foreach (var (key, property) in Keys(options.GetType()))
        {
            var value = property.GetValue(options);
            // The range of a list is that of its numbers.
            IEnumerable<object?> values = value is ImmutableArray<int> numbers ? numbers.Cast<object?>() : [value];
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>().Where(r => !values.All(r.IsValid)))
                problems.Add(rule.FormatErrorMessage($"option {path}{key}").TrimEnd('.'));
            if (value is not null && IsSection(property.PropertyType)) CheckRanges(value, $"{path}{key}.", problems);
            if (value is IEnumerable items && Section(property.PropertyType) is not null)
                foreach (var (i, item) in items.Cast<object>().Index()) CheckRanges(item, $"{path}{key}[{i}].", problems);
        }
    }

    static SortedDictionary<string, PropertyInfo> Keys(Type type) => new(
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true })
            .ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)),
        StringComparer.Ordinal);

    /// <summary>Type of the records of a list; null for anything else.</summary>
    static Type? Section(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && type.GetGenericArguments()[0] is var element && IsSection(element) ? element : null;

    static bool IsSection(Type type) => type.IsClass && type.Assembly == typeof(ModelOptions).Assembly;

    static void Refuse(List<string> problems, string where)
    {
        if (problems.Count == 0) return;
        var remedy = problems.Any(p => p.StartsWith(Missing, StringComparison.Ordinal))
            ? " A missing option has no safe default: copy the bundle again, or read it with the Switchyard that saved it."
            : "";
        throw new InputException($"{where}: {string.Join("; ", problems)}.{remedy}");
    }
}
