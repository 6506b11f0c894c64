using System.Diagnostics;
using System.Globalization;

namespace Switchyard.Comparison;

/// <summary>
/// Trains over a column file more than four times the memory that the process is given, read from the disk, and beside it over one whose
/// rows all fit into the shuffle's buffer, without a limit: the same columns, tables and model.
/// </summary>
static class LargerThanMemory
{
    const int Mebi = 1 << 20;
    const int RowsInMemory = 200_000;
    const int ShuffleRows = 1 << 16;

    /// <summary>Prints both rates, their ratio, and what the limited process was given and held.</summary>
    /// <param name="mebibytes">All memory the limited process is given; three quarters of it are the limit of its heap.</param>
    /// <param name="folder">Where the files are put; they are kept for the next call and take about ten times that memory.</param>
    public static void Print(int mebibytes, string folder)
    {
        var given = (long)mebibytes * Mebi;
        var rows = 4 * given / WideLog.RowBytes * 101 / 100;
        var large = Prepare(Path.Combine(folder, $"larger-{mebibytes}"), rows, epochs: 1, ShuffleRows);
        var small = Prepare(Path.Combine(folder, "in-memory"), RowsInMemory, epochs: 5, RowsInMemory);
        var file = Directory.GetFiles(Path.GetDirectoryName(large)!, "*.columns", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Single();
        var size = new FileInfo(file).Length;

        var before = MeasuredRun.Start(small, null);
        var dropped = DropFromPageCache(file);
        var limited = MeasuredRun.Start(large, given / 4 * 3);
        var after = MeasuredRun.Start(small, null);
        var inMemory = (before.RowsPerSecond + after.RowsPerSecond) / 2;

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Column file: {Mib(size)} MiB, {rows:N0} rows; memory given: {mebibytes} MiB, a {(double)size / given:0.00}th of it; load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}."));
        Console.WriteLine();
        Console.WriteLine("| run | rows/s in training | seconds in all | most memory held (VmHWM), MiB | heap limit (GCHeapHardLimit), MiB | read from the disk, MiB |");
        Console.WriteLine("|---|---|---|---|---|---|");
        Line("in memory, before", before);
        Line(dropped ? "limited, page cache dropped" : "limited, page cache not dropped (not allowed)", limited);
        Line("in memory, after", after);
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Limited / in memory: {limited.RowsPerSecond / inMemory:0.00} (at least 0.80 is wanted)."));
        Wanted.Require(size >= 4 * given, "the column file is four times the memory given");
        Wanted.Require(limited.HeapLimitBytes == given / 4 * 3, "the heap's limit is in force");
        Wanted.Require(limited.PeakBytes > 0 && limited.PeakBytes <= given, "the process never held more than it was given");
        Wanted.Require(!dropped || limited.DiskBytes >= 0.95 * size, "the rows came from the disk");
        Wanted.Require(limited.RowsPerSecond >= 0.8 * inMemory, "0.8 of the rate in memory");
    }

    static void Line(string name, MeasuredRun run) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {run.RowsPerSecond:N0} | {run.Seconds:0.0} | {Mib(run.PeakBytes)} | {(run.HeapLimitBytes == 0 ? "none" : Mib(run.HeapLimitBytes))} | {Mib(run.DiskBytes)} |"));

    static string Mib(long bytes) => (bytes / Mebi).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Rows, configuration and column file; what an earlier call made is used again.</summary>
    static string Prepare(string folder, long rows, int epochs, int shuffleRows)
    {
        var configuration = Path.Combine(folder, "run.yaml");
        if (!File.Exists(configuration)) WideLog.Write(folder, rows, epochs, shuffleRows);
        Run.Import(RunConfiguration.Load(configuration), SilentReporter.Instance);
        return configuration;
    }

    /// <summary>GNU dd asks the kernel to forget a file's pages, which needs no rights; false where it is not there.</summary>
    static bool DropFromPageCache(string file)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("dd", [$"if={file}", "iflag=nocache", "count=0", "status=none"]));
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
