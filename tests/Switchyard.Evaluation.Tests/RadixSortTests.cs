namespace Switchyard.Evaluation.Tests;

public sealed class RadixSortTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 10)]
    [InlineData(2, 1)]
    [InlineData(1000, 1)]
    [InlineData(1000, 50)]
    [InlineData(1000, int.MaxValue)]
    [InlineData(5000, 1 << 22)]
    [InlineData(300_000, 1 << 30)]
    [InlineData(300_000, 900)]
    public void ByUpperHalf_RandomKeys_SortsAndKeepsOrderOfEqualOnes(int count, int keys)
    {
        var random = new Random(count + keys);
        var items = Enumerable.Range(0, count).Select(row => (ulong)random.Next(keys) << 32 | (uint)row).ToArray();
        var expected = items.OrderBy(item => item >> 32).ToArray();
        RadixSort.ByUpperHalf(items, count, new ulong[count], new Threads(3));
        items.ShouldBe(expected);
    }

    [Fact]
    public void ByUpperHalf_KeysAboveInt_Sorts()
    {
        ulong[] items = [0xFFFFFFFF_00000000, 0x7FFFFFFF_00000001, 0x80000000_00000002];
        RadixSort.ByUpperHalf(items, 3, new ulong[3], new Threads(1));
        items.ShouldBe([0x7FFFFFFF_00000001, 0x80000000_00000002, 0xFFFFFFFF_00000000]);
    }
}
