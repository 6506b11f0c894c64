using System.Runtime.InteropServices;

namespace Switchyard.Serving;

/// <summary>Lets a thread stand behind others while the cores are busy.</summary>
static class Nice
{
    /// <summary>
    /// Makes the calling thread give way: with every step it gets about a fifth less of a core that others want too. On Linux only, where .NET's own
    /// priorities do nothing and a thread has a niceness of its own; elsewhere nothing happens.
    /// </summary>
    /// <param name="steps">From 0 to 19.</param>
    public static void Lower(int steps)
    {
        if (steps <= 0 || !OperatingSystem.IsLinux()) return;
        try
        {
            _ = Add(steps);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A C library of another name or make: the thread stays as it is, which only matters under load.
        }
    }

    [DllImport("libc", EntryPoint = "nice")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Add(int steps);
}
