namespace Switchyard.Kernels.Tests;

public sealed class RowsTests
{
    [Fact]
    public void Gather_EveryWidth_CopiesTheRows()
    {
        for (var width = 1; width <= 70; width++)
        {
            var x = Sample.Values(9 * width);
            var ids = Sample.Ids(13, 9);
            float[] expected = new float[13 * (width + 2)], actual = new float[13 * (width + 2)];
            Reference.RowsGather<float>(x, width, ids, expected, width + 2);
            Rows.Gather(x, width, ids, actual, width + 2);
            actual.ShouldHaveBitsOf(expected, $"width {width}");
        }
    }

    [Fact]
    public void ScatterAdd_RepeatedRows_AddsInRowOrder()
    {
        for (var width = 1; width <= 70; width++)
        {
            var dy = Sample.Values(40 * (width + 1));
            var ids = Sample.Ids(40, 5);
            var expected = Sample.Values(5 * width, 2);
            float[] actual = [.. expected];
            Reference.RowsScatterAdd<float>(dy, width + 1, width, ids, expected);
            Rows.ScatterAdd(dy, width + 1, width, ids, actual);
            actual.ShouldHaveBitsOf(expected, $"width {width}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(77)]
    public void Combine_RangeOfRows_HasTheBitsOfTheScalarChain(int width)
    {
        var (start, pair, weight, h) = Entries(width);
        var expected = Sample.Values(6 * width, 9);
        float[] actual = [.. expected];
        Reference.RowsCombine<float>(start, pair, weight, h, width, 1, 5, expected);
        Rows.Combine(start, pair, weight, h, width, 1, 5, actual);
        actual.ShouldHaveBitsOf(expected);
        actual[(2 * width)..(3 * width)].ShouldAllBe(v => v == 0, "row 2 has no entry");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(16, false)]
    [InlineData(77, true)]
    [InlineData(77, false)]
    public void CombineBackwardValues_RangeOfRows_HasTheBitsOfTheScalarLoop(int width, bool accumulate)
    {
        var (start, pair, weight, h) = Entries(width);
        var dy = Sample.Values(6 * width, 4);
        var expected = Sample.Values(h.Length, 5);
        var expectedWeight = Sample.Values(weight.Length, 6);
        float[] actual = [.. expected], actualWeight = [.. expectedWeight];
        Reference.RowsCombineBackwardValues<float>(start, pair, weight, dy, h, width, 1, 5, expected, expectedWeight, accumulate);
        Rows.CombineBackwardValues(start, pair, weight, dy, h, width, 1, 5, actual, actualWeight, accumulate);
        actual.ShouldHaveBitsOf(expected);
        actualWeight.ShouldHaveBitsOf(expectedWeight);
    }

    [Fact]
    public void Gather_IdOutsideTheTable_Throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Rows.Gather(new float[12], 4, [3], new float[4], 4));
        Should.Throw<ArgumentOutOfRangeException>(() => Rows.ScatterAdd(new float[4], 4, 4, [-1], new float[12]));
    }

    [Fact]
    public void Combine_EntriesOutOfOrder_Throws()
    {
        var (start, pair, weight, h) = Entries(4);
        start[2] = 9;
        Should.Throw<ArgumentException>(() => Rows.Combine(start, pair, weight, h, 4, 0, 6, new float[24]));
    }

    static (int[] Start, int[] Pair, float[] Weight, float[] H) Entries(int width) =>
        ([0, 2, 4, 4, 7, 8, 10], [3, 0, 9, 1, 2, 4, 8, 5, 6, 7], Sample.Values(10, 2), Sample.Values(10 * width, 3));
}
