using BenchmarkDotNet.Attributes;
using Switchyard.Kernels;

namespace Switchyard.Benchmarks;

/// <summary>C = A·B of a step's shapes on one thread, with and without packing B.</summary>
public class GemmBenchmarks
{
    float[] _a = [];
    float[] _b = [];
    float[] _c = [];
    float[] _packed = [];

    [Params("2048x304x768", "2048x128x64", "2048x64x64", "200x304x256", "1x304x256")]
    public string Shape { get; set; } = "";

    int M { get; set; }

    int K { get; set; }

    int N { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var numbers = Shape.Split('x').Select(int.Parse).ToArray();
        (M, K, N) = (numbers[0], numbers[1], numbers[2]);
        (_a, _b, _c) = (Rows.Filled(M * K), Rows.Filled(K * N), new float[M * N]);
        _packed = new float[Gemm.PackedLength(K, N)];
        Gemm.Pack(_b, N, K, N, transposed: false, _packed);
    }

    [Benchmark]
    public void Pack() => Gemm.Pack(_b, N, K, N, transposed: false, _packed);

    [Benchmark]
    public void Multiply() => Gemm.Multiply(_a, K, default, M, K, _packed, N, _c, N, Epilogue.Store, default);
}

/// <summary>Softmax over a gate's experts.</summary>
public class SoftmaxBenchmarks
{
    const int RowCount = 2048;

    float[] _x = [];
    float[] _y = [];
    float[] _gradient = [];

    [Params(6, 16, 64)]
    public int Experts { get; set; }

    [GlobalSetup]
    public void Setup() => (_x, _y, _gradient) = (Rows.Filled(RowCount * Experts), new float[RowCount * Experts], new float[RowCount * Experts]);

    [Benchmark]
    public void Forward() => Softmax.Rows(_x, RowCount, Experts, _y);

    [Benchmark]
    public void Logarithm() => Softmax.LogRows(_x, RowCount, Experts, _y);

    [Benchmark]
    public void Backward() => Softmax.RowsBackward(_y, _x, _gradient, RowCount, Experts);
}

/// <summary>Adam over all numbers of a parameter, and over the rows of a table that a batch has read.</summary>
public class AdamBenchmarks
{
    const int Width = 16;
    const int TableRows = 100_000;
    const int Read = 2048;

    readonly float[] _w = Rows.Filled(TableRows * Width);
    readonly float[] _m = new float[TableRows * Width];
    readonly float[] _v = new float[TableRows * Width];
    readonly float[] _g = Rows.Filled(TableRows * Width);
    readonly int[] _rows = [.. Enumerable.Range(0, Read).Select(i => i * 47 % TableRows)];

    [Benchmark]
    public void Dense() => OptimizerSteps.Adam(_w, _g, _m, _v, 1e-3f, 0.9f, 0.999f, 1e-8f, 0.5f, 0.5f, 0);

    [Benchmark]
    public void TableRowsRead() => OptimizerSteps.AdamRows(_w, _g.AsSpan(0, Read * Width), _m, _v, _rows, Width, 0, 1e-3f, 0.9f, 0.999f, 1e-8f, 0.5f, 0.5f, 0);
}
