using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Exponential, logarithm and what follows from them, for 16 lanes at once. They are our own polynomials (argument reductions and
/// coefficients of Moshier's Cephes library), because the platform's functions may differ from machine to machine; every step is an
/// exactly rounded operation, so every register width, emulated or not, gives the same bits.</summary>
static class VectorMath
{
    const float Log2E = 1.44269504f;
    const float Ln2High = 0.693359375f;
    const float Ln2Low = -2.12194440e-4f;

    /// <summary>1.5 * 2^23: adding it rounds to the nearest integer, and subtracting it again is exact.</summary>
    const float Rounder = 12582912f;

    /// <summary>e^x; relative error below 2 ulp. From 88.72284 on infinity; below -87.3365, where the result would be
    /// denormal, exactly 0; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => Split<ExpFunction>(x);

    /// <summary>Natural logarithm; error below 2 ulp. 0 gives minus infinity, a negative argument NaN; denormals count as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x) => Split<LogFunction>(x);

    /// <summary>1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) =>
        Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    /// <summary>0 where x is not above 0, NaN excepted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Relu(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512<float>.Zero), Vector512<float>.Zero, x);

    /// <summary>The lanes' sum as a tree: 16, 8, 4, 2, 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> x)
    {
        var eight = x.GetLower() + x.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return four.GetElement(0) + four.GetElement(2) + (four.GetElement(1) + four.GetElement(3));
    }

    /// <summary>The function at the machine's register width. Emulated 512-bit vectors would do, but a polynomial of them exceeds what the
    /// compiler inlines, and each of its operations becomes a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Split<TFunction>(Vector512<float> x) where TFunction : IFunction =>
        Vector512.IsHardwareAccelerated
            ? TFunction.Apply<Lanes512, Vector512<float>>(x)
            : Vector512.Create(Split<TFunction>(x.GetLower()), Split<TFunction>(x.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Split<TFunction>(Vector256<float> x) where TFunction : IFunction =>
        Vector256.IsHardwareAccelerated
            ? TFunction.Apply<Lanes256, Vector256<float>>(x)
            : Vector256.Create(
                TFunction.Apply<Lanes128, Vector128<float>>(x.GetLower()), TFunction.Apply<Lanes128, Vector128<float>>(x.GetUpper()));

    /// <summary>A function of one variable for any register width.</summary>
    public interface IFunction
    {
        static abstract TVector Apply<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct;
    }

    /// <summary>Horner's rule, coefficients from the highest power down.</summary>
    readonly struct ExpFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
        {
            var rounder = TLanes.Broadcast(Rounder);
            var n = TLanes.Subtract(TLanes.Fma(x, TLanes.Broadcast(Log2E), rounder), rounder);
            var r = TLanes.Fma(n, TLanes.Broadcast(-Ln2High), x);
            r = TLanes.Fma(n, TLanes.Broadcast(-Ln2Low), r);
            var p = TLanes.Broadcast(1.9875691500E-4f);
            p = TLanes.Fma(p, r, TLanes.Broadcast(1.3981999507E-3f));
            p = TLanes.Fma(p, r, TLanes.Broadcast(8.3334519073E-3f));
            p = TLanes.Fma(p, r, TLanes.Broadcast(4.1665795894E-2f));
            p = TLanes.Fma(p, r, TLanes.Broadcast(1.6666665459E-1f));
            p = TLanes.Fma(p, r, TLanes.Broadcast(5.0000001201E-1f));
            p = TLanes.Add(TLanes.Fma(p, TLanes.Multiply(r, r), r), TLanes.Broadcast(1));
            var y = TLanes.Scale(p, n);
            y = TLanes.SelectAtLeast(TLanes.Broadcast(-87.33655f), x, TLanes.Broadcast(0), y);
            return TLanes.SelectAtLeast(x, TLanes.Broadcast(88.72284f), TLanes.Broadcast(float.PositiveInfinity), y);
        }
    }

    public readonly struct LogFunction : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TLanes, TVector>(TVector x) where TLanes : ILanes<TVector> where TVector : struct
        {
            var f = TLanes.Subtract(TLanes.Mantissa(x, out var e), TLanes.Broadcast(1));
            var z = TLanes.Multiply(f, f);
            var p = TLanes.Broadcast(7.0376836292E-2f);
            p = TLanes.Fma(p, f, TLanes.Broadcast(-1.1514610310E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(1.1676998740E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(-1.2420140846E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(1.4249322787E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(-1.6668057665E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(2.0000714765E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(-2.4999993993E-1f));
            p = TLanes.Fma(p, f, TLanes.Broadcast(3.3333331174E-1f));
            var y = TLanes.Fma(e, TLanes.Broadcast(Ln2Low), TLanes.Multiply(TLanes.Multiply(f, z), p));
            y = TLanes.Fma(z, TLanes.Broadcast(-0.5f), y);
            y = TLanes.Fma(e, TLanes.Broadcast(Ln2High), TLanes.Add(f, y));
            y = TLanes.SelectAtLeast(x, TLanes.Broadcast(float.PositiveInfinity), x, y);
            y = TLanes.SelectAtLeast(x, TLanes.Broadcast(1.17549435e-38f), y, TLanes.Broadcast(float.NegativeInfinity));
            return TLanes.SelectAtLeast(x, TLanes.Broadcast(0), y, TLanes.Broadcast(float.NaN));
        }
    }
}
