namespace Switchyard.Robustness.Tests;

/// <summary>
/// Training over a column file more than four times the memory the process is given. That memory is all of the process (VmHWM: heap, code,
/// stacks, the runtime's own); its heap is limited to a part of it (GCHeapHardLimit).
/// </summary>
public sealed class LargerThanMemoryTests
{
    const long Mebi = 1 << 20;
    const long Given = 144 * Mebi;
    const long Heap = 70 * Mebi;
    const int BlockRows = 4096;

    [LinuxFact]
    public async Task Train_FileFourTimesTheMemory_StaysWithinIt()
    {
        using var folder = new TemporaryFolder();
        var file = LargeColumnFile.Write(folder.Path, 4 * Given, 2 * BlockRows);
        new FileInfo(file).Length.ShouldBeGreaterThanOrEqualTo(4 * Given);

        var run = await LimitedProcess.Run(Heap, "train", Path.Combine(folder.Path, "run.yaml"));

        run.Code.ShouldBe(0, run.Text);
        run.PeakBytes.ShouldBeInRange(1, Given);

        // The file was the one that was read: as many training rows as it has.
        var rows = (4 * Given / (4 * 251 * BlockRows)) * BlockRows;
        run.Text.ShouldContain("training rows");
        long.Parse(System.Text.RegularExpressions.Regex.Match(run.Text, @"([\d,]+) training rows").Groups[1].Value.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture)
            .ShouldBeInRange(rows - (8 * BlockRows), rows);
    }

    [LinuxFact]
    public async Task Train_BufferBeyondTheMemory_ShowsThatTheLimitIsInForce()
    {
        using var folder = new TemporaryFolder();
        LargeColumnFile.Write(folder.Path, 160 * Mebi, 40 * BlockRows);

        var run = await LimitedProcess.Run(Heap, "train", Path.Combine(folder.Path, "run.yaml"));

        run.Code.ShouldNotBe(0);
        run.Text.ShouldContain("memory");
        run.PeakBytes.ShouldBeInRange(1, Given);
    }

    sealed class TemporaryFolder : IDisposable
    {
        // On the disk, not in memory: the file is to be read from there.
        public string Path { get; } = Directory.CreateTempSubdirectory("switchyard").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

/// <summary>A test that reads /proc; skipped elsewhere.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "VmHWM is known on Linux only";
    }
}
