using System.Collections.Immutable;
using System.Text.Json;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Writes the explanation of an item.</summary>
static class ExplanationWriter
{
    static readonly JsonEncodedText[] Roles = [.. Enum.GetNames<ExpertRole>().Select(r => JsonEncodedText.Encode(r.ToLowerInvariant()))];

    public static void Write(Utf8JsonWriter writer, Explanation explanation, JsonEncodedText[] tasks)
    {
        writer.WriteStartObject("explanation"u8);
        writer.WriteStartArray("gates"u8);
        foreach (var gate in explanation.Gates) WriteGate(writer, gate);
        writer.WriteEndArray();
        writer.WriteStartArray("contributions"u8);
        foreach (var contribution in explanation.Contributions) WriteContribution(writer, contribution, tasks);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void WriteGate(Utf8JsonWriter writer, GateChoice gate)
    {
        writer.WriteStartObject();
        writer.WriteString("layer"u8, gate.Layer);
        if (gate.Task is not null) writer.WriteString("task"u8, gate.Task);
        writer.WriteStartArray("experts"u8);
        foreach (var (expert, role, weight) in gate.Experts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("expert"u8, expert);
            writer.WriteString("role"u8, Roles[(int)role]);
            writer.WriteNumber("weight"u8, weight);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void WriteContribution(Utf8JsonWriter writer, Contribution contribution, JsonEncodedText[] tasks)
    {
        writer.WriteStartObject();
        writer.WriteString("column"u8, contribution.Column);
        writer.WriteString("as"u8, contribution.IsScenario ? "scenario"u8 : "field"u8);
        writer.WritePropertyName("fused"u8);
        WriteNumber(writer, contribution.Fused);
        writer.WritePropertyName("scores"u8);
        WriteNumbers(writer, contribution.Scores, tasks);
        writer.WritePropertyName("logits"u8);
        WriteNumbers(writer, contribution.Logits, tasks);
        writer.WriteEndObject();
    }

    static void WriteNumbers(Utf8JsonWriter writer, ImmutableArray<double> values, JsonEncodedText[] tasks)
    {
        writer.WriteStartObject();
        for (var task = 0; task < tasks.Length; task++)
        {
            writer.WritePropertyName(tasks[task]);
            WriteNumber(writer, values[task]);
        }

        writer.WriteEndObject();
    }

    static void WriteNumber(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else writer.WriteNullValue();
    }
}
