using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>What a report is made of: nothing of it is written over.</summary>
static class ReportInputs
{
    /// <param name="options">Where the report goes.</param>
    /// <param name="folders">Folders that are read.</param>
    /// <param name="files">Files that are read; null is none.</param>
    /// <exception cref="InputException">A file of the report would take the place of one of these.</exception>
    public static void RequireApart(ReportOptions options, IEnumerable<string> folders, IEnumerable<string?> files)
    {
        // Names that differ in case are one file on some systems.
        var read = files.OfType<string>().Select(Path.GetFullPath).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var roots = folders.Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)) + Path.DirectorySeparatorChar).ToList();
        foreach (var (option, name) in new[] { ("--output", options.Output), ("--json", options.Json) })
        {
            if (name is not null && (read.Contains(Path.GetFullPath(name)) || IsWithin(name))) throw new InputException($"{option} {name}: the report is made from it, so it is not written over; name another file.");
        }

        if (options.Csv is { } folder && IsWithin(folder)) throw new InputException($"--csv {folder}: the report is made from what is there, so nothing is written into it; name another folder.");

        bool IsWithin(string name) => roots.Exists(r => (Path.TrimEndingDirectorySeparator(Path.GetFullPath(name)) + Path.DirectorySeparatorChar).StartsWith(r, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A configuration's file and those with its rows.</summary>
    public static IEnumerable<string?> Of(RunConfiguration run) => run.Data.Sources.Select(s => s.Path).OfType<string>().Where(p => p != SourceFiles.StandardInput).Select(p => Path.Combine(run.BaseDirectory, p)).Append(run.File);
}
