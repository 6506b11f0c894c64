using System.Reflection;

namespace Switchyard.Repository.Tests;

/// <summary>Files of the checkout, without what was built.</summary>
static class Repository
{
    static readonly HashSet<string> Built = new(["bin", "obj", "artifacts", ".git", ".vs", ".idea", "runs", "BenchmarkDotNet.Artifacts", "node_modules", "dist"], StringComparer.Ordinal);

    static readonly HashSet<string> TextTypes = new(
        [".cs", ".csproj", ".props", ".targets", ".slnx", ".md", ".yaml", ".yml", ".json", ".py", ".sh", ".ts", ".js", ".css", ".npmrc", ".editorconfig", ".gitignore", ".gitattributes", ""],
        StringComparer.Ordinal);

    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    public static IEnumerable<string> Files(string folder = "")
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, folder)))
        {
            if (TextTypes.Contains(Path.GetExtension(file))) yield return file;
        }

        foreach (var inner in Directory.EnumerateDirectories(Path.Combine(Root, folder)))
        {
            if (Built.Contains(Path.GetFileName(inner))) continue;
            foreach (var file in Files(inner)) yield return file;
        }
    }

    public static string NameOf(string file) => Path.GetRelativePath(Root, file);
}
