using System.Diagnostics;
using System.Globalization;

namespace Switchyard.Robustness.Tests;

/// <summary>A file system of a given size in memory, mounted for one test.</summary>
sealed class SmallDisk : IDisposable
{
    readonly DirectoryInfo _folder;

    public SmallDisk(int kibibytes)
    {
        _folder = Directory.CreateTempSubdirectory("switchyard-disk");
        try
        {
            Require("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k"), "tmpfs", Folder);
        }
        catch
        {
            _folder.Delete();
            throw;
        }
    }

    /// <summary>Why no file system can be mounted here; null where one can.</summary>
    public static string? Problem { get; } = FindProblem();

    public string Folder => _folder.FullName;

    public string Place(string name) => Path.Combine(Folder, name);

    /// <summary>Leaves this many bytes free, in a file of its own.</summary>
    public void FillUpTo(long free)
    {
        var left = new DriveInfo(Folder).AvailableFreeSpace - free;
        using var file = File.Create(Place("ballast"));
        var bytes = new byte[4096];
        for (; left >= bytes.Length; left -= bytes.Length) file.Write(bytes);
    }

    public void Empty() => File.Delete(Place("ballast"));

    public void MakeReadOnly() => Require("mount", "-o", "remount,ro", Folder);

    public void MakeWritable() => Require("mount", "-o", "remount,rw", Folder);

    /// <summary>Every file and the bytes it holds, without the ballast.</summary>
    public Dictionary<string, string> Contents() => Directory.EnumerateFiles(Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Where(f => Path.GetFileName(f) != "ballast")
        .ToDictionary(f => Path.GetRelativePath(Folder, f), f => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))), StringComparer.Ordinal);

    public void Dispose()
    {
        // Lazily, so that it goes even where a failed test has left a file open.
        Run("umount", "-l", Folder);
        _folder.Delete();
    }

    static string? FindProblem()
    {
        if (!OperatingSystem.IsLinux()) return "a small file system is mounted on Linux only";
        try
        {
            new SmallDisk(64).Dispose();
            return null;
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            return $"no file system can be mounted here ({e.Message.Trim()}); run as root where mounting is allowed";
        }
    }

    static void Require(params string[] command)
    {
        if (Run(command) is { Length: > 0 } problem) throw new IOException(problem);
    }

    static string Run(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? "" : $"{command[0]}: {error.ReplaceLineEndings(" ")}";
    }
}

/// <summary>A test that mounts a file system; skipped with the reason where that is not allowed.</summary>
public sealed class DiskFactAttribute : FactAttribute
{
    public DiskFactAttribute() => Skip = SmallDisk.Problem;
}
