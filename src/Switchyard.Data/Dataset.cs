using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data;

/// <summary>An imported column file, open for reading. Sources of rows opened from it must be disposed before it.</summary>
public sealed class Dataset : IDisposable
{
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    readonly SafeFileHandle _file;
    readonly ColumnFileInfo _info;

    Dataset(string path, SafeFileHandle file, ColumnFileInfo info)
    {
        Path = path;
        _file = file;
        _info = info;
    }

    /// <summary>The column file.</summary>
    public string Path { get; }

    public Schema Schema => _info.Schema;

    public ImportSummary Summary => _info.Summary;

    /// <summary>
    /// Hash of the sources as they were read (place, size and content of files, answers of a database server), the same whatever schema
    /// encoded them; empty where they were read from standard input or a pipe.
    /// </summary>
    public string Fingerprint => _info.Fingerprint;

    /// <summary>Opens a column file.</summary>
    /// <exception cref="InputException">There is no such file, or it is damaged.</exception>
    public static Dataset Open(string path)
    {
        try
        {
            return OpenFile(path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw ColumnFile.Unreadable(path, e);
        }
    }

    /// <summary>Opens the column file of an earlier import where it is still fresh and whole, and imports otherwise.</summary>
    public static Dataset OpenOrImport(
        DataSpec spec,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress = null,
        int threads = 0,
        CancellationToken cancellation = default) => OpenOrRun(spec, null, baseDirectory, cacheDirectory, progress, threads, cancellation);

    /// <summary>The same with the schema of a trained model instead of fitting one.</summary>
    public static Dataset OpenOrImport(
        DataSpec spec,
        Schema schema,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress = null,
        int threads = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return OpenOrRun(spec, new KnownSchema(schema, Grows: false), baseDirectory, cacheDirectory, progress, threads, cancellation);
    }

    /// <summary>
    /// The same with the schema of a trained model, grown by the values, nodes and tasks that are new: what the schema knows keeps its
    /// ids, bucket edges, means and deviations.
    /// </summary>
    public static Dataset OpenOrImportGrown(
        DataSpec spec,
        Schema schema,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress = null,
        int threads = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return OpenOrRun(spec, new KnownSchema(schema, Grows: true), baseDirectory, cacheDirectory, progress, threads, cancellation);
    }

    /// <summary>
    /// The column file that an earlier import left, where it holds the rows of that import still; null where it is gone or holds others.
    /// The sources are not looked at: they may have changed since, or have gone.
    /// </summary>
    /// <param name="spec">What was read.</param>
    /// <param name="grownFrom">Fingerprint of the schema that the import grew; null where it fitted one.</param>
    /// <param name="baseDirectory">Folder that relative source paths start from.</param>
    /// <param name="cacheDirectory">Folder of the column file.</param>
    /// <param name="fingerprint"><see cref="Fingerprint"/> of that import.</param>
    public static Dataset? Reopen(DataSpec spec, string? grownFrom, string baseDirectory, string cacheDirectory, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(fingerprint);
        return Reopen(ImportFingerprint.OfSpec(spec, baseDirectory, grownFrom is null ? "" : KnownSchema.TextOf(grownFrom, grows: true)), cacheDirectory, fingerprint);
    }

    /// <summary>The same of an import with the schema of a trained model.</summary>
    public static Dataset? ReopenEncoded(DataSpec spec, Schema schema, string baseDirectory, string cacheDirectory, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(fingerprint);
        return Reopen(ImportFingerprint.OfSpec(spec, baseDirectory, new KnownSchema(schema, Grows: false).Text), cacheDirectory, fingerprint);
    }

    static Dataset? Reopen(string specification, string cacheDirectory, string fingerprint) =>
        fingerprint.Length == 0 ? null : TryOpen(Importer.FilePath(cacheDirectory, specification), specification, fingerprint);

    /// <summary>Refuses, before a row is read, a specification that <see cref="OpenOrImportGrown"/> would refuse to grow the schema to.</summary>
    /// <exception cref="InputException">Its fields, scenario columns or tasks do not go on from those of the schema.</exception>
    public static void RequireGrowable(DataSpec spec, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(schema);
        SpecChecks.Check(spec);
        new KnownSchema(schema, Grows: true).Check(spec);
    }

    /// <summary>The <see cref="Fingerprint"/> that an import would have now; null where only reading the rows tells.</summary>
    /// <exception cref="InputException">A source is not there.</exception>
    public static string? FingerprintNow(DataSpec spec, string baseDirectory)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return ImportFingerprint.Of(spec, baseDirectory).BeforeReading;
    }

    static Dataset OpenOrRun(
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
        var specification = ImportFingerprint.OfSpec(spec, baseDirectory, known?.Text ?? "");
        var path = Importer.FilePath(cacheDirectory, specification);
        while (true)
        {
            if (FingerprintNow(spec, baseDirectory) is { } fingerprint && TryOpen(path, specification, fingerprint) is { } fresh) return fresh;
            try
            {
                return Importer.Run(spec, known, baseDirectory, cacheDirectory, progress, threads, cancellation);
            }
            catch (ImportRunningException)
            {
                // Another run over the same rows was first; its file will do.
                cancellation.WaitHandle.WaitOne(PollInterval);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    static Dataset? TryOpen(string path, string specification, string fingerprint)
    {
        try
        {
            if (!File.Exists(path)) return null;
            var dataset = OpenFile(path);
            if (dataset._info.Specification == specification && dataset.Fingerprint == fingerprint) return dataset;
            dataset.Dispose();
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or InputException)
        {
            // Damaged, of another format, or with a condition that is no longer one: the import writes it anew.
            return null;
        }
    }

    static Dataset OpenFile(string path)
    {
        // Delete is shared so that a newer import can replace the file while this one is open.
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            return new Dataset(path, file, ColumnFile.ReadInfo(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Rows of a part.</summary>
    public long Rows(Part part) => _info.Parts[(int)part].Rows;

    /// <summary>Distinct groups of a part; 0 without a group column.</summary>
    public int GroupCount(Part part) => _info.Parts[(int)part].Groups;

    /// <summary>Opens the rows of a part, in file order or shuffled. Each source has its own buffers; several may be read at a time.</summary>
    public IBatchSource Open(Part part, ShuffleOptions? shuffle = null) =>
        new ColumnBatchSource(Schema, Path, _file, _info.Parts[(int)part], shuffle);

    public void Dispose() => _file.Dispose();
}
