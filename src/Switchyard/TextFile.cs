using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Text files that are either whole or not there: written under a temporary name, then renamed.</summary>
static class TextFile
{
    public static void Write(string path, string text) => Write(path, writer => writer.WriteLine(text));

    public static void Write(string path, Action<TextWriter> write)
    {
        var temporary = $"{path}.tmp-{Environment.ProcessId}";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            using (var writer = new StreamWriter(temporary, append: false, new UTF8Encoding(false))) write(writer);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
