using System.Diagnostics;
using System.Globalization;
using Switchyard.Cli;

namespace Switchyard.Robustness.Tests;

/// <summary>A command in a process of its own, whose heap is limited and whose memory is watched.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Text">All it wrote.</param>
/// <param name="PeakBytes">Most memory it has held: VmHWM of /proc/…/status when last seen, which is at most some milliseconds before its end.</param>
sealed record LimitedProcess(int Code, string Text, long PeakBytes)
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static async Task<LimitedProcess> Run(long heapLimit, params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(Application).Assembly.Location);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        start.Environment["DOTNET_GCHeapHardLimit"] = heapLimit.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        var text = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var clock = Stopwatch.StartNew();
        var peak = 0L;
        while (!process.HasExited)
        {
            if (clock.Elapsed > Longest)
            {
                process.Kill();
                throw new TimeoutException($"{string.Join(' ', args)} does not end");
            }

            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.Delay(2);
        }

        return new LimitedProcess(process.ExitCode, string.Concat(await text), peak);
    }

    static long PeakOf(int process)
    {
        try
        {
            const string key = "VmHWM:";
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }
}
