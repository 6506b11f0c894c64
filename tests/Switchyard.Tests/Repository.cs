namespace Switchyard.Tests;

/// <summary>Finds files of the repository from wherever the tests were built to.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    // The build may put its output outside the repository, so the source file's own path comes first.
    static string Find([System.Runtime.CompilerServices.CallerFilePath] string source = "")
    {
        foreach (var start in (string[])[Path.GetDirectoryName(source)!, Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Switchyard.slnx"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("Switchyard.slnx was not found above the tests.");
    }
}
