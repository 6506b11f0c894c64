using System.IO.Compression;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Files that are either whole or not there: written under a temporary name, then renamed. Gzipped where the name ends in .gz.</summary>
static class TextFile
{
    public static void Write(string path, string text) => Write(path, writer => writer.WriteLine(text));

    public static void Write(string path, Action<TextWriter> write) => WriteWhole(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false));
        write(writer);
    });

    /// <summary>The same of bytes.</summary>
    public static void Write(string path, byte[] bytes) => WriteWhole(path, stream => stream.Write(bytes));

    /// <summary>The same of what a function writes.</summary>
    public static void WriteBytes(string path, Action<Stream> write) => WriteWhole(path, write);

    static void WriteWhole(string path, Action<Stream> write)
    {
        try
        {
            if (IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
                write(device);
                return;
            }

            Directory.CreateDirectory(FolderOf(path));
            var temporary = Temporary(path);
            try
            {
                using (var stream = Create(temporary, path)) write(stream);
                File.Move(temporary, path, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    /// <summary>Says now what <see cref="Write(string, string)"/> would only say after hours of training. Makes no folder.</summary>
    /// <param name="files">The option that names a file, and the file; null where the option is not given.</param>
    /// <exception cref="InputException">A name is empty, two options name the same file, or a file cannot be written.</exception>
    public static void RequireWritable(params ReadOnlySpan<(string Option, string? File)> files)
    {
        // Names that differ in case are one file on some systems.
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, file) in files)
        {
            if (file is null) continue;
            if (string.IsNullOrWhiteSpace(file)) throw new InputException($"{option}: the name is empty; name a file.");
            if (Directory.Exists(file)) throw new InputException($"{option} {file} cannot be written: it is a folder; name a file in it.");
            if (IsDevice(file)) continue;
            if (!options.TryAdd(Path.GetFullPath(file), option)) throw new InputException($"{option} {file}: {options[Path.GetFullPath(file)]} is written there; name another file.");
            RequirePlace(file);
        }
    }

    static void RequirePlace(string path)
    {
        try
        {
            var temporary = Path.Combine(NearestFolder.Of(FolderOf(path)), Path.GetFileName(Temporary(path)));
            File.Create(temporary).Dispose();
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, e);
        }
    }

    // The archive names no file and no time: the same text gives the same bytes.
    static Stream Create(string temporary, string path)
    {
        var file = File.Create(temporary, 1 << 16);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionLevel.Fastest) : file;
    }

    /// <summary>/dev/null, /dev/stdout and /dev/fd/63 would be replaced by a rename.</summary>
    public static bool IsDevice(string path) => !OperatingSystem.IsWindows() && Path.GetDirectoryName(Path.GetFullPath(path)) is "/dev" or "/dev/fd";

    static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;

    static string Temporary(string path) => $"{path}.tmp-{Environment.ProcessId}";

    static InputException Unwritable(string path, Exception e) =>
        new($"{path} cannot be written: {e.Message.TrimEnd('.')}; make room if the disk is full, or name a file in a folder that you may write to.", e);
}
