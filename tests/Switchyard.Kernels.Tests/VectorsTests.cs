namespace Switchyard.Kernels.Tests;

public sealed class VectorsTests
{
    delegate void Zip(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> z);

    delegate void Curve(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>Every remainder of every register width.</summary>
    const int Longest = 257;

    static readonly float[] Special = [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1e-38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88.7f, -87.3f, 1e-30f, 16777216f];

    public static TheoryData<string> Operations() => [.. Zips.Keys];

    static readonly Dictionary<string, (Zip Kernel, Zip Oracle)> Zips = new()
    {
        ["Add"] = ((x, _, z) => Vectors.Add(x, z), (x, _, z) => Reference.VectorsAdd(x, z)),
        ["Axpy"] = ((x, _, z) => Vectors.Axpy(0.37f, x, z), (x, _, z) => Reference.VectorsAxpy(0.37f, x, z)),
        ["Scale"] = ((_, _, z) => Vectors.Scale(-1.7f, z), (_, _, z) => Reference.VectorsScale(-1.7f, z)),
        ["Copy"] = ((x, _, z) => Vectors.Copy(x, z), (x, _, z) => Reference.VectorsCopy(x, z)),
        ["Relu"] = ((x, _, z) => Vectors.Relu(x, z), (x, _, z) => Reference.VectorsRelu(x, z)),
        ["ReluBackward"] = ((x, y, z) => Vectors.ReluBackward(x, y, z), (x, y, z) => Reference.VectorsReluBackward(x, y, z)),
        ["MaskRelu"] = ((x, _, z) => Vectors.MaskRelu(x, z), (x, _, z) => Reference.VectorsMaskRelu(x, z)),
        ["Multiply"] = ((x, y, z) => Vectors.Multiply(x, y, z), (x, y, z) => Reference.VectorsMultiply(x, y, z)),
        ["MultiplyAdd"] = ((x, y, z) => Vectors.MultiplyAdd(x, y, z), (x, y, z) => Reference.VectorsMultiplyAdd(x, y, z)),
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_EveryLength_HasTheBitsOfTheScalarLoop(string operation)
    {
        var (kernel, oracle) = Zips[operation];
        for (var length = 0; length <= Longest; length++)
        {
            float[] x = Sample.Values(length, 1), y = Sample.Values(length, 2), expected = Sample.Values(length, 3);
            for (var i = 0; i < length; i += 5)
            {
                x[i] = 0;
            }
            float[] actual = [.. expected];
            kernel(x, y, actual);
            oracle(x, y, expected);
            actual.ShouldHaveBitsOf(expected, $"{operation} of length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_SpecialValues_MatchTheScalarLoop(string operation)
    {
        var (kernel, oracle) = Zips[operation];
        foreach (var other in Special)
        {
            float[] y = new float[Special.Length], expected = new float[Special.Length];
            Array.Fill(y, other);
            Array.Fill(expected, 0.5f);
            float[] actual = [.. expected];
            kernel(Special, y, actual);
            oracle(Special, y, expected);
            for (var i = 0; i < actual.Length; i++)
            {
                // The sign and payload of a NaN are the machine's business.
                actual[i].Equals(expected[i]).ShouldBeTrue($"{operation}({Special[i]}, {other}) is {actual[i]}, expected {expected[i]}");
            }
        }
    }

    [Fact]
    public void Exp_WholeRange_IsWithinTwoUlp() => Measure(Vectors.Exp, Math.Exp, -87.3f, 88.7f, 2, 0);

    [Fact]
    public void Log_WholeRange_IsWithinTwoUlp()
    {
        Measure(Vectors.Log, Math.Log, 1e-6f, 3f, 2, 0);
        Measure(Vectors.Log, Math.Log, 1f, 1e20f, 2, 0);
        Measure(Vectors.Log, Math.Log, 1.2e-38f, 1e-36f, 2, 0);
    }

    [Fact]
    public void Sigmoid_WholeRange_IsWithinFourUlp() => Measure(Vectors.Sigmoid, x => 1 / (1 + Math.Exp(-x)), -80f, 80f, 4, 0);

    [Fact]
    public void ExpLogSigmoid_SpecialValues_AreTheLimits()
    {
        Apply(Vectors.Exp, [float.NegativeInfinity, -1000, -88, 0, 1000, float.PositiveInfinity, float.NaN])
            .ShouldBe([0, 0, 0, 1, float.PositiveInfinity, float.PositiveInfinity, float.NaN]);
        Apply(Vectors.Log, [0, -0f, -1, float.NegativeInfinity, 1, float.PositiveInfinity, float.NaN])
            .ShouldBe([float.NegativeInfinity, float.NegativeInfinity, float.NaN, float.NaN, 0, float.PositiveInfinity, float.NaN]);
        Apply(Vectors.Sigmoid, [float.NegativeInfinity, -200, 0, 200, float.PositiveInfinity, float.NaN])
            .ShouldBe([0, 0, 0.5f, 1, 1, float.NaN]);
    }

    [Fact]
    public void ExpLogSigmoid_AnyPosition_HaveTheSameBits()
    {
        var x = Sample.Values(Longest, 5);
        foreach (var curve in new Curve[] { Vectors.Exp, Vectors.Log, Vectors.Sigmoid })
        {
            var input = curve == Vectors.Log ? Array.ConvertAll(x, Math.Abs) : x;
            var whole = Apply(curve, input);
            for (var length = 1; length < 40; length++)
            {
                Apply(curve, input[^length..]).ShouldHaveBitsOf(whole[^length..], $"length {length}");
            }
        }
    }

    [Fact]
    public void Dot_EveryLength_HasTheBitsOfTheScalarOrder()
    {
        for (var length = 0; length <= Longest; length++)
        {
            float[] x = Sample.Values(length, 1), y = Sample.Values(length, 2);
            Vectors.Dot(x, y).ShouldBe(Reference.VectorsDot<float>(x, y), $"length {length}");
        }
    }

    [Fact]
    public void SumOfSquares_EveryLength_HasTheBitsOfTheScalarOrder()
    {
        for (var length = 0; length <= Longest; length++)
        {
            var x = Sample.Values(length, 1);
            Vectors.SumOfSquares(x).ShouldBe(Reference.VectorsSumOfSquares<float>(x), $"length {length}");
        }
    }

    [Fact]
    public void ColumnSums_EveryWidth_HasTheBitsOfTheScalarChain()
    {
        for (var n = 0; n <= 150; n++)
        {
            const int Rows = 11;
            var b = Sample.Values(Rows * (n + 2), 1);
            var expected = Sample.Values(n, 2);
            float[] actual = [.. expected];
            Reference.VectorsColumnSums<float>(b, n + 2, Rows, n, expected);
            Vectors.ColumnSums(b, n + 2, Rows, n, actual);
            actual.ShouldHaveBitsOf(expected, $"width {n}");
        }
    }

    [Fact]
    public void Operation_DifferentLengths_Throws()
    {
        float[] three = new float[3], four = new float[4];
        Should.Throw<ArgumentException>(() => Vectors.Add(three, four));
        Should.Throw<ArgumentException>(() => Vectors.MultiplyAdd(four, four, three));
        Should.Throw<ArgumentException>(() => Vectors.Exp(four, three));
        Should.Throw<ArgumentException>(() => Vectors.Dot(four, three));
        Should.Throw<ArgumentException>(() => Vectors.ColumnSums(four, 2, 3, 2, three));
    }

    static float[] Apply(Curve curve, float[] x)
    {
        var y = new float[x.Length];
        curve(x, y);
        return y;
    }

    static void Measure(Curve curve, Func<double, double> exact, float from, float to, double ulps, double absolute)
    {
        const int Points = 100_003;
        var x = new float[Points];
        for (var i = 0; i < Points; i++)
        {
            x[i] = (float)(from + (to - (double)from) * i / (Points - 1));
        }
        var y = Apply(curve, x);
        for (var i = 0; i < Points; i++)
        {
            var expected = exact(x[i]);
            var ulp = MathF.BitIncrement((float)Math.Abs(expected)) - (float)Math.Abs(expected);
            if (!(Math.Abs(y[i] - expected) <= ulps * ulp + absolute))
            {
                Assert.Fail($"f({x[i]:R}) is {y[i]:R}, expected {expected:R}: {Math.Abs(y[i] - expected) / ulp} ulp");
            }
        }
    }

    [Fact]
    public void SumWhere_EveryLength_SumsTheChosen()
    {
        for (var length = 0; length <= 100; length++)
        {
            var x = Sample.Values(length, 1);
            var mask = Array.ConvertAll(Sample.Values(length, 2), v => v > 0 ? 1f : 0f);
            for (var i = 0; i < length; i++)
            {
                x[i] = mask[i] == 0 && i % 2 == 0 ? float.NaN : x[i];
            }
            var expected = Reference.VectorsSumWhere<float>(x, mask, out var chosen);
            Vectors.SumWhere(x, mask, out var count).ShouldBe(expected, 1e-12);
            count.ShouldBe(chosen);
        }
    }
}
