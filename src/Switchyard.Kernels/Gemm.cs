namespace Switchyard.Kernels;

/// <summary>Float32 matrix products. Every element of C is one chain of fused multiply-adds over k in ascending order,
/// so its bits depend neither on the number of rows, nor on a row's position, nor on the width of the machine's registers.
/// Single-threaded; callers share the rows out.</summary>
public static unsafe class Gemm
{
    /// <summary>Elements that <see cref="Pack"/> writes for a B of shape [k, n].</summary>
    public static int PackedLength(int k, int n)
    {
        Check.Size(k);
        Check.Size(n);
        return checked(k * Panels.RoundUp(n));
    }

    /// <summary>Copies B [k, n] into the column panels that <see cref="Multiply"/> reads.</summary>
    /// <param name="b">Element (kk, j) is b[kk * ldb + j], or b[j * ldb + kk] when <paramref name="transposed"/>.</param>
    /// <param name="ldb">Elements between two stored rows of <paramref name="b"/>.</param>
    /// <param name="k">Rows of B: the length of every chain.</param>
    /// <param name="n">Columns of B.</param>
    /// <param name="transposed">Whether <paramref name="b"/> holds B's transpose.</param>
    /// <param name="packed">At least <see cref="PackedLength"/> elements.</param>
    public static void Pack(ReadOnlySpan<float> b, int ldb, int k, int n, bool transposed, Span<float> packed)
    {
        Check.Length(packed.Length, PackedLength(k, n));
        Check.Length(b.Length, transposed ? Check.Extent(n, ldb, k) : Check.Extent(k, ldb, n));
        fixed (float* source = b, target = packed)
        {
            if (transposed)
            {
                Panels.PackTransposed(source, ldb, k, n, target);
            }
            else
            {
                Panels.Pack(source, ldb, k, n, target);
            }
        }
    }

    /// <summary>C [m, n] from A [m, k] and packed B [k, n].</summary>
    /// <param name="a">Row i starts at rows[i] * lda, or at i * lda when <paramref name="rows"/> is empty.</param>
    /// <param name="lda">Elements between two rows of <paramref name="a"/>.</param>
    /// <param name="rows">The rows of A to take, or empty for the first m.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="k">Length of every chain.</param>
    /// <param name="packed">B as written by <see cref="Pack"/>.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="c">Row i starts at i * ldc.</param>
    /// <param name="ldc">Elements between two rows of <paramref name="c"/>.</param>
    /// <param name="epilogue">What happens with a finished chain.</param>
    /// <param name="bias">n values for the bias epilogues, else empty.</param>
    /// <param name="next">What the caller reads next, where it should be asked for; empty for what lies behind every panel.</param>
    public static void Multiply(ReadOnlySpan<float> a, int lda, ReadOnlySpan<int> rows, int m, int k, ReadOnlySpan<float> packed, int n,
        Span<float> c, int ldc, Epilogue epilogue, ReadOnlySpan<float> bias, ReadOnlySpan<float> next = default) =>
        MultiplyPart(a, lda, rows, m, 0, k, packed, k, n, c, ldc, epilogue, bias, next);

    /// <summary>The stretch [from, to) of the chains of <see cref="Multiply"/>: C [m, n] from A [m, to - from] and those rows of packed
    /// B [k, n]. Stretches that <see cref="Epilogue.Continue"/> one another come to the bits of the whole.</summary>
    /// <param name="a">Row i starts at rows[i] * lda, or at i * lda when <paramref name="rows"/> is empty; its first element meets row
    /// from of B.</param>
    /// <param name="lda">Elements between two rows of <paramref name="a"/>.</param>
    /// <param name="rows">The rows of A to take, or empty for the first m.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="from">First row of B.</param>
    /// <param name="to">Row of B behind the last.</param>
    /// <param name="packed">B as written by <see cref="Pack"/>.</param>
    /// <param name="k">Rows of B.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="c">Row i starts at i * ldc.</param>
    /// <param name="ldc">Elements between two rows of <paramref name="c"/>.</param>
    /// <param name="epilogue">What happens with a finished chain.</param>
    /// <param name="bias">n values for the bias epilogues, else empty.</param>
    /// <param name="next">As in <see cref="Multiply"/>.</param>
    public static void MultiplyPart(ReadOnlySpan<float> a, int lda, ReadOnlySpan<int> rows, int m, int from, int to,
        ReadOnlySpan<float> packed, int k, int n, Span<float> c, int ldc, Epilogue epilogue, ReadOnlySpan<float> bias,
        ReadOnlySpan<float> next = default)
    {
        Check.Size(from);
        Check.Size(k - to);
        Check.Length(packed.Length, PackedLength(k, n));
        if (!Prepare(a, lda, rows, m, to - from, n, c, ldc, epilogue, bias))
        {
            return;
        }
        fixed (float* pa = a, pb = packed, pc = c, pbias = Used(bias, epilogue), pnext = next)
        fixed (int* pr = rows)
        {
            var product = new Product { A = pa, LdA = lda, Step = 1, Rows = pr, M = m, K = to - from, B = pb, N = n, C = pc, LdC = ldc };
            product.PackedK = k;
            product.From = from;
            product.Bias = pbias;
            product.Next = pnext;
            product.NextLength = next.Length;
            GemmDriver.Run(product, epilogue);
        }
    }

