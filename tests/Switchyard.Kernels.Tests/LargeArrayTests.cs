using System.Globalization;
using System.Runtime.InteropServices;

namespace Switchyard.Kernels.Tests;

public sealed class LargeArrayTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(5_000_000)]
    public void New_AnyLength_HoldsZeros(int length)
    {
        // What others left behind does not show.
        for (var i = 0; i < 2; i++)
        {
            var array = LargeArray.New<float>(length);
            array.Length.ShouldBe(length);
            array.AsSpan().ContainsAnyExcept(0f).ShouldBeFalse();
            array.AsSpan().Fill(1);
        }
    }

    [Fact]
    public void Uninitialized_Collected_StaysWhereItIs()
    {
        var array = LargeArray.Uninitialized<int>(3_000_000);
        var before = Address(array);
        array.AsSpan().Fill(7);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Address(array).ShouldBe(before);
        array.AsSpan().ContainsAnyExcept(7).ShouldBeFalse();
    }

    [HugePagesFact]
    public void New_SomeMegabytes_AsksForHugePages()
    {
        var (large, small) = (LargeArray.New<int>(3_000_000), LargeArray.New<int>(1000));

        FlagsAt(Address(large) + (3_000_000 / 2 * sizeof(int))).ShouldContain("hg");
        FlagsAt(Address(small)).ShouldNotContain("hg");
        GC.KeepAlive(large);
        GC.KeepAlive(small);
    }

    // What the system keeps of the piece of memory that an address lies in: "7f12a0000000-7f12b0000000 rw-p …", with its flags some lines below.
    static string[] FlagsAt(nint address)
    {
        var isThere = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var first = line.Split(' ')[0];
            if (!first.EndsWith(':') && first.Split('-') is [var from, var to])
                isThere = nint.Parse(from, NumberStyles.HexNumber, CultureInfo.InvariantCulture) <= address && address < nint.Parse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            else if (isThere && first == "VmFlags:")
                return line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        }

        return [];
    }

    static nint Address(int[] array)
    {
        var handle = GCHandle.Alloc(array, GCHandleType.Pinned);
        try
        {
            return handle.AddrOfPinnedObject();
        }
        finally
        {
            handle.Free();
        }
    }
}

/// <summary>A test that needs a system with huge pages that says who has asked for them.</summary>
sealed class HugePagesFactAttribute : FactAttribute
{
    public HugePagesFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/sys/kernel/mm/transparent_hugepage")) Skip = "this system has no transparent huge pages.";
        else if (!File.Exists("/proc/self/smaps") || !File.ReadLines("/proc/self/smaps").Any(line => line.StartsWith("VmFlags:", StringComparison.Ordinal))) Skip = "this system does not show the flags of its memory.";
    }
}
