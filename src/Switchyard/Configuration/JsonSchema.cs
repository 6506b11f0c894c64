using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>Generates docs/switchyard.schema.json (draft 2020-12), with which editors complete and check a configuration.</summary>
internal static class JsonSchema
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema's text.</summary>
    /// <param name="models">Options record of every architecture, by name.</param>
    public static string Generate(IReadOnlyDictionary<string, Type> models)
    {
        var root = Mapping([.. OptionSet.Of(typeof(RunConfiguration)).Options.Where(o => o.Description.Length > 0).Select(o => o with { Required = false }),
            .. OptionSet.Of(typeof(DataSpec)).Options]);
        var properties = (JsonObject)root["properties"]!;
        properties["sources"]!["anyOf"] = OneOrMany("source");
        properties["fields"]!["anyOf"] = OneOrMany("field");
        properties["tasks"]!["anyOf"] = Tasks();
        properties["model"] = Models(models);
        properties["training"] = Mapping(OptionSet.Of(typeof(TrainingOptions)).Options);
        properties["evaluation"] = Mapping(OptionSet.Of(typeof(EvaluationOptions)).Options);
        properties["update"] = Mapping(OptionSet.Of(typeof(UpdateOptions)).Options);
        // Not needed where the sources name their parts.
        root["required"] = new JsonArray("sources", "fields", "tasks", "model");
        return Document(
            "Switchyard run configuration",
            root,
            new JsonObject
            {
                ["source"] = SourceMapping(),
                ["field"] = FieldMapping(),
                ["model"] = Mapping(OptionSet.Of(models.First().Value).Options.Where(IsCommon)),
                ["task"] = Mapping(OptionSet.Of(typeof(TaskSpec)).Options.Where(o => o.Key != "name")),
            });
    }

    /// <summary>Text of docs/tune.schema.json.</summary>
    public static string GenerateTune() => GenerateOptions("Switchyard tune run", typeof(TuneOptions));

    /// <summary>Text of the schema of a file that is one options record.</summary>
    public static string GenerateOptions(string title, Type type) => Document(title, Mapping(OptionSet.Of(type).Options), []);

    /// <summary>Text of docs/fusion.schema.json.</summary>
    public static string GenerateFusion() => Document("Switchyard score fusion", Mapping(OptionSet.Of(typeof(FusionOptions)).Options), []);

    /// <summary>Text of docs/comparison.schema.json. What a variant changes is checked when it is read: any path may stand there.</summary>
    public static string GenerateComparison()
    {
        var root = Mapping(OptionSet.Of(typeof(ComparisonOptions)).Options);
        root["properties"]!["variants"] = new JsonObject
        {
            ["description"] = "Names of the variants, and what each changes in the base run.",
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "object" }, new JsonObject { ["type"] = "array" }),
        };
        root["required"] = new JsonArray("base", "variants");
        return Document("Switchyard comparison", root, []);
    }

    static string Document(string title, JsonObject root, JsonObject definitions)
    {
        definitions.Insert(0, "text", new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") });
        definitions.Insert(1, "variable", new JsonObject { ["type"] = "string", ["pattern"] = "\\$\\{", ["description"] = "A value with ${ENVIRONMENT_VARIABLE} in it." });
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title, ["$defs"] = definitions };
        foreach (var (key, value) in root.ToArray())
        {
            root.Remove(key);
            schema[key] = value;
        }

        return schema.ToJsonString(Indented) + "\n";
    }

    /// <summary>Schema of a mapping with these keys and no others.</summary>
    public static JsonObject Mapping(IEnumerable<Option> options)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var option in options)
        {
            var schema = option.Shape.Schema();
            if (option.Description.Length > 0) schema["description"] = option.Description;
            if (option.Default is not null) schema["default"] = JsonNode.Parse(JsonText.Write(option.Shape.Write(option.Default)));
            properties[option.Key] = schema;
            if (option.Required) required.Add(option.Key);
        }

        var mapping = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0) mapping["required"] = required;
        return mapping;
    }

    static JsonObject Defined(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    // A text, a mapping, or a list of both.
    static JsonArray OneOrMany(string mapping) => new(
        new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["anyOf"] = new JsonArray(Defined("text"), Defined(mapping)) } },
        Defined("text"),
        Defined(mapping));

    static JsonObject SourceMapping()
    {
        var mapping = Mapping(OptionSet.Of(typeof(SourceSpec)).Options);
        mapping["anyOf"] = new JsonArray(
            new JsonObject { ["required"] = new JsonArray("path") }, new JsonObject { ["required"] = new JsonArray("query", "connection") });
        return mapping;
    }

    static JsonObject FieldMapping()
    {
        var mapping = Mapping(OptionSet.Of(typeof(FieldSpec)).Options);
        mapping["properties"]!["names"] = new JsonObject
        {
            ["description"] = "Names of several fields with the same settings, instead of name.",
            ["type"] = "array",
            ["items"] = Defined("text"),
        };
        mapping.Remove("required");
        mapping["oneOf"] = new JsonArray(
            new JsonObject { ["required"] = new JsonArray("name") }, new JsonObject { ["required"] = new JsonArray("names") });
        return mapping;
    }

    static JsonArray Tasks() => new(
        new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["anyOf"] = new JsonArray(Defined("text"), Defined("task")) },
        },
        new JsonObject { ["type"] = "array", ["items"] = Defined("text") });

    static JsonObject Models(IReadOnlyDictionary<string, Type> models)
    {
        var choices = new JsonArray(new JsonObject { ["enum"] = new JsonArray([.. Sorted(models).Select(m => (JsonNode)m.Key)]) });
        foreach (var (name, type) in Sorted(models))
        {
            var mapping = Mapping(OptionSet.Of(type).Options);
            var properties = (JsonObject)mapping["properties"]!;
            // Every architecture has the same ones, which stand in one place.
            foreach (var option in OptionSet.Of(type).Options.Where(IsCommon)) properties[option.Key] = Defined($"model/properties/{option.Key}");
            properties.Insert(0, "name", new JsonObject { ["const"] = name });
            mapping["required"] = new JsonArray(["name", .. (mapping["required"] as JsonArray ?? []).Select(r => (JsonNode)r!.GetValue<string>())]);
            choices.Add((JsonNode)mapping);
        }

        return new JsonObject { ["description"] = "The architecture: its name, or its name and options.", ["anyOf"] = choices };
    }

    static bool IsCommon(Option option) => option.Property.DeclaringType == typeof(ModelOptions);

    static IEnumerable<KeyValuePair<string, Type>> Sorted(IReadOnlyDictionary<string, Type> models) =>
        models.OrderBy(m => m.Key, StringComparer.Ordinal);
}
