using System.Diagnostics;
using Switchyard.Kernels;

namespace Switchyard.Comparison;

/// <summary>GFLOP/s of C = A·B in float32, packing of B included as OpenBLAS includes its own.</summary>
static class GemmSpeed
{
    const double Seconds = 1;
    const int RowsPerPart = 64;
    const int LeastCalls = 10;

    /// <summary>Best and median call.</summary>
    public static (double Best, double Median) GigaFlops(int m, int k, int n, int threads)
    {
        using var pool = new WorkerPool(threads);
        var a = Filled(m * k);
        var b = Filled(k * n);
        var c = new float[m * n];
        var packed = new float[Gemm.PackedLength(k, n)];
        var body = new Body(a, c, packed, m, k, n);
        var parts = (m + RowsPerPart - 1) / RowsPerPart;
        var times = new List<double>();
        WarmUp.Run(Multiply);
        var end = Stopwatch.GetTimestamp() + (long)(Seconds * Stopwatch.Frequency);
        while (times.Count < LeastCalls || Stopwatch.GetTimestamp() < end)
        {
            var start = Stopwatch.GetTimestamp();
            Multiply();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        var work = 2e-9 * m * k * n;
        return (work / times[0], work / times[times.Count / 2]);

        void Multiply()
        {
            Gemm.Pack(b, n, k, n, transposed: false, packed);
            pool.For(parts, body);
        }
    }

    static float[] Filled(int length)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++) values[i] = (i * 7919 % 1000 - 500) / 500f;
        return values;
    }

    readonly struct Body(float[] a, float[] c, float[] packed, int m, int k, int n) : IParallelBody
    {
        public void Run(int part)
        {
            var from = part * RowsPerPart;
            var rows = Math.Min(RowsPerPart, m - from);
            Gemm.Multiply(a.AsSpan(from * k), k, default, rows, k, packed, n, c.AsSpan(from * n), n, Epilogue.Store, default);
        }

    }
}
