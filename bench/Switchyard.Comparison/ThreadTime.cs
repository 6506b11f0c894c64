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

    /// <summary>Sleeps until a time of <see cref="Stopwatch.GetTimestamp"/>, on Linux to a twentieth of a millisecond; elsewhere to the milliseconds of the system.</summary>
    public static void SleepUntil(long timestamp)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp) is { Ticks: > 0 } left)
        {
            if (!OperatingSystem.IsLinux())
            {
                Thread.Sleep((int)Math.Ceiling(left.TotalMilliseconds));
                continue;
            }

            var time = new Time { Seconds = (long)left.TotalSeconds, Nanoseconds = left.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
            _ = Sleep(ref time, 0);
        }
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Sleep(ref Time time, nint left);

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
