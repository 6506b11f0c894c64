using System.Diagnostics;
using System.Globalization;

namespace Switchyard;

/// <summary>The most memory the process had. Linux can begin anew; elsewhere it is that since the process began.</summary>
static class PeakMemory
{
    const string Status = "/proc/self/status";
    const string Reset = "/proc/self/clear_refs";

    /// <summary>Frees what is no longer needed and begins anew; false where the system cannot.</summary>
    public static bool Begin()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            if (!File.Exists(Reset) || !File.Exists(Status)) return false;
            File.WriteAllText(Reset, "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Bytes resident at the peak.</summary>
    public static long Read()
    {
        if (File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
            return 1024 * long.Parse(line.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
