using System.Text;

namespace Switchyard.Data.Tests;

/// <summary>A folder of its own for a test, gone afterwards.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("switchyard").FullName;

    public string Cache => System.IO.Path.Combine(Path, "cache");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public TemporaryFolder Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text, new UTF8Encoding(false));
        return this;
    }

    public Dataset Import(DataSpec spec) => Importer.Import(spec, Path, Cache);

    public Dataset OpenOrImport(DataSpec spec) => Dataset.OpenOrImport(spec, Path, Cache);

    /// <summary>The message with which an import is refused; nothing may be left of it.</summary>
    public string Refusal(DataSpec spec)
    {
        var message = Should.Throw<InputException>(() => Import(spec).Dispose()).Message;
        if (Directory.Exists(Cache)) Directory.GetFiles(Cache).ShouldBeEmpty();
        return message;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
