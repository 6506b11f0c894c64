using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>
/// Makes records of requests (docs/serving.md) from the lists of a log, with the scores that <c>predict</c> gives for their rows: replayed, a
/// served score must have the same bits. Where more requests are asked for than there are lists, the lists come again, each time
/// with the items in another order.
/// </summary>
sealed class RequestLog
{
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly LoadedBundle _bundle;
    readonly string[] _columns;
    readonly HashSet<string> _numbers;
    readonly Fusion _fusion;
    readonly List<List<string[]>> _lists = [];
    int[] _firstRows = [];
    float[][] _scores = [];

    RequestLog(LoadedBundle bundle)
    {
        var schema = bundle.Ranker.Schema;
        var fields = bundle.Ranker.Embedding.Fields.Select(f => schema.Fields[f]).Where(f => f.Role != FieldRole.Position).ToList();
        _bundle = bundle;
        _columns = [.. schema.Levels.Select(l => l.Column).Concat(fields.Select(f => f.Column)).Distinct(StringComparer.Ordinal)];
        _numbers = [.. fields.Where(f => f.Encoder is BucketEncoder or StandardiseEncoder).Select(f => f.Column)];
        _fusion = Fusion.Load(bundle);
    }

    /// <summary>Writes a file of records.</summary>
    /// <param name="configuration">Configuration of the run; its group column says what a list is.</param>
    /// <param name="file">File to write.</param>
    /// <param name="requests">Records to write.</param>
    public static void Write(string configuration, string file, int requests)
    {
        var run = RunConfiguration.Load(configuration);
        var log = new RequestLog(ModelBundle.Load(run.BundleDirectory));
        log.ReadLists(run);
        log.Predict(file);
        using var stream = File.Create(file);
        for (var i = 0; i < requests; i++) log.WriteRecord(stream, i % log._lists.Count, i / log._lists.Count);
        Console.WriteLine($"{requests} requests from {log._lists.Count} lists with {log._scores.Length} rows: {file}");
    }

    void ReadLists(RunConfiguration run)
    {
        var group = run.Data.Group ?? throw new InputException("The configuration has no group; name the column that says what a list is.");
        var levels = _bundle.Ranker.Schema.Levels;
        var lists = new Dictionary<string, List<string[]>>(StringComparer.Ordinal);
        foreach (var source in run.Data.Sources)
        {
            using var reader = RowReader.Open(source, run.BaseDirectory);
            var header = reader.Header.ToList();
            int[] places = [.. _columns.Select(c => header.IndexOf(c))];
            var listed = header.IndexOf(group);
            while (reader.Read())
            {
                // What the configuration filters out has scenarios that training has not seen.
                string[] row = [.. places.Select(c => Encoding.UTF8.GetString(reader[c]))];
                if (!levels.Index().All(l => l.Item.Nodes.Contains(row[l.Index]))) continue;
                var name = Encoding.UTF8.GetString(reader[listed]);
                if (!lists.TryGetValue(name, out var list)) _lists.Add(lists[name] = list = []);
                list.Add(row);
            }
        }
    }

    void Predict(string file)
    {
        var (rows, scores) = (file + ".rows.csv", file + ".scores.csv");
        using (var writer = CsvWriter.Create(new StreamWriter(rows), new CsvWriterOptions { NewLine = "\n" }, leaveOpen: false))
        {
            foreach (var row in _lists.SelectMany(l => l).Prepend(_columns)) writer.WriteRecord(row);
        }

        Run.Predict(_bundle.Folder, rows, scores);
        var next = 0;
        _firstRows = [.. _lists.Select(l => (next += l.Count) - l.Count)];
        _scores = [.. File.ReadLines(scores).Skip(1).Select(l => l.Split(',').Select(s => float.Parse(s, CultureInfo.InvariantCulture)).ToArray())];
        File.Delete(rows);
        File.Delete(scores);
    }

    void WriteRecord(Stream stream, int number, int turn)
    {
        var list = _lists[number];
        var first = _firstRows[number];
        int[] items = [.. Enumerable.Range(0, list.Count).Select(i => (i + turn) % list.Count)];
        var tasks = _bundle.Ranker.Schema.Tasks;
        using (var writer = new Utf8JsonWriter(stream, Plain))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "rank");
            writer.WriteString("model", "predict");
            writer.WriteString("digest", _bundle.WeightsSha256);
            writer.WriteString("fusion", _fusion.Version);
            writer.WriteStartObject("scores");
            for (var task = 0; task < tasks.Length; task++) WriteScores(tasks[task].Name, task);
            writer.WriteEndObject();
            // Predict has a column for it where there is a formula; without one it is the last task's.
            WriteScores("fused", _fusion.IsDefault ? tasks.Length - 1 : tasks.Length);
            writer.WritePropertyName("request");
            WriteRequest(writer, list, items);
            writer.WriteEndObject();

            void WriteScores(string name, int column)
            {
                writer.WriteStartArray(name);
                foreach (var item in items) writer.WriteNumberValue(_scores[first + item][column]);
                writer.WriteEndArray();
            }
        }

        stream.Write("\n"u8);
    }

    void WriteRequest(Utf8JsonWriter writer, List<string[]> list, int[] items)
    {
        var levels = _bundle.Ranker.Schema.Levels.Length;
        int[] shared = [.. Enumerable.Range(0, _columns.Length).Where(c => list.TrueForAll(row => row[c] == list[0][c]))];
        int[] own = [.. Enumerable.Range(0, _columns.Length).Except(shared)];
        writer.WriteStartObject();
        Columns("scenario", list[0], shared.Where(c => c < levels));
        Columns("context", list[0], shared.Where(c => c >= levels));
        writer.WriteStartArray("items");
        foreach (var item in items)
        {
            writer.WriteStartObject();
            writer.WriteNumber("id", item);
            Columns("fields", list[item], own);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();

        void Columns(string name, string[] row, IEnumerable<int> columns)
        {
            writer.WriteStartObject(name);
            foreach (var column in columns)
            {
                writer.WritePropertyName(_columns[column]);
                if (_numbers.Contains(_columns[column]) && IsNumber(row[column])) writer.WriteRawValue(row[column]);
                else writer.WriteStringValue(row[column]);
            }

            writer.WriteEndObject();
        }
    }

    static bool IsNumber(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
