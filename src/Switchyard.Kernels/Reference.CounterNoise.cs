using System.Numerics;

namespace Switchyard.Kernels;

public static partial class Reference
{
    /// <summary><see cref="CounterNoise.Key"/>.</summary>
    public static ulong CounterNoiseKey(ulong seed, long step, int layer) => CounterNoise.Key(seed, step, layer);

    /// <summary><see cref="CounterNoise.Normal(ulong, long, float, Span{float})"/>.</summary>
    public static void CounterNoiseNormal<T>(ulong key, long firstIndex, T sigma, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            y[i] += sigma * Normal<T>(CounterNoise.BitsAt(key, firstIndex + i));
        }
    }

    /// <summary><see cref="CounterNoise.Uniform(ulong, long, Span{float})"/>.</summary>
    public static void CounterNoiseUniform<T>(ulong key, long firstIndex, Span<T> y) where T : IBinaryFloatingPointIeee754<T>
    {
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = T.CreateChecked(CounterNoise.BitsAt(key, firstIndex + i) >> 8) / T.CreateChecked(1 << 24);
        }
    }

    /// <summary>The sign from the lowest bit, the tail probability p in (0, 1/2) from the other 31.</summary>
    static T Normal<T>(uint bits) where T : IBinaryFloatingPointIeee754<T>
    {
        var half = T.CreateChecked(0.5);
        var p = (T.CreateChecked(bits >> 1) + half) / T.CreateChecked(4294967296.0);
        var z = T.Sqrt(T.CreateChecked(2)) * InverseError(T.One - (p + p), -T.Log(T.CreateChecked(4) * p * (T.One - p)));
        return (bits & 1) == 0 ? z : -z;
    }

    /// <summary>erfinv(x) by Giles's polynomials in w = -log(1 - x^2).</summary>
    static T InverseError<T>(T x, T w) where T : IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<double> coefficients = w < T.CreateChecked(5)
            ? [2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164,
                0.246640727, 1.50140941]
            : [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406,
                2.83297682];
        var argument = w < T.CreateChecked(5) ? w - T.CreateChecked(2.5) : T.Sqrt(w) - T.CreateChecked(3);
        var sum = T.Zero;
        foreach (var coefficient in coefficients)
        {
            sum = sum * argument + T.CreateChecked(coefficient);
        }
        return sum * x;
    }
}
