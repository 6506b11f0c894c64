using System.Runtime.Intrinsics;

namespace Switchyard.Comparison;

/// <summary>The machine a table was measured on.</summary>
static class Machine
{
    public static string Describe() => $"Machine: {Cpu()}, {Environment.ProcessorCount} cores, {Instructions()}, .NET {Environment.Version}, load {Load()} at the start";

    public static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>Its folder of bench/results.</summary>
    public static string FolderName() => $"{string.Join('-', Cpu().ToLowerInvariant().Split([' ', '(', ')', '@'], StringSplitOptions.RemoveEmptyEntries))}-{Environment.ProcessorCount}-cores";

    static string Cpu() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").First(l => l.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim()
        : "unknown processor";

    static string Instructions() => Vector512.IsHardwareAccelerated ? "AVX-512" : Vector256.IsHardwareAccelerated ? "AVX2" : "128-bit";
}
