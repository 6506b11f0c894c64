namespace Switchyard.Robustness.Tests;

/// <summary>A folder of its own for a test, in memory where the system has such a place; gone afterwards.</summary>
sealed class Scratch : IDisposable
{
    const string InMemory = "/dev/shm";

    readonly DirectoryInfo _folder = Directory.Exists(InMemory)
        ? Directory.CreateDirectory(Path.Combine(InMemory, $"switchyard-{Guid.NewGuid():N}"))
        : Directory.CreateTempSubdirectory("switchyard");

    public string Folder => _folder.FullName;

    public string Place(string name) => Path.Combine(Folder, name);

    public void Write(string name, string text) => File.WriteAllText(Place(name), text);

    /// <summary>Every file below the folder, by its name from there.</summary>
    public string[] Files() =>
        [.. Directory.EnumerateFiles(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Delete(recursive: true);
}
