using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Robustness.Tests;

/// <summary>
/// A configuration with a tiny source and, in the place where training looks for it, a column file of any size that passes for the import
/// of that source: reading a CSV of this size would take most of a test's time, and is not what is tested.
/// </summary>
static class LargeColumnFile
{
    const int HistoryItems = 250;
    const int Items = 700;

    /// <summary>Writes run.yaml, rows.csv and the column file.</summary>
    /// <returns>Path of the column file.</returns>
    public static string Write(string folder, long bytes, int shuffleRows)
    {
        // Enough values that the table of the history has the rows the file's ids need.
        File.WriteAllText(
            Path.Combine(folder, "rows.csv"),
            "history,y,part\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{string.Join('|', Enumerable.Range(10 * i, 10))},{i % 2},{(i < 80 ? "a" : i < 90 ? "b" : "c")}\n")));
        var configuration = Path.Combine(folder, "run.yaml");
        File.WriteAllText(
            configuration,
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                sources: rows.csv
                fields: [{name: history, type: multi-value, embedding: 4}]
                tasks: {y: y}
                split: {train: part == a, validation: part == b, test: part == c}
                model: {name: mmoe, experts: 2, expert: {widths: [8]}, tower_widths: [4]}
                training: {epochs: 1, batch_size: 512, threads: 1, shuffle_rows: {{shuffleRows}}}
                """));
        Command.Run("import", configuration).Refusal().ShouldBeEmpty();
        var path = Directory.GetFiles(folder, "*.columns", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Single();
        Replace(path, bytes);
        return path;
    }

    /// <summary>Replaces the file by one of the same schema and fingerprint with as many rows as the size needs.</summary>
    static void Replace(string path, long bytes)
    {
        ColumnFileInfo info;
        using (var file = File.OpenHandle(path)) info = ColumnFile.ReadInfo(file);
        var block = FilledBlock(info.Schema);
        byte[] scratch = [];
        using var stream = File.Create(path);
        ColumnFile.WriteHeader(stream);
        var (train, validation, test) = (new List<long>(), new List<long>(), new List<long>());
        for (var blocks = 0; stream.Position < bytes; blocks++)
        {
            (blocks switch { 0 => validation, 1 => test, _ => train }).Add(stream.Position);
            Blocks.Write(stream, block, ref scratch);
        }

        ColumnFile.WriteInfo(stream, info with { Parts = [Part(train), Part(validation), Part(test)] });

        static PartBlocks Part(List<long> offsets) => new((long)offsets.Count * Blocks.Rows, 0, [.. offsets]);
    }

    static RowBuffer FilledBlock(Schema schema)
    {
        var block = new RowBuffer(RowLayout.Of(schema), Blocks.Rows) { Count = Blocks.Rows };
        var history = block.Fields.OfType<ListColumn>().Single();
        var length = 0;
        for (var row = 0; row < Blocks.Rows; row++)
        {
            for (var i = 0; i < HistoryItems; i++) history.Add(ref length, 1 + ((row * 31) + (i * 17)) % Items);
            history.End(row, length);
            block.Labels[0].Values[row] = (byte)(row % 3 == 0 ? 1 : 0);
            block.Rows.Values[row] = row;
        }

        return block;
    }
}
