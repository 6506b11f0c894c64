using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Switchyard.Data;
using Switchyard.Serving;

namespace Switchyard.Comparison;

/// <summary>Candidates of one request, by the columns of the model: real lists of one scenario, joined to a full one.</summary>
/// <param name="Shared">Text of every column that describes the request.</param>
/// <param name="Items">Text of every column that describes an item, by item.</param>
sealed record ServedList(string[] Shared, string[][] Items)
{
    static readonly string[] Levels = ["region", "device"];

    /// <summary>The lists of 8 November, which trained nothing. Lists of one scenario that follow each other are joined to this many items.</summary>
    public static ServedList[] Read(string log, int items, int count)
    {
        using var rows = new CsvRows(new GZipStream(File.OpenRead(log), CompressionMode.Decompress), log);
        var header = rows.Header.ToList();
        var date = header.IndexOf("date");
        var shared = ServedTrivago.Shared.Select(c => header.IndexOf(c)).ToArray();
        var own = ServedTrivago.Own.Select(c => header.IndexOf(c)).ToArray();
        var open = new Dictionary<string, ServedList>(StringComparer.Ordinal);
        var full = new List<ServedList>();
        while (full.Count < count && rows.Read())
        {
            if (rows.Text(date) != "2018-11-08" || rows.Text(header.IndexOf(Levels[0])) == "OTHER") continue;
            var scenario = string.Join('/', Levels.Select(l => rows.Text(header.IndexOf(l))));
            if (!open.TryGetValue(scenario, out var list)) open[scenario] = list = new ServedList([.. shared.Select(c => rows.Text(c))], new string[items][]);
            var next = Array.IndexOf(list.Items, null);
            list.Items[next] = [.. own.Select(c => rows.Text(c))];
            if (next < items - 1) continue;
            full.Add(list);
            open.Remove(scenario);
        }

        return [.. full];
    }

    /// <summary>The body of a rank request.</summary>
    /// <param name="ids">Item ids, or null for none.</param>
    public byte[] ToJson(Func<int, string>? ids = null, bool withFields = true)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            Write(json, "scenario", ServedTrivago.Shared, Shared, Levels.Contains);
            Write(json, "context", ServedTrivago.Shared, Shared, c => !Levels.Contains(c));
            json.WriteStartArray("items");
            for (var item = 0; item < Items.Length; item++)
            {
                json.WriteStartObject();
                json.WriteString("id", ids?.Invoke(item) ?? $"i{item}");
                if (withFields) Write(json, "fields", ServedTrivago.Own, Items[item], _ => true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>The same as a request of the queue.</summary>
    public void Fill(RankRequest request, ServedModel model)
    {
        request.Begin(model);
        for (var c = 0; c < Shared.Length; c++) Set(RankRequest.Shared, ServedTrivago.Shared[c], Shared[c]);
        foreach (var values in Items)
        {
            var item = request.AddItem();
            for (var c = 0; c < values.Length; c++) Set(item, ServedTrivago.Own[c], values[c]);
        }

        void Set(int item, string column, string value)
        {
            Span<byte> text = stackalloc byte[256];
            request.Set(item, model.Columns.Names.IndexOf(column), text[..Encoding.UTF8.GetBytes(value, text)]);
        }
    }

    static void Write(Utf8JsonWriter json, string section, string[] columns, string[] values, Func<string, bool> which)
    {
        json.WriteStartObject(section);
        for (var c = 0; c < columns.Length; c++)
        {
            if (!which(columns[c])) continue;
            json.WritePropertyName(columns[c]);
            // As a backend sends them: numbers as numbers, with the digits of the log.
            if (ServedTrivago.IsNumeric(columns[c]) && values[c].Length > 0) json.WriteRawValue(values[c]);
            else json.WriteStringValue(values[c]);
        }

        json.WriteEndObject();
    }
}
