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
