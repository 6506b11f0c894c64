using System.Numerics;

namespace Switchyard.Kernels;

/// <summary>What each kernel computes, said as plainly as possible, for any precision: the oracle of the tests, the documentation of the
/// formulas, and in double precision the engine of the gradient checks. Methods carry the kernel's class as a prefix.</summary>
public static partial class Reference
{
    /// <summary>Elements of a B kept row-major: the reference does not pack.</summary>
    public static int GemmPackedLength(int k, int n) => k * n;

    /// <summary>Copies B to row-major [k, n].</summary>
    public static void GemmPack<T>(ReadOnlySpan<T> b, int ldb, int k, int n, bool transposed, Span<T> packed)
        where T : IBinaryFloatingPointIeee754<T>
    {
        for (var kk = 0; kk < k; kk++)
        {
            for (var j = 0; j < n; j++)
            {
                packed[kk * n + j] = transposed ? b[j * ldb + kk] : b[kk * ldb + j];
            }
        }
    }

    /// <summary><see cref="Gemm.Multiply"/> on a B written by <see cref="GemmPack"/>.</summary>
    public static void GemmMultiply<T>(ReadOnlySpan<T> a, int lda, ReadOnlySpan<int> rows, int m, int k, ReadOnlySpan<T> packed, int n,
        Span<T> c, int ldc, Epilogue epilogue, ReadOnlySpan<T> bias) where T : IBinaryFloatingPointIeee754<T> =>
        GemmMultiplyUnpacked(a, lda, rows, m, k, packed, n, n, c, ldc, epilogue, bias);

    /// <summary><see cref="Gemm.MultiplyPart"/> on a B written by <see cref="GemmPack"/>.</summary>
    public static void GemmMultiplyPart<T>(ReadOnlySpan<T> a, int lda, ReadOnlySpan<int> rows, int m, int from, int to,
        ReadOnlySpan<T> packed, int n, Span<T> c, int ldc, Epilogue epilogue, ReadOnlySpan<T> bias)
        where T : IBinaryFloatingPointIeee754<T> =>
        GemmMultiplyUnpacked(a, lda, rows, m, to - from, packed[(from * n)..], n, n, c, ldc, epilogue, bias);

    /// <summary><see cref="Gemm.MultiplyUnpacked"/>.</summary>
    public static void GemmMultiplyUnpacked<T>(ReadOnlySpan<T> a, int lda, ReadOnlySpan<int> rows, int m, int k, ReadOnlySpan<T> b, int ldb,
        int n, Span<T> c, int ldc, Epilogue epilogue, ReadOnlySpan<T> bias) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < m; i++)
        {
            var row = a[((rows.IsEmpty ? i : rows[i]) * lda)..];
            for (var j = 0; j < n; j++)
            {
                ref var target = ref c[i * ldc + j];
                var chain = epilogue is Epilogue.Continue or Epilogue.ContinueBias or Epilogue.ContinueBiasRelu ? target : T.Zero;
                for (var kk = 0; kk < k; kk++)
                {
                    chain = T.FusedMultiplyAdd(row[kk], b[kk * ldb + j], chain);
                }
                target = epilogue switch
                {
                    Epilogue.AddResult => target + chain,
                    Epilogue.Bias or Epilogue.ContinueBias => chain + bias[j],
                    Epilogue.BiasRelu or Epilogue.ContinueBiasRelu => Positive(chain + bias[j]),
                    _ => chain,
                };
            }
        }
    }

    /// <summary><see cref="Gemm.MultiplyTransposed"/>.</summary>
    public static void GemmMultiplyTransposed<T>(ReadOnlySpan<T> a, int lda, ReadOnlySpan<int> rows, int count, int from, int to,
        ReadOnlySpan<T> b, int ldb, int n, Span<T> c, int ldc, bool overwrite = false) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = from; i < to; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (overwrite && count > 0)
                {
                    c[i * ldc + j] = T.Zero;
                }
                for (var r = 0; r < count; r++)
                {
                    var x = a[(rows.IsEmpty ? r : rows[r]) * lda + i];
                    c[i * ldc + j] = T.FusedMultiplyAdd(x, b[r * ldb + j], c[i * ldc + j]);
                }
            }
        }
    }

    static T Positive<T>(T x) where T : IBinaryFloatingPointIeee754<T> => x <= T.Zero ? T.Zero : x;
}
