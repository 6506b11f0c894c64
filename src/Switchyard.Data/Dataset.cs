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

    /// <summary>Hash of the specification and the sources the file was made from; empty where they were read from standard input.</summary>
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
        CancellationToken cancellation = default) => OpenOrRun(spec, null, baseDirectory, cacheDirectory, progress, cancellation);

    /// <summary>The same with the schema of a trained model instead of fitting one.</summary>
    public static Dataset OpenOrImport(
        DataSpec spec,
        Schema schema,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return OpenOrRun(spec, new KnownSchema(schema, Grows: false), baseDirectory, cacheDirectory, progress, cancellation);
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
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return OpenOrRun(spec, new KnownSchema(schema, Grows: true), baseDirectory, cacheDirectory, progress, cancellation);
    }

    /// <summary>The column file that an earlier import of the same specification and sources left; null where it is gone or stale.</summary>
    /// <param name="spec">What was read.</param>
    /// <param name="grownFrom">Fingerprint of the schema that the import grew; null where it fitted one.</param>
    /// <param name="baseDirectory">Folder that relative source paths start from.</param>
    /// <param name="cacheDirectory">Folder of the column file.</param>
    /// <exception cref="InputException">A source is not there.</exception>
    public static Dataset? Reopen(DataSpec spec, string? grownFrom, string baseDirectory, string cacheDirectory)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var known = grownFrom is null ? "" : KnownSchema.TextOf(grownFrom, grows: true);
        return OpenFresh(spec, known, baseDirectory, Importer.FilePath(spec, baseDirectory, cacheDirectory, known));
    }

    static Dataset OpenOrRun(
        DataSpec spec,
        KnownSchema? known,
        string baseDirectory,
        string cacheDirectory,
        IProgress<ImportProgress>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecChecks.Check(spec);
        var text = known?.Text ?? "";
        var path = Importer.FilePath(spec, baseDirectory, cacheDirectory, text);
        while (true)
        {
            if (OpenFresh(spec, text, baseDirectory, path) is { } fresh) return fresh;
            try
            {
                return Importer.Run(spec, known, baseDirectory, cacheDirectory, progress, cancellation);
            }
            catch (ImportRunningException)
            {
                // Another run over the same rows was first; its file will do.
                cancellation.WaitHandle.WaitOne(PollInterval);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    static Dataset? OpenFresh(DataSpec spec, string known, string baseDirectory, string path)
    {
        if (ImportFingerprint.Of(spec, baseDirectory, known).BeforeReading is not { } fingerprint || TryOpen(path) is not { } dataset) return null;
        if (dataset.Fingerprint == fingerprint) return dataset;
        dataset.Dispose();
        return null;
    }

    static Dataset? TryOpen(string path)
    {
        try
        {
            return File.Exists(path) ? OpenFile(path) : null;
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
