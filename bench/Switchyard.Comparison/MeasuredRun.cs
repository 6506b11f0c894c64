using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>What a training run in a process of its own came to, as that process saw it.</summary>
/// <param name="RowsPerSecond">Training rows per second over all epochs, reading included, validation left out.</param>
/// <param name="Seconds">The whole run: reading, training, validation, table, bundle.</param>
/// <param name="PeakBytes">Most memory the process has held (VmHWM of /proc/self/status); 0 where the system does not say.</param>
/// <param name="HeapLimitBytes">Hard limit of the garbage-collected heap, as the runtime sees it; 0 for none.</param>
/// <param name="DiskBytes">Bytes that came from the disk and not from the page cache; 0 where the system does not say.</param>
sealed record MeasuredRun(double RowsPerSecond, double Seconds, long PeakBytes, long HeapLimitBytes, long DiskBytes)
{
    const string Verb = "measured-run";

    /// <summary>Trains in a new process.</summary>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="heapLimit">Hard limit of the heap in bytes; null for none.</param>
    public static MeasuredRun Start(string configuration, long? heapLimit)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        start.ArgumentList.Add(Verb);
        start.ArgumentList.Add(configuration);
        if (heapLimit is { } limit) start.Environment["DOTNET_GCHeapHardLimit"] = limit.ToString("x", CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<MeasuredRun>(text)!
            : throw new InvalidOperationException($"The run of {configuration} ended with exit code {process.ExitCode}.");
    }

    /// <summary>What the new process does; true where the arguments ask for it.</summary>
    public static bool Serve(string[] args)
    {
        if (args is not [Verb, var configuration]) return false;
        var before = Number("/proc/self/io", "read_bytes:");
        var clock = Stopwatch.StartNew();
        var run = Run.Train(RunConfiguration.Load(configuration), null, SilentReporter.Instance);
        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(new MeasuredRun(
            run.Training.RowsPerSecond,
            seconds,
            1024 * Number("/proc/self/status", "VmHWM:"),
            GC.GetConfigurationVariables().TryGetValue("GCHeapHardLimit", out var limit) ? Convert.ToInt64(limit, CultureInfo.InvariantCulture) : 0,
            Number("/proc/self/io", "read_bytes:") - before)));
        return true;
    }

    static long Number(string file, string key)
    {
        if (!File.Exists(file)) return 0;
        var line = File.ReadLines(file).First(l => l.StartsWith(key, StringComparison.Ordinal));
        return long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
    }
}
