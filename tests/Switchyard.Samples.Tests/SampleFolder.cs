using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Switchyard.Samples.Tests;

/// <summary>A data folder as the samples' READMEs describe it, filled by a test and removed afterwards.</summary>
sealed class SampleFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public static string Root { get; } = Path.GetFullPath(
        typeof(SampleFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!);

    public static string Samples => Path.Combine(Root, "samples");

    public string Folder => _folder.FullName;

    public string Place(string name) => Path.Combine(Folder, name);

    /// <summary>Writes a file, by default as the publishers do: UTF-8, lines that end in a line feed.</summary>
    public void Write(string name, IEnumerable<string> lines, Encoding? encoding = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place(name))!);
        File.WriteAllText(Place(name), string.Concat(lines.Select(l => l + "\n")), encoding ?? new UTF8Encoding(false));
    }

    /// <summary>A sample's configuration over this data folder, for one epoch and with its model in this folder.</summary>
    public RunConfiguration Load(string sample, params string[] overrides)
    {
        var file = Path.Combine(Samples, sample);
        return RunConfiguration.Parse(
            File.ReadAllText(file),
            file,
            Path.GetDirectoryName(file)!,
            ["training.epochs=1", $"output={Place("run")}", .. overrides],
            name => name == "SWITCHYARD_DATA" ? Folder : null);
    }

    /// <summary>Runs a command of a sample's README in its data folder; what it printed.</summary>
    public string Command(string folder, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = Place(folder),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, error.Result);
        return output;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>A test that runs a sample's preparing script; skipped where its tool is missing.</summary>
public sealed class ScriptFactAttribute : FactAttribute
{
    public ScriptFactAttribute(string tool)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(f => f.Length > 0 && File.Exists(Path.Combine(f, tool)))) Skip = $"{tool} is not installed: the sample's script cannot be run.";
    }
}
