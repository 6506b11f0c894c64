namespace Switchyard.Kernels.Tests;

public sealed class GemmTests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var data = new TheoryData<int, int, int>();
        int[] ms = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31];
        int[] ns = [1, 2, 5, 8, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 80, 96, 100, 128, 130, 145];
        int[] ks = [1, 2, 7, 16, 33];
        var i = 0;
        foreach (var n in ns)
        {
            foreach (var m in ms)
            {
                data.Add(m, ks[i++ % ks.Length], n);
            }
        }
        data.Add(61, 130, 96);
        data.Add(300, 2100, 50);
        data.Add(1, 2100, 161);
        data.Add(8, 0, 48);
        data.Add(3, 0, 5);
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Multiply_AnyShapeAndEpilogue_HasTheBitsOfTheScalarChain(int m, int k, int n)
    {
        int lda = k + 3, ldb = n + 2, ldc = n + 5;
        var a = Sample.Values((m + 2) * lda, 1);
        var b = Sample.Values(k * ldb, 2);
        var start = Sample.Values(m * ldc, 3);
        var bias = Sample.Values(n, 4);
        var packed = Pack(b, ldb, k, n);
        foreach (var rows in new[] { [], Sample.Ids(m, m + 2) })
        {
            foreach (var epilogue in Enum.GetValues<Epilogue>())
            {
                float[] expected = [.. start], fast = [.. start], unpacked = [.. start];
                Reference.GemmMultiplyUnpacked<float>(a, lda, rows, m, k, b, ldb, n, expected, ldc, epilogue, bias);
                Gemm.Multiply(a, lda, rows, m, k, packed, n, fast, ldc, epilogue, bias);
                Gemm.MultiplyUnpacked(a, lda, rows, m, k, b, ldb, n, unpacked, ldc, epilogue, bias);
                fast.ShouldHaveBitsOf(expected, $"packed {epilogue}, gathered {rows.Length}");
                unpacked.ShouldHaveBitsOf(expected, $"unpacked {epilogue}, gathered {rows.Length}");
            }
        }
    }

    /// <summary>From nothing through less than a tile asks for to more than all tiles do.</summary>
    [Theory]
    [InlineData(1, 16)]
    [InlineData(64, 5)]
    [InlineData(64, 3000)]
    [InlineData(61, 500_000)]
    public void Multiply_AskingForWhatIsNext_ChangesNoBit(int m, int next)
    {
        const int K = 70, N = 145;
        float[] a = Sample.Values(m * K, 1), b = Sample.Values(K * N, 2), ahead = Sample.Values(next, 3);
        float[] expected = new float[m * N], packed = new float[m * N], unpacked = new float[m * N];
        Reference.GemmMultiplyUnpacked<float>(a, K, [], m, K, b, N, N, expected, N, Epilogue.Store, []);
        Gemm.Multiply(a, K, [], m, K, Pack(b, N, K, N), N, packed, N, Epilogue.Store, [], ahead);
        Gemm.MultiplyUnpacked(a, K, [], m, K, b, N, N, unpacked, N, Epilogue.Store, [], ahead);
        packed.ShouldHaveBitsOf(expected, "packed");
        unpacked.ShouldHaveBitsOf(expected, "unpacked");
    }

    [Fact]
    public void Multiply_RowByRow_HasTheBitsOfTheWholeBatch()
    {
        const int M = 61, K = 130, N = 97;
        float[] a = Sample.Values(M * K, 1), b = Sample.Values(K * N, 2), bias = Sample.Values(N, 3);
        var packed = Pack(b, N, K, N);
        float[] whole = new float[M * N], single = new float[M * N];
        Gemm.Multiply(a, K, [], M, K, packed, N, whole, N, Epilogue.BiasRelu, bias);
        for (var i = 0; i < M; i++)
        {
            Gemm.MultiplyUnpacked(a.AsSpan(i * K, K), K, [], 1, K, b, N, N, single.AsSpan(i * N, N), N, Epilogue.BiasRelu, bias);
        }
        single.ShouldHaveBitsOf(whole);
    }

    [Fact]
    public void Multiply_SplitOverK_ContinuesTheChain()
    {
        const int M = 9, K = 50, Cut = 19, N = 70;
        float[] a = Sample.Values(M * K, 1), b = Sample.Values(K * N, 2);
        float[] whole = new float[M * N], halves = new float[M * N];
        Gemm.MultiplyUnpacked(a, K, [], M, K, b, N, N, whole, N, Epilogue.Store, []);
        Gemm.Multiply(a, K, [], M, Cut, Pack(b, N, Cut, N), N, halves, N, Epilogue.Store, []);
        Gemm.Multiply(a.AsSpan(Cut), K, [], M, K - Cut, Pack(b[(Cut * N)..], N, K - Cut, N), N, halves, N, Epilogue.Continue, []);
        halves.ShouldHaveBitsOf(whole);
    }

    [Theory]
    [InlineData(1, 5, 2)]
    [InlineData(8, 48, 16)]
    [InlineData(9, 145, 19)]
    [InlineData(26, 130, 49)]
    public void MultiplyPart_TwoStretches_HaveTheBitsOfTheWhole(int m, int n, int cut)
    {
        const int K = 50;
        float[] a = Sample.Values(m * K, 1), b = Sample.Values(K * n, 2), bias = Sample.Values(n, 3);
        var packed = Pack(b, n, K, n);
        foreach (var (end, continued) in new[] { (Epilogue.Bias, Epilogue.ContinueBias), (Epilogue.BiasRelu, Epilogue.ContinueBiasRelu), (Epilogue.Store, Epilogue.Continue) })
        {
            float[] whole = new float[m * n], parts = new float[m * n];
            Gemm.Multiply(a, K, [], m, K, packed, n, whole, n, end, bias);
            Gemm.MultiplyPart(a, K, [], m, 0, cut, packed, K, n, parts, n, Epilogue.Store, []);
            Gemm.MultiplyPart(a.AsSpan(cut), K, [], m, cut, K, packed, K, n, parts, n, continued, bias);
            parts.ShouldHaveBitsOf(whole, $"{end}");
        }
    }

    [Fact]
    public void MultiplyPart_StretchOutsideB_Throws()
    {
        var (a, packed, c) = (new float[20], new float[Gemm.PackedLength(10, 4)], new float[8]);
        Should.Throw<ArgumentException>(() => Gemm.MultiplyPart(a, 10, [], 2, 5, 11, packed, 10, 4, c, 4, Epilogue.Store, []));
        Should.Throw<ArgumentException>(() => Gemm.MultiplyPart(a, 10, [], 2, -1, 5, packed, 10, 4, c, 4, Epilogue.Store, []));
        Should.Throw<ArgumentException>(() => Gemm.MultiplyPart(a, 10, [], 2, 6, 5, packed, 10, 4, c, 4, Epilogue.Store, []));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 3)]
    [InlineData(33, 47)]
    [InlineData(130, 96)]
    [InlineData(40, 145)]
    public void Pack_TransposedSource_EqualsPackOfTheTranspose(int k, int n)
    {
        int ldb = n + 1, ldt = k + 4;
        var b = Sample.Values(k * ldb);
        var transposed = new float[n * ldt];
        for (var kk = 0; kk < k; kk++)
        {
            for (var j = 0; j < n; j++)
            {
                transposed[j * ldt + kk] = b[kk * ldb + j];
            }
        }
        float[] plain = new float[Gemm.PackedLength(k, n)], turned = new float[Gemm.PackedLength(k, n)];
        Array.Fill(turned, float.NaN);
        Array.Fill(plain, float.NaN);
        Gemm.Pack(b, ldb, k, n, false, plain);
        Gemm.Pack(transposed, ldt, k, n, true, turned);
        turned.ShouldHaveBitsOf(plain);
    }

    [Fact]
    public void Multiply_NaNAndInfinityInOneRow_StayInThatRow()
    {
        const int M = 12, K = 20, N = 48;
        float[] a = Sample.Values(M * K, 1), b = Sample.Values(K * N, 2), bias = new float[N];
        float[] clean = new float[M * N], dirty = new float[M * N];
        Gemm.Multiply(a, K, [], M, K, Pack(b, N, K, N), N, clean, N, Epilogue.BiasRelu, bias);
        a[5 * K + 3] = float.NaN;
        Gemm.Multiply(a, K, [], M, K, Pack(b, N, K, N), N, dirty, N, Epilogue.BiasRelu, bias);
        for (var i = 0; i < M; i++)
        {
            if (i == 5)
            {
                dirty[i * N].ShouldBe(float.NaN);
                continue;
            }
            dirty[(i * N)..((i + 1) * N)].ShouldHaveBitsOf(clean[(i * N)..((i + 1) * N)], $"row {i}");
        }
    }

    [Fact]
    public void Multiply_RowOutsideA_Throws()
    {
        var (a, packed, c) = (new float[20], new float[Gemm.PackedLength(10, 4)], new float[8]);
        Should.Throw<ArgumentOutOfRangeException>(() => Gemm.Multiply(a, 10, [0, 2], 2, 10, packed, 4, c, 4, Epilogue.Store, []));
        Should.Throw<ArgumentOutOfRangeException>(() => Gemm.Multiply(a, 10, [0, -1], 2, 10, packed, 4, c, 4, Epilogue.Store, []));
    }

    [Fact]
    public void Multiply_ShortSpans_Throw()
    {
        var packed = new float[Gemm.PackedLength(10, 4)];
        Should.Throw<ArgumentException>(() => Gemm.Multiply(new float[19], 10, [], 2, 10, packed, 4, new float[8], 4, Epilogue.Store, []));
        Should.Throw<ArgumentException>(() => Gemm.Multiply(new float[20], 10, [], 2, 10, packed, 4, new float[7], 4, Epilogue.Store, []));
        Should.Throw<ArgumentException>(() => Gemm.Multiply(new float[20], 10, [], 2, 10, packed, 4, new float[8], 4, Epilogue.Bias,
            new float[3]));
        Should.Throw<ArgumentException>(() => Gemm.Multiply(new float[20], 10, [], 2, 10, new float[40], 4, new float[8], 4,
            Epilogue.Store, []));
    }

    static float[] Pack(float[] b, int ldb, int k, int n)
    {
        var packed = new float[Gemm.PackedLength(k, n)];
        Gemm.Pack(b, ldb, k, n, false, packed);
        return packed;
    }
}
