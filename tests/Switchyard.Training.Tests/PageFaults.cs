using System.Globalization;

namespace Switchyard.Training.Tests;

/// <summary>
/// Counts the pages of memory that a call is the first to read or write, on the calling thread: what the system gives on first
/// touch shows in the minor faults of the thread (Linux only).
/// </summary>
static class PageFaults
{
    const string Statistics = "/proc/thread-self/stat";
    const string HugePages = "/sys/kernel/mm/transparent_hugepage/enabled";

    public static bool CanBeCounted => File.Exists(Statistics);

    /// <summary>Bytes that one fault brings at most.</summary>
    public static int PageBytes =>
        File.Exists(HugePages) && File.ReadAllText(HugePages).Contains("[always]", StringComparison.Ordinal) ? 2 << 20 : Environment.SystemPageSize;

    public static long Of(Action call)
    {
        var before = Count();
        call();
        return Count() - before;
    }

    /// <summary>Field 10; counted from behind the name, which may hold blanks.</summary>
    static long Count()
    {
        var text = File.ReadAllText(Statistics);
        return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[7], CultureInfo.InvariantCulture);
    }
}
