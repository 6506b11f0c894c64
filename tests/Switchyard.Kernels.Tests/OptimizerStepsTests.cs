namespace Switchyard.Kernels.Tests;

public sealed class OptimizerStepsTests
{
    const float Lr = 0.01f, Beta1 = 0.9f, Beta2 = 0.999f, Eps = 1e-8f;

    [Fact]
    public void Sgd_EveryLength_MatchesDoublePrecision() => EveryLength((w, g, _, _) => OptimizerSteps.Sgd(w, g, Lr, 0.1f),
        (w, g, _, _) => Reference.OptimizerStepsSgd<double>(w, g, Lr, 0.1f));

    [Fact]
    public void Adagrad_EveryLength_MatchesDoublePrecision() => EveryLength((w, g, m, _) => OptimizerSteps.Adagrad(w, g, m, Lr, 1e-6f,
        0.1f),
        (w, g, m, _) => Reference.OptimizerStepsAdagrad<double>(w, g, m, Lr, 1e-6f, 0.1f));

    [Fact]
    public void Adam_EveryLength_MatchesDoublePrecision() => EveryLength(
        (w, g, m, v) => OptimizerSteps.Adam(w, g, m, v, Lr, Beta1, Beta2, Eps, 0.3f, 0.02f, 0.1f),
        (w, g, m, v) => Reference.OptimizerStepsAdam<double>(w, g, m, v, Lr, Beta1, Beta2, Eps, 0.3f, 0.02f, 0.1f));

    [Fact]
    public void AdamDecay_EveryLength_HasTheBitsOfAdamWithoutGradient()
    {
        for (var length = 0; length <= 257; length++)
        {
            float[] w = Sample.Values(length, 1), m = Sample.Values(length, 2), v = Array.ConvertAll(Sample.Values(length, 3), Math.Abs);
            float[] w2 = [.. w], m2 = [.. m], v2 = [.. v];
            for (var step = 1; step <= 3; step++)
            {
                var (bc1, bc2) = (1 - MathF.Pow(Beta1, step), 1 - MathF.Pow(Beta2, step));
                OptimizerSteps.Adam(w, new float[length], m, v, Lr, Beta1, Beta2, Eps, bc1, bc2, 0.01f);
                OptimizerSteps.AdamDecay(w2, m2, v2, Lr, Beta1, Beta2, Eps, bc1, bc2, 0.01f);
            }
            w2.ShouldHaveBitsOf(w);
            m2.ShouldHaveBitsOf(m);
            v2.ShouldHaveBitsOf(v);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void AdamRows_RowsOfATable_HaveTheBitsOfRowsAlone(int width)
    {
        const int Rows = 9, First = 2;
        int[] rows = [7, 2, 0, 8, 1, 4];
        float[] w = Sample.Values(Rows * width, 1), g = Sample.Values(rows.Length * width, 2), m = Sample.Values(Rows * width, 3);
        var v = Array.ConvertAll(Sample.Values(Rows * width, 4), Math.Abs);
        float[] w1 = [.. w], m1 = [.. m], v1 = [.. v];
        OptimizerSteps.AdamRows(w, g, m, v, rows, width, First, Lr, Beta1, Beta2, Eps, 0.1f, 0.001f, 0.01f);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] < First)
            {
                continue;
            }
            var at = new Range(rows[i] * width, (rows[i] + 1) * width);
            OptimizerSteps.Adam(
                w1.AsSpan(at), g.AsSpan(i * width, width), m1.AsSpan(at), v1.AsSpan(at), Lr, Beta1, Beta2, Eps, 0.1f, 0.001f, 0.01f);
        }
        w.ShouldHaveBitsOf(w1);
        m.ShouldHaveBitsOf(m1);
        v.ShouldHaveBitsOf(v1);
    }

    [Fact]
    public void Adam_ElementAlone_HasTheBitsItHasInALongSpan()
    {
        const int Length = 53;
        float[] w = Sample.Values(Length, 1), g = Sample.Values(Length, 2), m = Sample.Values(Length, 3), v = new float[Length];
        float[] w1 = [.. w], m1 = [.. m], v1 = [.. v];
        OptimizerSteps.Adam(w, g, m, v, Lr, Beta1, Beta2, Eps, 0.1f, 0.001f, 0);
        for (var i = 0; i < Length; i++)
        {
            OptimizerSteps.Adam(w1.AsSpan(i, 1), g.AsSpan(i, 1), m1.AsSpan(i, 1), v1.AsSpan(i, 1), Lr, Beta1, Beta2, Eps, 0.1f, 0.001f, 0);
        }
        w1.ShouldHaveBitsOf(w);
        m1.ShouldHaveBitsOf(m);
        v1.ShouldHaveBitsOf(v);
    }

    [Fact]
    public void AdamDecay_LongAfterTheLastGradient_EndsAtZeroMoments()
    {
        float[] w = [1], m = [1e-3f], v = [1e-28f];
        for (var step = 0; step < 10_000; step++)
        {
            OptimizerSteps.AdamDecay(w, m, v, Lr, Beta1, Beta2, Eps, 1, 1, 0);
            m[0].ShouldSatisfyAllConditions(x => (x == 0 || Math.Abs(x) >= 1e-30f).ShouldBeTrue());
            v[0].ShouldSatisfyAllConditions(x => (x == 0 || Math.Abs(x) >= 1e-30f).ShouldBeTrue());
        }
        m[0].ShouldBe(0);
        v[0].ShouldBe(0);
    }

    [Fact]
    public void Adam_DifferentLengths_Throws() =>
        Should.Throw<ArgumentException>(() => OptimizerSteps.Adam(new float[3], new float[3], new float[2], new float[3], Lr, Beta1,
            Beta2, Eps, 1, 1, 0));

    delegate void Step<T>(Span<T> w, ReadOnlySpan<T> g, Span<T> m, Span<T> v);

    static void EveryLength(Step<float> kernel, Step<double> oracle)
    {
        for (var length = 0; length <= 257; length++)
        {
            float[] w = Sample.Values(length, 1), g = Sample.Values(length, 2);
            float[] m = Array.ConvertAll(Sample.Values(length, 3), Math.Abs), v = Array.ConvertAll(Sample.Values(length, 4), Math.Abs);
            double[] w64 = Sample.Wide(w), m64 = Sample.Wide(m), v64 = Sample.Wide(v);
            oracle(w64, Sample.Wide(g), m64, v64);
            kernel(w, g, m, v);
            w.ShouldBeNear(w64, 1e-5, 1e-7, $"w, length {length}");
            m.ShouldBeNear(m64, 1e-5, 1e-7, $"first moment, length {length}");
            v.ShouldBeNear(v64, 1e-5, 1e-7, $"second moment, length {length}");
        }
    }
}
