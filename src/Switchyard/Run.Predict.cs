using System.Globalization;
using System.Text;
using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Models;

namespace Switchyard;

public static partial class Run
{
    const int PredictRows = 2048;
    /// <summary>Name of the fused score among those of the tasks.</summary>
    internal const string FusedColumn = "fused";

    /// <summary>Scores rows: CSV or JSON Lines in, CSV out, in the same order, a column per task, and a column <c>fused</c> where the bundle has a fusion.yaml. Labels need not be there; unseen ids are allowed.</summary>
    /// <param name="bundle">Folder of the bundle.</param>
    /// <param name="input">CSV, TSV or JSON Lines, also .gz; - is standard input.</param>
    /// <param name="output">CSV, written under a temporary name and then renamed; - is standard output.</param>
    /// <param name="separator">Character between values; null takes that of the model's first source, where that is known.</param>
    /// <param name="keep">Input columns to repeat before the scores; <c>*</c> for all, null for none.</param>
    /// <param name="reporter">Hears how many rows were scored; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two batches.</param>
    /// <returns>Rows scored.</returns>
    public static long Predict(
        string bundle,
        string input,
        string output,
        char? separator = null,
        IReadOnlyList<string>? keep = null,
        IRunReporter? reporter = null,
        CancellationToken cancellation = default)
    {
        keep ??= [];
        reporter ??= SilentReporter.Instance;
        if (output != "-") TextFile.RequireWritable(("--output", output));
        var loaded = ModelBundle.Load(bundle, cancellation);
        var fusion = FusionOf(loaded);
        using var rows = OpenRows(input, separator, loaded);
        var scored = 0L;
        if (output == "-")
        {
            using var stream = Console.OpenStandardOutput();
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16);
            scored = Score(loaded.Ranker, fusion, rows, keep, writer, reporter, cancellation);
        }
        else
        {
            TextFile.Write(output, writer => scored = Score(loaded.Ranker, fusion, rows, keep, writer, reporter, cancellation));
        }

        reporter.Message($"{CountText.Of(scored, "row")} scored{(output == "-" ? "" : $" to {output}")}");
        return scored;
    }

    /// <summary>The fusion of a bundle that has a file for it; null for one without.</summary>
    internal static Fusion? FusionOf(LoadedBundle loaded)
    {
        var fusion = Fusion.Load(loaded);
        if (fusion.IsDefault) return null;
        return loaded.Ranker.Schema.Tasks.All(t => t.Name != FusedColumn)
            ? fusion
            : throw new InputException($"{Path.Combine(loaded.Folder, Fusion.FileName)}: a task is called {FusedColumn}, so two columns would be; remove the file to predict without it.");
    }

    static long Score(Ranker ranker, Fusion? fusion, RowReader rows, IReadOnlyList<string> keep, TextWriter writer, IRunReporter reporter, CancellationToken cancellation)
    {
        var schema = ranker.Schema;
        var encoder = RowEncoder.Create(schema, rows.Header, rows.File, fields: ranker.Embedding.Fields);
        string[] columns = [.. schema.Tasks.Select(t => t.Name), .. fusion is null ? [] : (string[])[FusedColumn]];
        var kept = KeptColumns(rows, keep, columns);
        var batch = new Batch(schema, PredictRows);
        var scores = new float[columns.Length * PredictRows];
        var texts = new string[PredictRows];
        using var pool = NewPool(0);
        var predictor = new Predictor(ranker, pool);
        writer.WriteLine(string.Join(',', kept.Select(c => Quoted(rows.Header[c])).Concat(columns.Select(Quoted))));
        var scored = 0L;
        for (var more = true; more;)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Count = 0;
            while (batch.Count < PredictRows && (more = rows.Read()))
            {
                encoder.Encode(rows, batch, batch.Count);
                texts[batch.Count] = string.Concat(kept.Select(c => Quoted(Encoding.UTF8.GetString(rows[c])) + ","));
                batch.Count++;
            }

            if (encoder.HasUnknownScenarios && schema.UnknownScenario == UnknownScenario.Error)
            {
                // Nothing more is scored, but the rest is read for the count.
                continue;
            }

            batch.FixPositions();
            predictor.Score(batch, scores);
            fusion?.Evaluate(batch, scores, scores.AsSpan(schema.Tasks.Length * batch.Count));
            for (var row = 0; row < batch.Count; row++)
            {
                writer.Write(texts[row]);
                for (var column = 0; column < columns.Length; column++)
                {
                    if (column > 0) writer.Write(',');
                    writer.Write(scores[column * batch.Count + row].ToString("R", CultureInfo.InvariantCulture));
                }

                writer.WriteLine();
            }

            scored += batch.Count;
        }

        var unknown = encoder.UnknownScenarios;
        encoder.ThrowIfUnknownScenarios();
        WarnOfUnknown(unknown, reporter);
        return scored;
    }

    /// <summary>Opens the input as the model's own first source was read: its separator, and its column names where it has no header.</summary>
    static RowReader OpenRows(string input, char? separator, LoadedBundle loaded)
    {
        if (input.Contains('*', StringComparison.Ordinal)) throw new InputException($"--input {input}: predict reads one file; call it once per file, or pipe the rows in with --input -.");
        if (input != SourceFiles.StandardInput && !File.Exists(input)) throw new InputException($"--input {input}: there is no such file.");
        var trained = loaded.Metadata.Configuration is null ? null : ConfigurationOf(loaded.Folder, loaded.Metadata).Data.Sources[0];
        var source = new SourceSpec { Path = input };
        // A name tells the format; standard input has none.
        if (trained is { Query: null } && (input == SourceFiles.StandardInput || SourceFiles.FormatOf(trained) == SourceFiles.FormatOf(source)))
            source = source with { Format = SourceFiles.FormatOf(trained), Separator = trained.Separator, Columns = trained.Columns };
        if (separator is not null) source = source with { Separator = separator };
        return RowReader.Open(source, Directory.GetCurrentDirectory(), loaded.Ranker.Schema);
    }

    static int[] KeptColumns(RowReader rows, IReadOnlyList<string> keep, string[] columns)
    {
        var header = rows.Header;
        if (keep.Contains("*")) keep = [.. header.Where(name => !columns.Contains(name))];
        return [.. keep.Select(Find)];

        int Find(string name)
        {
            if (columns.Contains(name)) throw new InputException($"--keep {name}: {(name == columns[^1] && name == FusedColumn ? "the fused score" : "a task")} has this name, so its scores would stand in two columns called {name}; leave it out.");
            for (var i = 0; i < header.Count; i++)
            {
                if (header[i] == name) return i;
            }

            throw new InputException($"--keep {name}: {rows.File} has no such column; it has {string.Join(", ", header)}.");
        }
    }

    static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
