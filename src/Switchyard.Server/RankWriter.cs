using System.Collections.Immutable;
using System.Text.Json;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Writes what was scored. A score is written so that it reads back to the same float.</summary>
static class RankWriter
{
    static readonly JsonEncodedText Model = JsonEncodedText.Encode("model");
    static readonly JsonEncodedText Version = JsonEncodedText.Encode("version");
    static readonly JsonEncodedText Scenario = JsonEncodedText.Encode("scenario");
    static readonly JsonEncodedText Items = JsonEncodedText.Encode("items");
    static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    static readonly JsonEncodedText Scores = JsonEncodedText.Encode("scores");
    static readonly JsonEncodedText Fused = JsonEncodedText.Encode("fused");
    static readonly JsonEncodedText OrderBy = JsonEncodedText.Encode("order_by");
    static readonly JsonEncodedText Order = JsonEncodedText.Encode("order");

    /// <summary>Writes the response to a rank request.</summary>
    /// <param name="writer">Receives it.</param>
    /// <param name="request">The scored request.</param>
    /// <param name="tasks">Names of the tasks, encoded.</param>
    /// <param name="body">The request's body, from which ids are repeated as they stand there.</param>
    /// <param name="reader">Knows where.</param>
    /// <param name="explanations">One for each item; empty where none were asked for.</param>
    public static void WriteRank(
        Utf8JsonWriter writer, RankRequest request, JsonEncodedText[] tasks, ReadOnlySpan<byte> body, RankReader reader, ImmutableArray<Explanation> explanations)
    {
        Begin(writer, request.Model);
        WriteScenario(writer, request);
        writer.WriteStartArray(Items);
        var fused = request.Fused;
        for (var item = 0; item < request.Items; item++)
        {
            writer.WriteStartObject();
            if (body[reader.Id(item)] is { IsEmpty: false } id)
            {
                writer.WritePropertyName(Id);
                writer.WriteRawValue(id, skipInputValidation: true);
            }

            writer.WritePropertyName(Scores);
            WriteScores(writer, request, tasks, item);
            WriteNumber(writer, Fused, fused[item]);
            if (!explanations.IsEmpty) ExplanationWriter.Write(writer, explanations[item], tasks);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString(OrderBy, request.HaveIds ? "id"u8 : "index"u8);
        writer.WriteStartArray(Order);
        var order = request.Order;
        for (var i = 0; i < Math.Min(order.Length, reader.Top); i++)
        {
            if (request.HaveIds) writer.WriteRawValue(body[reader.Id(order[i])], skipInputValidation: true);
            else writer.WriteNumberValue(order[i]);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes the response to a score request.</summary>
    public static void WriteRows(Utf8JsonWriter writer, RankRequest request, JsonEncodedText[] tasks)
    {
        Begin(writer, request.Model);
        writer.WriteStartArray(Scores);
        for (var row = 0; row < request.Items; row++) WriteScores(writer, request, tasks, row);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    static void Begin(Utf8JsonWriter writer, ServedModel model)
    {
        writer.WriteStartObject();
        writer.WriteString(Model, model.Name);
        writer.WriteString(Version, model.Version);
    }

    // Of levels that items give themselves, nothing can be said for all: null.
    static void WriteScenario(Utf8JsonWriter writer, RankRequest request)
    {
        writer.WriteStartArray(Scenario);
        foreach (var column in request.Model.Columns.Levels)
        {
            if (request.IsOwn(RankRequest.Shared, column) && request.Value(RankRequest.Shared, column) is { IsEmpty: false } value) writer.WriteStringValue(value);
            else writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }

    static void WriteScores(Utf8JsonWriter writer, RankRequest request, JsonEncodedText[] tasks, int item)
    {
        writer.WriteStartObject();
        for (var task = 0; task < tasks.Length; task++) WriteNumber(writer, tasks[task], request.Score(task, item));
        writer.WriteEndObject();
    }

    // JSON has no word for a number that is none.
    static void WriteNumber(Utf8JsonWriter writer, JsonEncodedText name, float value)
    {
        if (float.IsFinite(value)) writer.WriteNumber(name, value);
        else writer.WriteNull(name);
    }
}
