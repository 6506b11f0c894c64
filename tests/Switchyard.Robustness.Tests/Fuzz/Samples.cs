using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Switchyard.Robustness.Tests;

/// <summary>Sound inputs to be damaged: a small log with every kind of field, and the configuration of a run over it.</summary>
static class Samples
{
    public const string Header = "id,user,search,city,device,item,seen,price,slot,rowweight,click,buy,rating,day";

    public const string Configuration =
        """
        name: demo # a comment
        sources: rows.csv
        fields:
          - city
          - &device {name: device}
          - {name: item, min_count: 2, embedding: 8}
          - {name: seen, type: multi-value, shares: item}
          - {name: seen_last, column: seen, type: sequence, shares: item, max_length: 2, order: newest-first}
          - {name: clicked, type: sequence, shares: item, max_length: 3, history: {of: user, item: item, when: click == 1, time: day}}
          - {name: user, hash_buckets: 32, embedding: 4}
          - {name: price, type: numeric, buckets: 8}
          - {name: price_z, column: price, type: numeric, encoding: standardise}
          - {name: slot, role: position, fixed: "1"}
        scenario: [city, device]
        tasks:
          click: click
          buy: {label: buy, given: click}
          like: {label: "rating >= 4", mask: rating is present, weight: 0.5}
        group: search
        weight: rowweight
        split: {train: day <= 7, validation: day == 8, test: ["day >= 9", "hash(user) mod 10 in [0..9]"]}
        model: {name: aesm2, experts: 4, expert: {widths: [16, 8]}, tower_widths: [8]}
        training: {epochs: 1, batch_size: 64, threads: 1}
        evaluation: {min_positives: 1, min_negatives: 1}
        """;

    public static string Rows(int rows)
    {
        var text = new StringBuilder(Header).Append('\n');
        var random = new Random(5);
        for (var i = 0; i < rows; i++)
        {
            var city = new[] { "ams", "\"ber, \"\"lin\"\"\"", "københavn" }[random.Next(3)];
            var seen = string.Join('|', Enumerable.Range(0, random.Next(4)).Select(_ => $"i{random.Next(9)}"));
            var price = random.Next(10) == 0 ? "" : (random.Next(1000) / 7.0).ToString("0.00", CultureInfo.InvariantCulture);
            var click = random.Next(2);
            text.Append(CultureInfo.InvariantCulture, $"{i},u{random.Next(9)},s{i / 4},{city},{(random.Next(2) == 0 ? "phone" : "desk")},i{random.Next(9)},{seen},{price}");
            text.Append(CultureInfo.InvariantCulture, $",{1 + random.Next(5)},{1 + random.Next(3)},{click},{click * random.Next(2)},{(random.Next(3) == 0 ? "" : $"{1 + random.Next(5)}")},{1 + (10 * i / rows)}\n");
        }

        return text.ToString();
    }

    /// <summary>The same rows as JSON objects, one a line; the values are texts, numbers, lists and nothing.</summary>
    public static string JsonLines(int rows)
    {
        var names = Header.Split(',');
        var text = new StringBuilder();
        foreach (var line in Rows(rows).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            // The one city with commas and quotes becomes a plain one.
            var values = line.Replace("\"ber, \"\"lin\"\"\"", "berlin", StringComparison.Ordinal).Split(',');
            text.Append('{').AppendJoin(',', names.Zip(values, (name, value) => $"\"{name}\": {Json(name, value)}")).Append("}\n");
        }

        return text.ToString();
    }

    static string Json(string name, string value) => name switch
    {
        "seen" => $"[{string.Join(',', value.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(v => $"\"{v}\""))}]",
        _ when value.Length == 0 => "null",
        _ when double.TryParse(value, CultureInfo.InvariantCulture, out _) => value,
        _ => $"\"{value}\"",
    };

    /// <summary>The same rows as table log of a SQLite database, at a place.</summary>
    public static byte[] Database(string path, int rows)
    {
        using (var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"create table log({Header})";
            command.ExecuteNonQuery();
            var names = Header.Split(',');
            command.CommandText = $"insert into log values ({string.Join(',', names.Select(n => $"${n}"))})";
            foreach (var line in JsonLines(rows).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var row = JsonDocument.Parse(line);
                command.Parameters.Clear();
                foreach (var name in names) command.Parameters.AddWithValue($"${name}", Stored(row.RootElement.GetProperty(name)));
                command.ExecuteNonQuery();
            }
        }

        return File.ReadAllBytes(path);
    }

    static object Stored(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => DBNull.Value,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Array => string.Join('|', value.EnumerateArray().Select(v => v.GetString())),
        _ => value.GetString()!,
    };

    public static byte[] Compressed(string text)
    {
        using var bytes = new MemoryStream();
        using (var stream = new GZipStream(bytes, CompressionLevel.Fastest)) stream.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
