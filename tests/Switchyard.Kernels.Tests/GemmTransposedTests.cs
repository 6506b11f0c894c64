namespace Switchyard.Kernels.Tests;

public sealed class GemmTransposedTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var data = new TheoryData<int, int, int>();
        foreach (var n in new[] { 1, 6, 16, 48, 64, 70, 131 })
        {
            foreach (var width in new[] { 1, 5, 8, 13, 40, 67 })
            {
                data.Add(1 + (n * width % 37), width, n);
            }
        }
        data.Add(600, 530, 20);
        data.Add(259, 9, 50);
        data.Add(513, 64, 1);
        data.Add(200, 20, 210);
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MultiplyTransposed_AnyShape_HasTheBitsOfTheScalarChain(int count, int width, int n)
    {
        int lda = width + 2, ldb = n + 3;
        var a = Sample.Values((count + 1) * lda, 1);
        var b = Sample.Values(count * ldb, 2);
        foreach (var ldc in new[] { n, n + 4 })
        {
            foreach (var rows in new[] { [], Sample.Ids(count, count + 1) })
            {
                foreach (var (from, to) in new[] { (0, width), (width / 3, width - width / 4) })
                {
                    var expected = Sample.Values(width * ldc, 3);
                    float[] actual = [.. expected];
                    Reference.GemmMultiplyTransposed<float>(a, lda, rows, count, from, to, b, ldb, n, expected, ldc);
                    Gemm.MultiplyTransposed(a, lda, rows, count, from, to, b, ldb, n, actual, ldc);
                    actual.ShouldHaveBitsOf(expected, $"columns {from} to {to}, gathered {rows.Length}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MultiplyTransposed_Overwriting_HasTheBitsOfAddingToZeros(int count, int width, int n)
    {
        float[] a = Sample.Values((count + 1) * width, 1), b = Sample.Values(count * n, 2);
        foreach (var rows in new[] { [], Sample.Ids(count, count + 1) })
        {
            var expected = new float[width * n];
            var actual = new float[width * n];
            actual.AsSpan().Fill(float.NaN);
            Gemm.MultiplyTransposed(a, width, rows, count, 0, width, b, n, n, expected, n);
            Gemm.MultiplyTransposed(a, width, rows, count, 0, width, b, n, n, actual, n, overwrite: true);
            actual.ShouldHaveBitsOf(expected, $"gathered {rows.Length}");
        }
    }

    [Fact]
    public void MultiplyTransposed_RowsInTwoCalls_HaveTheBitsOfOne()
    {
        const int Count = 700, Cut = 333, Width = 24, N = 40;
        float[] a = Sample.Values(Count * Width, 1), b = Sample.Values(Count * N, 2);
        float[] whole = new float[Width * N], halves = new float[Width * N];
        Gemm.MultiplyTransposed(a, Width, [], Count, 0, Width, b, N, N, whole, N);
        Gemm.MultiplyTransposed(a, Width, [], Cut, 0, Width, b, N, N, halves, N);
        Gemm.MultiplyTransposed(a.AsSpan(Cut * Width), Width, [], Count - Cut, 0, Width, b.AsSpan(Cut * N), N, N, halves, N);
        halves.ShouldHaveBitsOf(whole);
    }

    [Fact]
    public void MultiplyTransposed_NoRows_LeavesCAlone()
    {
        var c = Sample.Values(12);
        float[] before = [.. c];
        Gemm.MultiplyTransposed([], 4, [], 0, 0, 4, [], 3, 3, c, 3);
        c.ShouldHaveBitsOf(before);
    }

    [Fact]
    public void MultiplyTransposed_SteadyState_AllocatesNothing()
    {
        float[] a = Sample.Values(64 * 32), b = Sample.Values(64 * 16), c = new float[32 * 16];
        Gemm.MultiplyTransposed(a, 32, [], 64, 0, 32, b, 16, 16, c, 16);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Gemm.MultiplyTransposed(a, 32, [], 64, 0, 32, b, 16, 16, c, 16);
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
