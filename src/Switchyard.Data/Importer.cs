using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Reads text once and leaves a binary column file of encoded rows.</summary>
public static class Importer
{
    /// <summary>Up to this many distinct numbers of a column, quantiles are exact; beyond, they come from a seeded uniform sample.</summary>
    public const int DistinctNumbers = 4_000_000;

    // How a file that another process has locked is reported: EWOULDBLOCK of Linux, of macOS, ERROR_SHARING_VIOLATION.
    const int WouldBlock = 11;
    const int WouldBlockOnMac = 35;
    const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>
    /// Imports the sources of <paramref name="spec"/>: one pass over the text, then one over a provisional file. Everything is fitted on
    /// training rows only. The column file is written under a temporary name and renamed when whole.
    /// </summary>
    /// <param name="spec">What to read and how.</param>
    /// <param name="baseDirectory">Folder that relative source paths start from.</param>
    /// <param name="cacheDirectory">Folder of the column file; created where missing. Its free space must hold the encoded rows about three times.</param>
    /// <param name="progress">Receives a report now and then.</param>
    /// <param name="threads">Threads that take columns, beside one that reads and one that writes; 0 = all cores. The file does not depend on it.</param>
    /// <param name="cancellation">Stops the import; nothing is left behind.</param>
    /// <exception cref="InputException">Anything wrong with configuration or files, with its place.</exception>
    public static Dataset Import(
        DataSpec spec,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress = null,
        int threads = 0,
        CancellationToken cancellation = default) => RunAlone(spec, null, baseDirectory, cacheDirectory, progress, threads, cancellation);

    /// <summary>
    /// Imports with the schema of a trained model instead of fitting one: its vocabularies, edges and nodes. Training rows are not needed.
    /// Fields, scenario columns and tasks must be those of the schema. See the other overload.
    /// </summary>
    public static Dataset Import(
        DataSpec spec,
        Schema schema,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress = null,
        int threads = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return RunAlone(spec, new KnownSchema(schema, Grows: false), baseDirectory, cacheDirectory, progress, threads, cancellation);
    }

    static Dataset RunAlone(
        DataSpec spec,
        KnownSchema? known,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress,
        int threads,
        CancellationToken cancellation)
    {
        try
        {
            return Run(spec, known, baseDirectory, cacheDirectory, progress, threads, cancellation);
        }
        catch (ImportRunningException e)
        {
            throw new InputException(e.Message, e);
        }
    }

    /// <exception cref="ImportRunningException">Another import writes the same column file.</exception>
    internal static Dataset Run(
        DataSpec spec,
        KnownSchema? known,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress,
        int threads,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecChecks.Check(spec);
        known?.Check(spec);
        var specification = ImportFingerprint.OfSpec(spec, baseDirectory, known?.Text ?? "");
        var path = FilePath(cacheDirectory, specification);
        // Taken before reading: a source that changes meanwhile makes the file stale, not wrong.
        var fingerprint = ImportFingerprint.Of(spec, baseDirectory);
        try
        {
            Directory.CreateDirectory(cacheDirectory);
            Write(spec, known, baseDirectory, path, specification, fingerprint, DistinctNumbers, progress, threads, cancellation);
        }
        catch (Exception e) when (e is (IOException and not ImportRunningException) or InvalidDataException or UnauthorizedAccessException)
        {
            throw new InputException($"The column file {path} cannot be written: {e.Message.TrimEnd('.')}; make room there, or name another 'output'.", e);
        }

        return Dataset.Open(path);
    }

    /// <summary>Where an import leaves its column file: a name of its own for every specification.</summary>
    internal static string FilePath(string cacheDirectory, string specification) => Path.Combine(cacheDirectory, $"{specification[..16]}.columns");

    internal static void Write(
        DataSpec spec,
        KnownSchema? known,
        string baseDirectory,
        string path,
        string specification,
        ImportFingerprint fingerprint,
        int distinctNumbers,
        IProgress<ImportProgress>? progress,
        int threads,
        CancellationToken cancellation)
    {
        // One fixed temporary name: what a crash left is overwritten. The lock outlives the rename and the deletion below, or a second
        // import could begin the temporary file anew between its last byte and its new name.
        var temporary = path + ".tmp";
        using var claim = Claim(path + ".lock", FileOptions.DeleteOnClose);
        var stream = Claim(temporary, FileOptions.None);
        try
        {
            using (stream)
            {
                using var rows = new SourceRows(spec, baseDirectory, cancellation);
                using var text = new TextPass(spec, part => $"{path}.{part.Name()}.tmp", distinctNumbers, fit: known is null, threads);
                text.Run(rows, progress, cancellation);
                CheckRows(text, frozen: known is { Grows: false });
                var fitted = known?.Apply(spec, text) ?? SchemaFitter.Fit(spec, text);
                ColumnFile.WriteHeader(stream);
                var encoding = new EncodingPass(spec, fitted, text);
                var parts = encoding.Run(stream, progress, cancellation);
                if (spec.UnknownScenario == UnknownScenario.Error && !encoding.UnknownScenarios.IsEmpty)
                    throw UnknownScenarioLog.Error(encoding.UnknownScenarios);
                ColumnFile.WriteInfo(stream, new ColumnFileInfo(specification, fingerprint.AfterReading(rows.ContentHash), fitted, Summary(fitted, text, encoding, known is null ? [] : SchemaFitter.OtherLabels(known.Schema, spec)), parts));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // Held open without sharing: a second import is refused.
    static FileStream Claim(string path, FileOptions options)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, options);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            throw new ImportRunningException($"Another import is writing {path}; wait until it has finished and try again.", e);
        }
    }

    static void CheckRows(TextPass text, bool frozen)
    {
        if (text.RowsRead == 0) throw new InputException("The sources hold no rows, only headers.");
        var kept = text.Spools.Sum(s => s.Count);
        if (frozen ? kept > 0 : text.Spools[(int)Part.Train].Count > 0) return;
        throw new InputException(
            $"No row is left {(frozen ? "" : "in the training part ")}of {text.RowsRead} read: the filter left out {text.RowsFiltered}, " +
            $"{text.RowsInNoPart} met the conditions of no part. Correct 'filter' or 'split'.");
    }

    static ImportSummary Summary(Schema schema, TextPass text, EncodingPass encoding, ImmutableArray<string> otherLabels) => new()
    {
        RowsRead = text.RowsRead,
        RowsFiltered = text.RowsFiltered,
        RowsInNoPart = text.RowsInNoPart,
        RowsUnmatched = text.RowsUnmatched,
        Parts = [.. Enum.GetValues<Part>().Select(p => new PartSummary(
            p,
            text.Spools[(int)p].Count,
            text.Groups(p),
            [.. schema.Tasks.Select((t, i) => new TaskCount(t.Name, text.Labels[(int)p, i].Observed, text.Labels[(int)p, i].Positives))]))],
        Fields = [.. schema.Fields.Select((f, i) => new FieldSummary(
            f.Name,
            f.Table < 0 ? null : schema.Tables[f.Table].Name,
            f.Table < 0 ? 0 : schema.Tables[f.Table].Rows,
            encoding.OutOfVocabulary(i),
            text.Statistics.TryGetValue(f.Name, out var statistics) && statistics.Sampled))],
        UnknownScenarios = encoding.UnknownScenarios,
        OtherLabels = otherLabels,
    };
}
