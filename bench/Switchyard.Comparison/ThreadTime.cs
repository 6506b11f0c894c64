using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Switchyard.Comparison;

/// <summary>
/// Time that a thread computed: other work on the machine takes wall time from it, but not this. Linux only; elsewhere the wall clock.
/// </summary>
static class ThreadTime
{
    const int ThreadClock = 3;

    /// <summary>Of the calling thread, in ticks of <see cref="Stopwatch.Frequency"/>.</summary>
    public static long Ticks()
    {
        if (!OperatingSystem.IsLinux() || GetTime(ThreadClock, out var time) != 0) return Stopwatch.GetTimestamp();
        return (time.Seconds * Stopwatch.Frequency) + (long)((Int128)time.Nanoseconds * Stopwatch.Frequency / 1_000_000_000);
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
