using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Switchyard.Serving;

/// <summary>Writes a request with its scores as one line of JSON (docs/serving.md). Made to be used again.</summary>
sealed class RecordLine : IDisposable
{
    const int LargestKept = 1 << 18;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    readonly ArrayBufferWriter<byte> _buffer = new(4096);
    readonly Utf8JsonWriter _writer;

    public RecordLine() => _writer = new Utf8JsonWriter(_buffer, Plain);

    /// <summary>What every line begins with.</summary>
    public static ReadOnlySpan<byte> Head => "{\"time\":\""u8;

    /// <summary>The line with its end.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.WrittenMemory;

    /// <summary>Whether it is small enough to be kept for other requests.</summary>
    public bool IsSmall => _buffer.Capacity <= LargestKept;

    /// <summary>Writes a scored request.</summary>
    /// <param name="request">Its values and scores.</param>
    /// <param name="body">The body that it was read from: one JSON object.</param>
    /// <param name="isRank">Whether it ranks items; otherwise it scores rows.</param>
    /// <param name="at">When it was answered.</param>
    public void Write(RankRequest request, ReadOnlySpan<byte> body, bool isRank, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = request.Model;
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
        _writer.WriteString("time"u8, at.UtcDateTime);
        _writer.WriteString("kind"u8, isRank ? "rank"u8 : "score"u8);
        _writer.WriteString("model"u8, model.Name);
        _writer.WriteString("version"u8, model.Version);
        _writer.WriteString("digest"u8, model.Digest);
        _writer.WriteString("fusion"u8, model.Fusion.Version);
        _writer.WriteStartObject("scores"u8);
        for (var task = 0; task < model.Tasks.Length; task++)
        {
            _writer.WritePropertyName(model.Tasks[task]);
            WriteNumbers(request.Scores.Slice(task * request.Items, request.Items));
        }

        _writer.WriteEndObject();
        _writer.WritePropertyName("fused"u8);
        WriteNumbers(request.Fused);
        WriteFilled(request);
        WriteLookup(request);
        _writer.WritePropertyName("request"u8);
        _writer.Flush();
        WriteBody(body);
        _buffer.Write("}\n"u8);
    }

    public void Dispose() => _writer.Dispose();

    // As it came, but in one line: a line break in JSON can only stand between two values.
    void WriteBody(ReadOnlySpan<byte> body)
    {
        var copy = _buffer.GetSpan(body.Length)[..body.Length];
        body.CopyTo(copy);
        copy.Replace((byte)'\n', (byte)' ');
        copy.Replace((byte)'\r', (byte)' ');
        _buffer.Advance(body.Length);
    }

    /// <summary>What a store gave: without it, the request could be scored only while the store holds the same values.</summary>
    void WriteFilled(RankRequest request)
    {
        var last = request.Items - 1;
        while (last >= 0 && !IsFilledIn(request, last)) last--;
        if (last < 0 && !IsFilledIn(request, RankRequest.Shared)) return;
        _writer.WriteStartObject("filled"u8);
        _writer.WritePropertyName("request"u8);
        WriteFilled(request, RankRequest.Shared);
        _writer.WriteStartArray("items"u8);
        for (var item = 0; item <= last; item++) WriteFilled(request, item);
        _writer.WriteEndArray();
        _writer.WriteEndObject();
    }

    // Columns that the model does not have: the request may give them, for the store was asked by them.
    void WriteLookup(RankRequest request)
    {
        var (all, known) = (request.Columns.Names, request.Model.Columns.Names.Length);
        if (all.Length == known) return;
        _writer.WriteStartArray("lookup"u8);
        for (var column = known; column < all.Length; column++) _writer.WriteStringValue(all[column]);
        _writer.WriteEndArray();
    }

    void WriteFilled(RankRequest request, int item)
    {
        var names = request.Model.Columns.Names;
        _writer.WriteStartObject();
        for (var column = 0; column < names.Length; column++)
        {
            if (!request.IsFilledIn(item, column)) continue;
            _writer.WritePropertyName(names[column]);
            _writer.WriteStringValue(request.Value(item, column));
        }

        _writer.WriteEndObject();
    }

    static bool IsFilledIn(RankRequest request, int item)
    {
        for (var column = 0; column < request.Model.Columns.Names.Length; column++)
        {
            if (request.IsFilledIn(item, column)) return true;
        }

        return false;
    }

    void WriteNumbers(ReadOnlySpan<float> values)
    {
        _writer.WriteStartArray();
        foreach (var value in values)
        {
            // As in the answer: a task that the fusion does not read may have no finite score.
            if (float.IsFinite(value)) _writer.WriteNumberValue(value);
            else _writer.WriteNullValue();
        }

        _writer.WriteEndArray();
    }
}
