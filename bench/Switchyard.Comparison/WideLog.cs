using System.Globalization;
using System.Text;
using Switchyard.Engine;

namespace Switchyard.Comparison;

/// <summary>
/// A log of the trivago log's columns and the last forty items of a user, with random values, any number of rows, and the configuration
/// of a run over it.
/// </summary>
static class WideLog
{
    /// <summary>Bytes of a row in the column file: 19 ids, a history and its length, two nodes, two labels, its number.</summary>
    public const int RowBytes = (4 * 19) + 4 + (4 * HistoryItems) + (4 * 2) + 2 + 8;

    const int HistoryItems = 40;
    const int Items = 5000;

    /// <summary>Writes rows.csv and run.yaml into the folder. The same rows for the same number.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="rows">Rows; two in a hundred are for validation and test.</param>
    /// <param name="epochs">Epochs of the run.</param>
    /// <param name="shuffleRows">Rows of the shuffle's buffer.</param>
    public static void Write(string folder, long rows, int epochs, int shuffleRows)
    {
        Directory.CreateDirectory(folder);
        var fields = Workload.TableRows.Select((_, f) => $"f{f}").ToArray();
        var random = new SeededRandom(11, "wide log");
        using (var writer = new StreamWriter(Path.Combine(folder, "rows.csv"), append: false, new UTF8Encoding(false), 1 << 20))
        {
            writer.WriteLine($"{string.Join(',', fields)},history,region,device,clickout,interact_after");
            Span<char> line = stackalloc char[600];
            for (var row = 0L; row < rows; row++)
            {
                var length = 0;
                foreach (var values in Workload.TableRows) Put(line, ref length, random.Next(values - 1), ',');
                for (var i = 1; i < HistoryItems; i++) Put(line, ref length, random.Next(Items), '|');
                Put(line, ref length, random.Next(Items), ',');
                Put(line, ref length, random.Next(8), ',');
                Put(line, ref length, random.Next(3), ',');
                Put(line, ref length, random.Next(20) == 0 ? 1 : 0, ',');
                Put(line, ref length, random.Next(20) == 0 ? 1 : 0, '\n');
                writer.Write(line[..length]);
            }
        }

        File.WriteAllText(
            Path.Combine(folder, "run.yaml"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                sources: rows.csv
                fields: [{{string.Join(", ", fields)}}, {name: history, type: multi-value}]
                scenario: [region, device]
                tasks: {clickout: clickout, interact_after: interact_after}
                split: {train: "row mod 100 in [0..97]", validation: row mod 100 == 98, test: row mod 100 == 99}
                model: mmoe
                training: {epochs: {{epochs}}, patience: 0, threads: 2, batch_size: 1024, shuffle_rows: {{shuffleRows}}}
                """));
    }

    static void Put(Span<char> line, ref int length, int value, char end)
    {
        value.TryFormat(line[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;
        line[length++] = end;
    }
}
