using System.Text.Encodings.Web;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Interop.Onnx;
using Switchyard.Models;

namespace Switchyard.Interop;

/// <summary>What a file says of itself: where it comes from and what its inputs and outputs mean, as JSON texts under names.</summary>
static class OnnxMetadata
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IEnumerable<StringStringEntryProto> Of(LoadedBundle bundle, GraphProto graph)
    {
        var (schema, inputs) = (bundle.Ranker.Schema, graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal));
        return
        [
            Entry("switchyard.model", ModelZoo.NameOf(bundle.Ranker.Options)),
            Entry("switchyard.weights_sha256", bundle.WeightsSha256),
            Entry("switchyard.schema_fingerprint", schema.Fingerprint()),
            Entry("switchyard.fields", Text(schema.Fields.Where(f => inputs.Contains(OnnxOps.NameOf(f))).Select(f => Describe(f, schema)))),
            Entry("switchyard.positions", Text(schema.Fields.Where(f => f.Role == FieldRole.Position).Select(f => new { f.Name, f.Column, f.Fixed }))),
            Entry("switchyard.scenarios", Text(schema.Levels.Select(l => (Input: OnnxConversion.NameOf(l), Level: l)).Where(l => inputs.Contains(l.Input))
                .Select(l => new { l.Input, l.Level.Column, l.Level.Nodes }))),
            Entry("switchyard.tasks", Text(schema.Tasks.Select(t => new { Output = OnnxExport.NameOf(t), t.Name, Given = t.Given < 0 ? null : schema.Tasks[t.Given].Name }))),
        ];
    }

    static object Describe(Field field, Schema schema) => new
    {
        Input = OnnxOps.NameOf(field),
        field.Name,
        field.Column,
        Kind = field.Kind.ToString().ToLowerInvariant(),
        Ids = field.Table < 0 ? (int?)null : schema.Tables[field.Table].Rows,
        Pooling = field.HasItems ? field.Pooling.ToString().ToLowerInvariant() : null,
    };

    static string Text(object value) => JsonSerializer.Serialize(value, Json);

    static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
