using System.Globalization;
using System.Runtime.Intrinsics;

namespace Switchyard.Comparison;

/// <summary>The machine a table was measured on.</summary>
static class Machine
{
    public static string Describe() => $"Machine: {Cpu()}, {Environment.ProcessorCount} cores, {Instructions()}, .NET {Environment.Version}, load {Load()} at the start";

    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Seconds that its cores have computed since it started, for whomever; 0 where the system does not say.</summary>
    public static double BusySeconds()
    {
        if (!File.Exists("/proc/stat")) return 0;
        var hundredths = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        // Without the two times of waiting, and without those of guests, which are in the first two.
        return (hundredths[..8].Sum() - hundredths[3] - hundredths[4]) / 100;
    }

    /// <summary>Its folder of bench/results.</summary>
    public static string FolderName() => $"{string.Join('-', Cpu().ToLowerInvariant().Split([' ', '(', ')', '@'], StringSplitOptions.RemoveEmptyEntries))}-{Environment.ProcessorCount}-cores";

    static string Cpu() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim()
        : "unknown processor";

    static string Instructions() => Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "AVX2" : "128-bit";
}
