using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels.Tests;

/// <summary>Hashes of output bits. The constants hold for every register width: eng/test-isa.sh runs this suite once per instruction
/// set.</summary>
public sealed class BitsTests
{
    [Fact]
    public void Gemm_OutputBits_AreTheSameOnEveryMachine()
    {
        const int M = 61, K = 130, N = 97;
        float[] a = Sample.Values(M * K, 1), b = Sample.Values(K * N, 2), bias = Sample.Values(N, 3);
        float[] packed = new float[Gemm.PackedLength(K, N)], c = new float[M * N], gradient = new float[K * N];
        Gemm.Pack(b, N, K, N, false, packed);
        Gemm.Multiply(a, K, [], M, K, packed, N, c, N, Epilogue.BiasRelu, bias);
        Gemm.MultiplyTransposed(a, K, [], M, 0, K, c, N, N, gradient, N);
        Hash(c, gradient).ShouldBe(2879903156881241008UL);
    }

    [Fact]
    public void Curves_OutputBits_AreTheSameOnEveryMachine()
    {
        var x = Sample.Values(1003, 1, 30);
        float[] exp = new float[x.Length], log = new float[x.Length], sigmoid = new float[x.Length];
        Vectors.Exp(x, exp);
        Vectors.Log(exp, log);
        Vectors.Sigmoid(x, sigmoid);
        Hash(exp, log, sigmoid, [Vectors.Dot(x, sigmoid)]).ShouldBe(802034961759632643UL);
    }

    [Fact]
    public void Softmax_OutputBits_AreTheSameOnEveryMachine()
    {
        const int Rows = 53, Groups = 4, Cols = 9;
        float[] x = Sample.Values(Rows * Groups * Cols, 1, 8), soft = new float[x.Length], log = new float[x.Length];
        float[] d1 = new float[x.Length], d2 = new float[x.Length];
        Softmax.Rows(x, Rows, Groups * Cols, soft);
        Softmax.LogGates(x, Rows, Groups, Cols, log);
        Softmax.RowsBackward(soft, x, d1, Rows, Groups * Cols);
        Softmax.LogGatesBackward(log, x, d2, Rows, Groups, Cols);
        Hash(soft, log, d1, d2).ShouldBe(12988080967987104356UL);
    }

    /// <summary>Columns that fill vectors take another way than others.</summary>
    [Fact]
    public void WideGates_OutputBits_AreTheSameOnEveryMachine()
    {
        const int Rows = 53, Gates = 3, Cols = 32;
        float[] x = Sample.Values(Rows * Gates * Cols, 1, 8), log = new float[x.Length], dx = new float[x.Length];
        Softmax.LogGates(x, Rows, Gates, Cols, log);
        Softmax.LogGatesBackward(log, x, dx, Rows, Gates, Cols);
        Hash(log, dx).ShouldBe(15132864487471248428UL);
    }

    [Fact]
    public void SumWhere_OutputBits_AreTheSameOnEveryMachine()
    {
        float[] x = Sample.Values(1003, 1, 30), mask = Array.ConvertAll(Sample.Values(1003, 2), v => v > 0 ? 1f : 0f);
        var sum = Vectors.SumWhere(x, mask, out var count);
        Hash([(float)sum, (float)(sum - (float)sum), count]).ShouldBe(16007761442045064580UL);
    }

    [Fact]
    public void LogGates_SixteenColumns_HaveTheBitsOfTheSameAmongSeventeen()
    {
        const int Rows = 53, Gates = 4, Wide = 16, More = 17;
        float[] x = Sample.Values(Rows * Gates * More, 1, 8), y = new float[x.Length];
        float[] wide = [.. x.Where((_, i) => i % More < Wide)], found = new float[wide.Length];

        Softmax.LogGates(x, Rows, Gates, More, y);
        Softmax.LogGates(wide, Rows, Gates, Wide, found);

        Hash(found).ShouldBe(Hash([.. y.Where((_, i) => i % More < Wide)]));
    }

    [Fact]
    public void NoiseAndAdam_OutputBits_AreTheSameOnEveryMachine()
    {
        float[] w = Sample.Values(999, 1), g = new float[999], m = new float[999], v = new float[999], uniform = new float[999];
        for (var step = 1; step <= 3; step++)
        {
            CounterNoise.Normal(CounterNoise.Key(17, step, 2), 5, 0.3f, g);
            OptimizerSteps.Adam(w, g, m, v, 0.01f, 0.9f, 0.999f, 1e-8f, 0.1f * step, 0.001f * step, 0.01f);
        }
        CounterNoise.Uniform(99, 3, uniform);
        Hash(w, m, v, uniform).ShouldBe(14556689095388146780UL);
    }

    [ForcedWidthFact]
    public void RegisterWidth_ForcedByTheScript_IsInForce()
    {
        var forced = int.Parse(Environment.GetEnvironmentVariable(ForcedWidthFactAttribute.Variable)!, CultureInfo.InvariantCulture);
        var width = Vector512.IsHardwareAccelerated ? 512
            : Vector256.IsHardwareAccelerated ? 256
            : Vector128.IsHardwareAccelerated ? 128
            : 0;
        width.ShouldBe(forced);
    }

    /// <summary>FNV-1a, 64 bits.</summary>
    static ulong Hash(params float[][] arrays)
    {
        var hash = 14695981039346656037UL;
        foreach (var array in arrays)
        {
            foreach (var b in MemoryMarshal.AsBytes<float>(array))
            {
                hash = (hash ^ b) * 1099511628211UL;
            }
        }
        return hash;
    }
}

/// <summary>A fact of the runs of eng/test-isa.sh, which names the register width it has forced.</summary>
sealed class ForcedWidthFactAttribute : FactAttribute
{
    public const string Variable = "SWITCHYARD_FORCED_WIDTH";

    public ForcedWidthFactAttribute()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Skip = $"{Variable} is not set: no register width is forced (eng/test-isa.sh does that).";
        }
    }
}