    /// <summary>The same bits as <see cref="Multiply"/> from a B [k, n] that was never packed: pays for up to about 16 rows.</summary>
    /// <param name="a">Row i starts at rows[i] * lda, or at i * lda when <paramref name="rows"/> is empty.</param>
    /// <param name="lda">Elements between two rows of <paramref name="a"/>.</param>
    /// <param name="rows">The rows of A to take, or empty for the first m.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="k">Length of every chain.</param>
    /// <param name="b">Row-major B: row kk starts at kk * ldb.</param>
    /// <param name="ldb">Elements between two rows of <paramref name="b"/>.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="c">Row i starts at i * ldc.</param>
    /// <param name="ldc">Elements between two rows of <paramref name="c"/>.</param>
    /// <param name="epilogue">What happens with a finished chain.</param>
    /// <param name="bias">n values for the bias epilogues, else empty.</param>
    /// <param name="next">As in <see cref="Multiply"/>.</param>
    public static void MultiplyUnpacked(ReadOnlySpan<float> a, int lda, ReadOnlySpan<int> rows, int m, int k, ReadOnlySpan<float> b,
        int ldb, int n, Span<float> c, int ldc, Epilogue epilogue, ReadOnlySpan<float> bias, ReadOnlySpan<float> next = default)
    {
        Check.Length(b.Length, Check.Extent(k, ldb, n));
        if (!Prepare(a, lda, rows, m, k, n, c, ldc, epilogue, bias))
        {
            return;
        }
        fixed (float* pa = a, pb = b, pc = c, pbias = Used(bias, epilogue), pnext = next)
        fixed (int* pr = rows)
        {
            var product = new Product { A = pa, LdA = lda, Step = 1, Rows = pr, M = m, K = k, B = pb, N = n, C = pc, LdC = ldc };
            product.Bias = pbias;
            product.LdB = ldb;
            product.Unpacked = true;
            product.Next = pnext;
            product.NextLength = next.Length;
            GemmDriver.Run(product, epilogue);
        }
    }

    /// <summary>Weight gradient: C[i, j] += sum over r &lt; count of A[row(r), i] * B[r, j] for i in [from, to). Each element continues
    /// its chain in row order, so splitting the rows over several calls changes no bit, and overwriting comes to the bits of adding to 0.</summary>
    /// <param name="a">Row r starts at rows[r] * lda, or at r * lda when <paramref name="rows"/> is empty.</param>
    /// <param name="lda">Elements between two rows of <paramref name="a"/>.</param>
    /// <param name="rows">The rows of A to take, or empty for the first count.</param>
    /// <param name="count">Rows of A taken and of B: the length of every chain.</param>
    /// <param name="from">First column of A, which is the first row of C written.</param>
    /// <param name="to">Column of A behind the last.</param>
    /// <param name="b">B [count, n], row r at r * ldb.</param>
    /// <param name="ldb">Elements between two rows of <paramref name="b"/>.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="c">Row i starts at i * ldc (absolute i, also when from &gt; 0).</param>
    /// <param name="ldc">Elements between two rows of <paramref name="c"/>.</param>
    /// <param name="overwrite">True: = for +=, where <paramref name="count"/> is not 0; C need not hold numbers.</param>
    public static void MultiplyTransposed(ReadOnlySpan<float> a, int lda, ReadOnlySpan<int> rows, int count, int from, int to,
        ReadOnlySpan<float> b, int ldb, int n, Span<float> c, int ldc, bool overwrite = false)
    {
        Check.Size(count);
        Check.Size(from);
        Check.Size(to - from);
        Check.Size(n);
        if (count == 0 || from == to || n == 0)
        {
            return;
        }
        CheckRows(a, lda, rows, count, to);
        Check.Length(b.Length, Check.Extent(count, ldb, n));
        Check.Length(c.Length, Check.Extent(to, ldc, n));
        fixed (float* pa = a, pb = b, pc = c)
        fixed (int* pr = rows)
        {
            GemmTransposed.Run(pa, lda, pr, count, from, to, pb, ldb, n, pc, ldc, overwrite);
        }
    }

    static bool Prepare(ReadOnlySpan<float> a, int lda, ReadOnlySpan<int> rows, int m, int k, int n, Span<float> c, int ldc,
        Epilogue epilogue, ReadOnlySpan<float> bias)
    {
        Check.Size(m);
        Check.Size(k);
        Check.Size(n);
        if (m == 0 || n == 0)
        {
            return false;
        }
        CheckRows(a, lda, rows, m, k);
        Check.Length(c.Length, Check.Extent(m, ldc, n));
        if (AddsBias(epilogue))
        {
            Check.Length(bias.Length, n);
        }
        return true;
    }

    static bool AddsBias(Epilogue epilogue) =>
        epilogue is Epilogue.Bias or Epilogue.BiasRelu or Epilogue.ContinueBias or Epilogue.ContinueBiasRelu;

    /// <summary>A bias nobody reads counts as absent, whatever its length.</summary>
    static ReadOnlySpan<float> Used(ReadOnlySpan<float> bias, Epilogue epilogue) => AddsBias(epilogue) ? bias : [];

    static void CheckRows(ReadOnlySpan<float> a, int lda, ReadOnlySpan<int> rows, int count, int width)
    {
        if (rows.IsEmpty)
        {
            Check.Length(a.Length, Check.Extent(count, lda, width));
        }
        else
        {
            Check.RowIds(rows, count, lda, width, a.Length);
        }
    }
}
