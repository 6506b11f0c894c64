namespace Switchyard.Kernels.Tests;

public sealed class CounterNoiseTests
{
    const ulong Key = 0x1234_5678_9ABC_DEF0;

    [Fact]
    public void Normal_Moments_AreThoseOfTheStandardNormal()
    {
        const int Count = 1 << 20;
        var y = Normals(0, Count);
        double mean = 0, square = 0, cube = 0, fourth = 0;
        foreach (double v in y)
        {
            mean += v / Count;
            square += v * v / Count;
            cube += v * v * v / Count;
            fourth += v * v * v * v / Count;
        }
        // Five standard errors: sqrt(1, 2, 15, 96) / 1024.
        mean.ShouldBe(0, 0.005);
        square.ShouldBe(1, 0.007);
        cube.ShouldBe(0, 0.019);
        fourth.ShouldBe(3, 0.048);
        y.Max().ShouldBeGreaterThan(4);
        y.Min().ShouldBeLessThan(-4);
    }

    [Fact]
    public void Normal_InverseDistribution_ReturnsTheProbabilityItCameFrom()
    {
        var y = Normals(0, 20_000);
        for (var i = 0; i < y.Length; i++)
        {
            var bits = CounterNoise.BitsAt(Key, i);
            var p = ((bits >> 1) + 0.5) / 4294967296.0;
            UpperTail(Math.Abs(y[i])).ShouldBe(p, p * 1e-5, $"number {i}");
            (y[i] < 0).ShouldBe((bits & 1) == 1);
        }
    }

    [Fact]
    public void Normal_AgainstDoublePrecision_IsWithinAMillionth()
    {
        var expected = new double[5000];
        Reference.CounterNoiseNormal(Key, 3, 1.0, expected);
        Normals(3, 5000).ShouldBeNear(expected, 2e-6, 1e-6);
    }

    [Fact]
    public void Normal_AnyChunking_GivesTheSameBits()
    {
        var whole = Normals(100, 300);
        for (var from = 0; from < 70; from++)
        {
            for (var length = 0; length < 50; length += 7)
            {
                Normals(100 + from, length).ShouldHaveBitsOf(whole[from..(from + length)], $"from {from}, length {length}");
            }
        }
    }

    [Fact]
    public void Normal_AddsSigmaTimesTheNumber()
    {
        var unit = Normals(0, 37);
        var y = Sample.Values(37);
        var expected = new float[37];
        for (var i = 0; i < 37; i++)
        {
            expected[i] = MathF.FusedMultiplyAdd(0.25f, unit[i], y[i]);
        }
        CounterNoise.Normal(Key, 0, 0.25f, y);
        y.ShouldHaveBitsOf(expected);
    }

    [Fact]
    public void Uniform_AnyChunking_GivesTheSameBitsInRange()
    {
        var whole = new float[400];
        CounterNoise.Uniform(Key, 8, whole);
        whole.ShouldAllBe(v => v >= 0 && v < 1);
        for (var from = 0; from < 40; from++)
        {
            var part = new float[77];
            CounterNoise.Uniform(Key, 8 + from, part);
            part.ShouldHaveBitsOf(whole[from..(from + 77)]);
        }
        var expected = new double[400];
        Reference.CounterNoiseUniform(Key, 8, expected);
        whole.ShouldBeNear(expected, 0, 0);
    }

    [Fact]
    public void Uniform_Buckets_AreEvenlyFilled()
    {
        const int Count = 1 << 20, Buckets = 64;
        var y = new float[Count];
        CounterNoise.Uniform(Key, 0, y);
        var counts = new int[Buckets];
        foreach (var v in y)
        {
            counts[(int)(v * Buckets)]++;
        }
        var chi = counts.Sum(c => Math.Pow(c - Count / Buckets, 2) / (Count / Buckets));
        // 63 degrees of freedom: the 99.99 % point is 113.
        chi.ShouldBeLessThan(113);
    }

    [Fact]
    public void Uniform_NeighbouringNumbersAndKeys_AreUncorrelated()
    {
        const int Count = 1 << 18;
        float[] x = new float[Count], y = new float[Count];
        CounterNoise.Uniform(CounterNoise.Key(1, 10, 0), 0, x);
        CounterNoise.Uniform(CounterNoise.Key(1, 11, 0), 0, y);
        Correlation(x, y).ShouldBe(0, 0.01);
        Correlation(x[..^1], x[1..]).ShouldBe(0, 0.01);
        Correlation(x[..^2], x[2..]).ShouldBe(0, 0.01);
    }

    [Fact]
    public void Key_EveryPart_ChangesIt()
    {
        var keys = new HashSet<ulong>();
        for (var i = 0; i < 30; i++)
        {
            for (var j = 0; j < 30; j++)
            {
                keys.Add(CounterNoise.Key((ulong)i, j, 3)).ShouldBeTrue();
                keys.Add(CounterNoise.Key((ulong)i, j, 4)).ShouldBeTrue();
            }
        }
        CounterNoise.Key(5, 6, 7).ShouldBe(CounterNoise.Key(5, 6, 7));
    }

    static float[] Normals(long first, int count)
    {
        var y = new float[count];
        CounterNoise.Normal(Key, first, 1, y);
        return y;
    }

    static double Correlation(float[] x, float[] y)
    {
        double sum = 0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += (x[i] - 0.5) * (y[i] - 0.5) * 12;
        }
        return sum / x.Length;
    }

    /// <summary>P(Z > z): the power series near 0, the continued fraction in the tail.</summary>
    static double UpperTail(double z)
    {
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z < 3)
        {
            double term = z, sum = z;
            for (var i = 1; i < 100; i++)
            {
                term *= z * z / (2 * i + 1);
                sum += term;
            }
            return 0.5 - density * sum;
        }
        var fraction = z;
        for (var i = 60; i > 0; i--)
        {
            fraction = z + i / fraction;
        }
        return density / fraction;
    }
}
