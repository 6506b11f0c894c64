namespace Switchyard.Data.Tests;

/// <summary>A test on the real data beside the project; skipped where it is not there.</summary>
public sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute(params string[] files)
    {
        if (SharedData.Missing(files) is { } missing) Skip = $"{missing} is not there; set SWITCHYARD_DATA to the folder of the data sets.";
    }
}

static class SharedData
{
    public static string Folder { get; } = Environment.GetEnvironmentVariable("SWITCHYARD_DATA") is { Length: > 0 } set ? set : Beside();

    public static string? Missing(IEnumerable<string> files) => files.Select(f => Path.Combine(Folder, f)).FirstOrDefault(f => !File.Exists(f));

    // ../shared/data, seen from the folder of the solution file.
    static string Beside()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Switchyard.slnx")))
                return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data"));

        // Built outside the repository: the sources still know where they lie.
        var source = new FileInfo(ThisFile()).Directory!;
        return Path.GetFullPath(Path.Combine(source.FullName, "..", "..", "..", "..", "shared", "data"));
    }

    static string ThisFile([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
