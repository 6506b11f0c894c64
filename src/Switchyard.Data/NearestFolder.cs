namespace Switchyard.Data;

/// <summary>Looks at a place before anything is made there.</summary>
public static class NearestFolder
{
    /// <summary>The folder itself, or the nearest one above it that is there: where it can be written, the rest can be made.</summary>
    /// <exception cref="IOException">A file is in the way.</exception>
    public static string Of(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there))
        {
            if (File.Exists(there)) throw new IOException($"{there} is a file, no folder");
            there = Path.GetDirectoryName(there) ?? throw new DirectoryNotFoundException($"{there} is not there");
        }

        return there;
    }
}
