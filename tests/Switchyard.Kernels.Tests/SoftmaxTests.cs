namespace Switchyard.Kernels.Tests;

public sealed class SoftmaxTests
{
    const double Tolerance = 2e-6;

    public static TheoryData<int, int> Sizes()
    {
        var data = new TheoryData<int, int>();
        foreach (var cols in new[] { 1, 2, 3, 6, 8, 15, 16, 17, 33, 64, 128 })
        {
            data.Add(1, cols);
            data.Add(16, cols);
            data.Add(37, cols);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Rows_AnySize_MatchDoublePrecision(int rows, int cols)
    {
        var x = Sample.Values(rows * cols, 1, 6);
        var y = new float[x.Length];
        var expected = new double[x.Length];
        Softmax.Rows(x, rows, cols, y);
        Reference.SoftmaxRows<double>(Sample.Wide(x), rows, cols, expected);
        y.ShouldBeNear(expected, Tolerance, 0);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void MaskedRows_AnySize_MatchDoublePrecisionAndAreZeroOffTheMask(int rows, int cols)
    {
        var x = Sample.Values(rows * cols, 1, 6);
        var mask = Array.ConvertAll(Sample.Values(rows * cols, 2), v => v > 0 ? 1f : 0f);
        var y = new float[x.Length];
        var expected = new double[x.Length];
        Softmax.MaskedRows(x, mask, rows, cols, y);
        Reference.SoftmaxMaskedRows<double>(Sample.Wide(x), Sample.Wide(mask), rows, cols, expected);
        y.ShouldBeNear(expected, Tolerance, 0);
    }

    /// <summary>Rows that choose few columns take another way than rows that choose many: the softmax of all, with minus infinity off the mask.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void MaskedRows_FewChosen_HaveTheBitsOfTheWholeRow(int rows, int cols)
    {
        var x = Sample.Values(rows * cols, 1, 6);
        var mask = Array.ConvertAll(Sample.Values(rows * cols, 2), v => v > 0.8f ? 1f : 0f);
        var lowered = x.Select((v, i) => mask[i] != 0 ? v : float.NegativeInfinity).ToArray();
        float[] expected = new float[x.Length], actual = new float[x.Length];
        Softmax.Rows(lowered, rows, cols, expected);
        Softmax.MaskedRows(x, mask, rows, cols, actual);
        actual.ShouldHaveBitsOf(expected);
        Softmax.MaskedRows(x, mask, rows, cols, x);
        x.ShouldHaveBitsOf(expected, "in place");
    }

    /// <summary>What one row chooses of very many columns does not fit on the stack.</summary>
    [Fact]
    public void MaskedRows_HugeRow_SumsToOneOverTheMask()
    {
        const int Cols = 500_000;
        var mask = Enumerable.Range(0, Cols).Select(i => i % 3 == 0 ? 1f : 0f).ToArray();
        var y = new float[Cols];
        Softmax.MaskedRows(new float[Cols], mask, 1, Cols, y);
        y.Select((v, i) => i % 3 == 0 ? 0 : v).ShouldAllBe(v => v == 0);
        y[0].ShouldBe(3f / Cols, 1e-9f);
        y[Cols - 2].ShouldBe(y[0]);
    }

    [Fact]
    public void MaskedRows_ChosenNaN_FillsItsRowOnly()
    {
        const int Cols = 20;
        float[] x = Sample.Values(3 * Cols, 1), mask = new float[x.Length], y = new float[x.Length];
        (mask[2], mask[Cols + 3], mask[Cols + 5], mask[2 * Cols]) = (1, 1, 1, 1);
        (x[3], x[Cols + 5]) = (float.NaN, float.NaN);
        Softmax.MaskedRows(x, mask, 3, Cols, y);
        y[..Cols].ShouldBe([0, 0, 1, .. new float[Cols - 3]]);
        y[Cols..(2 * Cols)].ShouldAllBe(v => float.IsNaN(v));
        y[(2 * Cols)..].ShouldBe([1, .. new float[Cols - 1]]);
    }

    [Fact]
    public void MaskedRows_OneColumnLeft_IsExactlyOne()
    {
        var y = new float[3];
        Softmax.MaskedRows([3f, -50f, 7f], [0f, 1f, 0f], 1, 3, y);
        y.ShouldBe([0f, 1f, 0f]);
    }

    [Fact]
    public void MaskedRows_NoColumnLeft_IsZero()
    {
        var y = new float[4];
        Softmax.MaskedRows([3f, -50f, 7f, 1f], [0f, 0f, 1f, 1f], 2, 2, y);
        y[..2].ShouldBe([0f, 0f]);
        (y[2] + y[3]).ShouldBe(1f, 1e-6f);
    }

    [Fact]
    public void Rows_HugeLogits_StayFinite()
    {
        var y = new float[3];
        Softmax.Rows([1e30f, 0f, -1e30f], 1, 3, y);
        y.ShouldBe([1f, 0f, 0f]);
    }

    [Fact]
    public void Rows_NaNInOneRow_StaysInThatRow()
    {
        var x = Sample.Values(5 * 4);
        x[2 * 4] = float.NaN;
        var y = new float[x.Length];
        Softmax.Rows(x, 5, 4, y);
        for (var i = 0; i < y.Length; i++)
        {
            float.IsNaN(y[i]).ShouldBe(i / 4 == 2, $"element {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EveryForm_RowAlone_HasTheBitsItHasInTheBatch(int rows, int cols)
    {
        var x = Sample.Values(rows * cols, 1, 6);
        var mask = Array.ConvertAll(Sample.Values(rows * cols, 2), v => v > -0.5f ? 1f : 0f);
        float[] soft = new float[x.Length], masked = new float[x.Length], log = new float[x.Length];
        float[] softAlone = new float[x.Length], maskedAlone = new float[x.Length], logAlone = new float[x.Length];
        Softmax.Rows(x, rows, cols, soft);
        Softmax.MaskedRows(x, mask, rows, cols, masked);
        Softmax.LogRows(x, rows, cols, log);
        for (var r = 0; r < rows; r++)
        {
            var row = x.AsSpan(r * cols, cols);
            Softmax.Rows(row, 1, cols, softAlone.AsSpan(r * cols, cols));
            Softmax.MaskedRows(row, mask.AsSpan(r * cols, cols), 1, cols, maskedAlone.AsSpan(r * cols, cols));
            Softmax.LogRows(row, 1, cols, logAlone.AsSpan(r * cols, cols));
        }
        softAlone.ShouldHaveBitsOf(soft);
        maskedAlone.ShouldHaveBitsOf(masked);
        logAlone.ShouldHaveBitsOf(log);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void RowsBackward_AnySize_MatchesDoublePrecision(int rows, int cols)
    {
        float[] y = new float[rows * cols], dy = Sample.Values(rows * cols, 2), dx = Sample.Values(rows * cols, 3);
        Softmax.Rows(Sample.Values(rows * cols, 1, 3), rows, cols, y);
        var expected = Sample.Wide(dx);
        Reference.SoftmaxRowsBackward<double>(Sample.Wide(y), Sample.Wide(dy), expected, rows, cols);
        Softmax.RowsBackward(y, dy, dx, rows, cols);
        dx.ShouldBeNear(expected, Tolerance, 1e-6);
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(5, 8, 6)]
    [InlineData(33, 3, 17)]
    [InlineData(16, 7, 16)]
    [InlineData(5, 3, 64)]
    [InlineData(70, 1, 4)]
    [InlineData(3, 40, 1)]
    public void LogGates_ForwardAndBackward_MatchDoublePrecision(int rows, int groups, int cols)
    {
        var length = rows * groups * cols;
        float[] x = Sample.Values(length, 1, 5), y = new float[length], dy = Sample.Values(length, 2), dx = Sample.Values(length, 3);
        var expected = new double[length];
        Reference.SoftmaxLogGates<double>(Sample.Wide(x), rows, groups, cols, expected);
        Softmax.LogGates(x, rows, groups, cols, y);
        y.ShouldBeNear(expected, Tolerance, 2e-6, "forward");
        var gradient = Sample.Wide(dx);
        Reference.SoftmaxLogGatesBackward<double>(Sample.Wide(y), Sample.Wide(dy), gradient, rows, groups, cols);
        Softmax.LogGatesBackward(y, dy, dx, rows, groups, cols);
        dx.ShouldBeNear(gradient, Tolerance, 1e-5, "backward");
    }

    /// <summary>Sixteen columns without a gradient are passed by.</summary>
    [Theory]
    [InlineData(1, 16)]
    [InlineData(4, 64)]
    [InlineData(3, 128)]
    [InlineData(2, 144)]
    [InlineData(4, 320)]
    public void Closest_AnySize_FindsTheSmallestOfTheStoredLogarithms(int gates, int cols)
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            // Whole numbers tie, and the lower column wins.
            var x = Sample.Values(gates * cols, (uint)seed);
            for (var i = 0; i < x.Length && seed % 2 == 0; i++) x[i] = MathF.Round(x[i]);
            var log = new float[x.Length];
            Softmax.LogGates(x, 1, gates, cols, log);
            var own = seed % gates;
            Softmax.Closest(x, gates, cols, own, 0.5f, out var specific, out var shared).ShouldBeTrue();
            specific.ShouldBe(Lowest(k => -log[own * cols + k]));
            shared.ShouldBe(Lowest(k => 0.5f - Enumerable.Range(0, gates).Aggregate(0f, (sum, j) => sum + log[j * cols + k]) / gates));
        }

        int Lowest(Func<int, float> value) => Enumerable.Range(0, cols).MinBy(value);
    }

    [Theory]
    [InlineData(17, 0, 1)]
    [InlineData(32, 40, float.NaN)]
    [InlineData(32, 3, float.PositiveInfinity)]
    [InlineData(32, 63, float.NegativeInfinity)]
    public void Closest_OddColumnsOrNoFiniteNumber_FindsNothing(int cols, int at, float value)
    {
        var x = Sample.Values(2 * cols, 1);
        x[at] = value;
        Softmax.Closest(x, 2, cols, 1, 0, out var specific, out var shared).ShouldBeFalse();
        (specific, shared).ShouldBe((-1, -1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(37)]
    public void Columns_AnyCount_HaveTheBitsOfRowsTurned(int count)
    {
        float[] rows = Sample.Values(16 * count, 1, 9), columns = new float[rows.Length], expected = new float[rows.Length];
        if (count > 1)
        {
            rows[^1] = float.NegativeInfinity;
        }
        for (var i = 0; i < rows.Length; i++)
        {
            columns[i % count * 16 + i / count] = rows[i];
        }
        Softmax.Rows(rows, 16, count, rows);
        for (var i = 0; i < rows.Length; i++)
        {
            expected[i % count * 16 + i / count] = rows[i];
        }
        Softmax.Columns(columns, count);
        columns.ShouldHaveBitsOf(expected);
    }

    [Fact]
    public void LogGatesBackward_FewColumnsWithGradient_MatchDoublePrecision()
    {
        const int Rows = 9, Gates = 3, Cols = 64;
        float[] x = Sample.Values(Rows * Gates * Cols, 1, 5), y = new float[x.Length], dy = new float[x.Length], dx = Sample.Values(x.Length, 3);
        for (var r = 0; r < Rows; r++)
        {
            dy[((r * Gates) + (r % Gates)) * Cols + (7 * r % Cols)] = 1 - r;
        }
        Softmax.LogGates(x, Rows, Gates, Cols, y);
        var expected = Sample.Wide(dx);
        Reference.SoftmaxLogGatesBackward<double>(Sample.Wide(y), Sample.Wide(dy), expected, Rows, Gates, Cols);
        Softmax.LogGatesBackward(y, dy, dx, Rows, Gates, Cols);
        dx.ShouldBeNear(expected, Tolerance, 1e-5);
    }

    [Fact]
    public void LogRowsBackward_AnySize_MatchesDoublePrecision()
    {
        const int Rows = 19, Cols = 12;
        float[] y = new float[Rows * Cols], dy = Sample.Values(Rows * Cols, 2), dx = Sample.Values(Rows * Cols, 3);
        Softmax.LogRows(Sample.Values(Rows * Cols, 1, 4), Rows, Cols, y);
        var expected = Sample.Wide(dx);
        Reference.SoftmaxLogRowsBackward<double>(Sample.Wide(y), Sample.Wide(dy), expected, Rows, Cols);
        Softmax.LogRowsBackward(y, dy, dx, Rows, Cols);
        dx.ShouldBeNear(expected, Tolerance, 1e-5);
    }

    [Fact]
    public void EveryForm_SteadyState_AllocatesNothing()
    {
        float[] x = Sample.Values(40 * 12), y = new float[x.Length], dx = new float[x.Length];
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Run()
        {
            Softmax.Rows(x, 40, 12, y);
            Softmax.MaskedRows(x, x, 40, 12, y);
            Softmax.RowsBackward(y, x, dx, 40, 12);
            Softmax.LogGates(x, 40, 4, 3, y);
            Softmax.LogGatesBackward(y, x, dx, 40, 4, 3);
        }
    }
}
