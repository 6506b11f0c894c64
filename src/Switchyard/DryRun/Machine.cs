using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What a run may still take of the machine it is on.</summary>
/// <param name="AvailableMemory">Bytes.</param>
/// <param name="FreeDisk">Bytes on the disk of a folder that need not be there yet.</param>
sealed record Machine(long AvailableMemory, Func<string, long> FreeDisk)
{
    const string MemoryInformation = "/proc/meminfo";

    public static Machine This => new(MemoryLeft(), DiskLeft);

    /// <summary>What the runtime may take (a container's or a given limit), and where the system tells, what others have left of it.</summary>
    static long MemoryLeft()
    {
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return File.Exists(MemoryInformation) && File.ReadLines(MemoryInformation).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            ? Math.Min(limit, 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
            : limit;
    }

    static long DiskLeft(string folder) => new DriveInfo(NearestFolder.Of(folder)).AvailableFreeSpace;
}
