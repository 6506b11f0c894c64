namespace Switchyard.Kernels;

// The kernels in double precision, for the gradient checks: the engine's sources are compiled a second time against these classes,
// which carry the float classes' names and parameter lists and forward to the reference.

/// <summary>Double-precision <c>Gemm</c>.</summary>
public static class Gemm
{
    public static int PackedLength(int k, int n) =>
        Reference.GemmPackedLength(k, n);

    public static void Pack(ReadOnlySpan<double> b, int ldb, int k, int n, bool transposed, Span<double> packed) =>
        Reference.GemmPack<double>(b, ldb, k, n, transposed, packed);

    public static void Multiply(ReadOnlySpan<double> a, int lda, ReadOnlySpan<int> rows, int m, int k, ReadOnlySpan<double> packed,
        int n, Span<double> c, int ldc, Epilogue epilogue, ReadOnlySpan<double> bias, ReadOnlySpan<double> next = default) =>
        Reference.GemmMultiply<double>(a, lda, rows, m, k, packed, n, c, ldc, epilogue, bias);

    public static void MultiplyPart(ReadOnlySpan<double> a, int lda, ReadOnlySpan<int> rows, int m, int from, int to,
        ReadOnlySpan<double> packed, int k, int n, Span<double> c, int ldc, Epilogue epilogue, ReadOnlySpan<double> bias, ReadOnlySpan<double> next = default) =>
        Reference.GemmMultiplyPart<double>(a, lda, rows, m, from, to, packed, n, c, ldc, epilogue, bias);

    public static void MultiplyUnpacked(ReadOnlySpan<double> a, int lda, ReadOnlySpan<int> rows, int m, int k, ReadOnlySpan<double> b,
        int ldb, int n, Span<double> c, int ldc, Epilogue epilogue, ReadOnlySpan<double> bias, ReadOnlySpan<double> next = default) =>
        Reference.GemmMultiplyUnpacked<double>(a, lda, rows, m, k, b, ldb, n, c, ldc, epilogue, bias);

    public static void MultiplyTransposed(ReadOnlySpan<double> a, int lda, ReadOnlySpan<int> rows, int count, int from, int to,
        ReadOnlySpan<double> b, int ldb, int n, Span<double> c, int ldc, bool overwrite = false) =>
        Reference.GemmMultiplyTransposed<double>(a, lda, rows, count, from, to, b, ldb, n, c, ldc, overwrite);
}

/// <summary>Double-precision <c>Vectors</c>.</summary>
public static class Vectors
{
    public static double SumWhere(ReadOnlySpan<double> x, ReadOnlySpan<double> mask, out int count) =>
        Reference.VectorsSumWhere<double>(x, mask, out count);

