using System.Globalization;

namespace Switchyard.Comparison;

/// <summary>Processor time of a process and everything it has started. Linux only; elsewhere it is not known (NaN).</summary>
static class ProcessTree
{
    // The unit of /proc/PID/stat (USER_HZ) is the same on every Linux that .NET runs on.
    const double TicksPerSecond = 100;

    /// <summary>Seconds so far, of the processes that live and of those that one of them has waited for.</summary>
    /// <param name="root">Process id of the first.</param>
    public static double ProcessorSeconds(int root) => OperatingSystem.IsLinux() ? All(root).Sum(p => p.Ticks) / TicksPerSecond : double.NaN;

    /// <summary>Ids of the processes that live.</summary>
    /// <param name="root">Process id of the first.</param>
    public static IEnumerable<int> Below(int root) => All(root).Select(p => p.Id);

    static IEnumerable<Process> All(int root)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? Read(id) : null)
            .OfType<Process>()
            .ToDictionary(p => p.Id);
        return all.Values.Where(p => IsBelow(p.Id));

        bool IsBelow(int id)
        {
            while (id != root)
            {
                if (!all.TryGetValue(id, out var process)) return false;
                id = process.Parent;
            }

            return true;
        }
    }

    /// <summary>Null for a process that has just ended.</summary>
    static Process? Read(int id)
    {
        try
        {
            // The name, in brackets, may hold anything; behind it stand state, parent, and 9 and more places on the times.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var words = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Process(id, int.Parse(words[1], CultureInfo.InvariantCulture), words[11..15].Sum(w => long.Parse(w, CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    sealed record Process(int Id, int Parent, long Ticks);
}
