using System.IO.Compression;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Text files that are either whole or not there: written under a temporary name, then renamed. Gzipped where the name ends in .gz.</summary>
static class TextFile
{
    public static void Write(string path, string text) => Write(path, writer => writer.WriteLine(text));

    public static void Write(string path, Action<TextWriter> write)
    {
        try
        {
            if (IsDevice(path))
            {
                using var device = new StreamWriter(path, append: false, new UTF8Encoding(false));
                write(device);
                return;
            }

            var temporary = Temporary(path);
            try
            {
                using (var writer = new StreamWriter(Create(temporary, path), new UTF8Encoding(false))) write(writer);
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

    /// <summary>Says now what <see cref="Write(string, string)"/> would only say after hours of training.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void RequireWritable(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new InputException($"{path} cannot be written: it is a folder; name a file in it.");
            if (IsDevice(path)) return;
            var temporary = Temporary(path);
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

    // /dev/null, /dev/stdout and /dev/fd/63 would be replaced by a rename.
    static bool IsDevice(string path) => !OperatingSystem.IsWindows() && Path.GetDirectoryName(Path.GetFullPath(path)) is "/dev" or "/dev/fd";

    static string Temporary(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        return $"{path}.tmp-{Environment.ProcessId}";
    }

    static InputException Unwritable(string path, Exception e) => new($"{path} cannot be written: {e.Message.TrimEnd('.')}; make room there, or name another file.", e);
}