    public static void Add(ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsAdd<double>(x, y);

    public static void Axpy(double alpha, ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsAxpy<double>(alpha, x, y);

    public static void Scale(double alpha, Span<double> x) =>
        Reference.VectorsScale<double>(alpha, x);

    public static void Copy(ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsCopy<double>(x, y);

    public static void Relu(ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsRelu<double>(x, y);

    public static void ReluBackward(ReadOnlySpan<double> y, ReadOnlySpan<double> dy, Span<double> dx) =>
        Reference.VectorsReluBackward<double>(y, dy, dx);

    public static void MaskRelu(ReadOnlySpan<double> y, Span<double> dy) =>
        Reference.VectorsMaskRelu<double>(y, dy);

    public static void Multiply(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z) =>
        Reference.VectorsMultiply<double>(x, y, z);

    public static void MultiplyAdd(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z) =>
        Reference.VectorsMultiplyAdd<double>(x, y, z);

    public static void Exp(ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsExp<double>(x, y);

    public static void Log(ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsLog<double>(x, y);

    public static void Sigmoid(ReadOnlySpan<double> x, Span<double> y) =>
        Reference.VectorsSigmoid<double>(x, y);

    public static double SumOfSquares(ReadOnlySpan<double> x) =>
        Reference.VectorsSumOfSquares<double>(x);

    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y) =>
        Reference.VectorsDot<double>(x, y);

    public static void ColumnSums(ReadOnlySpan<double> b, int ldb, int rows, int n, Span<double> c) =>
        Reference.VectorsColumnSums<double>(b, ldb, rows, n, c);
}

/// <summary>Double-precision <c>Softmax</c>.</summary>
public static class Softmax
{
    public const int ClosestColumns = 16;

    /// <summary>Leaves every row to the general way.</summary>
    public static bool Closest(ReadOnlySpan<double> x, int gates, int cols, int own, double shift, out int specific, out int shared)
    {
        (specific, shared) = (-1, -1);
        return false;
    }

    public static void Columns(Span<double> x, int count) =>
        Reference.SoftmaxColumns<double>(x, count);

    public static void Rows(ReadOnlySpan<double> x, int rows, int cols, Span<double> y) =>
        Reference.SoftmaxRows<double>(x, rows, cols, y);

    public static void MaskedRows(ReadOnlySpan<double> x, ReadOnlySpan<double> mask, int rows, int cols, Span<double> y) =>
        Reference.SoftmaxMaskedRows<double>(x, mask, rows, cols, y);

    public static void RowsBackward(ReadOnlySpan<double> y, ReadOnlySpan<double> dy, Span<double> dx, int rows, int cols) =>
        Reference.SoftmaxRowsBackward<double>(y, dy, dx, rows, cols);

    public static void LogRows(ReadOnlySpan<double> x, int rows, int cols, Span<double> y) =>
        Reference.SoftmaxLogRows<double>(x, rows, cols, y);

    public static void LogRowsBackward(ReadOnlySpan<double> y, ReadOnlySpan<double> dy, Span<double> dx, int rows, int cols) =>
        Reference.SoftmaxLogRowsBackward<double>(y, dy, dx, rows, cols);

    public static void LogGates(ReadOnlySpan<double> x, int rows, int groups, int cols, Span<double> y) =>
        Reference.SoftmaxLogGates<double>(x, rows, groups, cols, y);

    public static void LogGatesBackward(ReadOnlySpan<double> y, ReadOnlySpan<double> dy, Span<double> dx, int rows, int groups,
        int cols) =>
        Reference.SoftmaxLogGatesBackward<double>(y, dy, dx, rows, groups, cols);
}

/// <summary>Double-precision <c>Rows</c>.</summary>
public static class Rows
{
    public static void Gather(ReadOnlySpan<double> x, int width, ReadOnlySpan<int> ids, Span<double> y, int ldy) =>
        Reference.RowsGather<double>(x, width, ids, y, ldy);

    public static void ScatterAdd(ReadOnlySpan<double> dy, int ldy, int width, ReadOnlySpan<int> ids, Span<double> dx) =>
        Reference.RowsScatterAdd<double>(dy, ldy, width, ids, dx);

    public static void Combine(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, ReadOnlySpan<double> weight, ReadOnlySpan<double> h,
        int width, int fromRow, int toRow, Span<double> y) =>
        Reference.RowsCombine<double>(start, pair, weight, h, width, fromRow, toRow, y);

    public static void CombineBackwardValues(ReadOnlySpan<int> start, ReadOnlySpan<int> pair, ReadOnlySpan<double> weight,
        ReadOnlySpan<double> dy, ReadOnlySpan<double> h, int width, int fromRow, int toRow, Span<double> dh, Span<double> dweight,
        bool accumulate) =>
        Reference.RowsCombineBackwardValues<double>(start, pair, weight, dy, h, width, fromRow, toRow, dh, dweight, accumulate);
}

/// <summary><c>Prefetch</c>, which changes no result.</summary>
public static class Prefetch
{
    public static void Values<T>(T[] values, int first, int count)
    {
    }
}

/// <summary>Double-precision <c>OptimizerSteps</c>.</summary>
public static class OptimizerSteps
{
    public static void Sgd(Span<double> w, ReadOnlySpan<double> g, double lr, double weightDecay) =>
        Reference.OptimizerStepsSgd<double>(w, g, lr, weightDecay);

    public static void Adagrad(Span<double> w, ReadOnlySpan<double> g, Span<double> acc, double lr, double eps, double weightDecay) =>
        Reference.OptimizerStepsAdagrad<double>(w, g, acc, lr, eps, weightDecay);

    public static void Adam(Span<double> w, ReadOnlySpan<double> g, Span<double> m, Span<double> v, double lr, double beta1,
        double beta2, double eps, double biasCorrection1, double biasCorrection2, double weightDecay) =>
        Reference.OptimizerStepsAdam<double>(w, g, m, v, lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);

    public static void AdamRows(Span<double> w, ReadOnlySpan<double> g, Span<double> m, Span<double> v, ReadOnlySpan<int> rows, int width,
        int first, double lr, double beta1, double beta2, double eps, double biasCorrection1, double biasCorrection2, double weightDecay)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < first) continue;
            var start = rows[i] * width;
            Adam(w.Slice(start, width), g.Slice(i * width, width), m.Slice(start, width), v.Slice(start, width), lr, beta1, beta2, eps,
                biasCorrection1, biasCorrection2, weightDecay);
        }
    }

    public static void AdamDecay(Span<double> w, Span<double> m, Span<double> v, double lr, double beta1, double beta2, double eps,
        double biasCorrection1, double biasCorrection2, double weightDecay) =>
        Reference.OptimizerStepsAdamDecay<double>(w, m, v, lr, beta1, beta2, eps, biasCorrection1, biasCorrection2, weightDecay);
}

/// <summary>Double-precision <c>CounterNoise</c>.</summary>
public static class CounterNoise
{
    public static ulong Key(ulong seed, long step, int layer) =>
        Reference.CounterNoiseKey(seed, step, layer);

    public static void Normal(ulong key, long firstIndex, double sigma, Span<double> y) =>
        Reference.CounterNoiseNormal<double>(key, firstIndex, sigma, y);

    public static void Uniform(ulong key, long firstIndex, Span<double> y) =>
        Reference.CounterNoiseUniform<double>(key, firstIndex, y);
}
