using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>Random numbers without state: value number i of a key is a function of the key and i only, so no order of computation,
/// number of threads or batch composition can change it. The bits are those of SplitMix64 (Steele, Lea and Flood, 2014)
/// at position key + i / 2, its low half for even i and its high half for odd i.</summary>
public static unsafe class CounterNoise
{
    const ulong Golden = 0x9E3779B97F4A7C15;
    const ulong Mix1 = 0xBF58476D1CE4E5B9;
    const ulong Mix2 = 0x94D049BB133111EB;

    /// <summary>Key of one layer at one step.</summary>
    public static ulong Key(ulong seed, long step, int layer) =>
        Mix(Mix(Mix(seed + Golden) + (ulong)step * Golden + 1) + (ulong)(uint)layer * Golden + 2);

    /// <summary>y[i] += sigma * the standard normal number firstIndex + i of the key. The normal is the inverse distribution
    /// function of a 32-bit uniform by Giles's single-precision polynomial (2010); it lies within +-6.4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normal(ulong key, long firstIndex, float sigma, Span<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstIndex);
        var scale = Vector512.Create(sigma);
        fixed (float* py = y)
        {
            var i = Odd(firstIndex, y.Length);
            if (i == 1)
            {
                y[0] = Vector512.FusedMultiplyAdd(scale, Normal(Bits(key, firstIndex - 1)), Vector512.Create(y[0])).GetElement(1);
            }
            for (; i <= y.Length - VectorLoops.Lanes; i += VectorLoops.Lanes)
            {
                Vector512.Store(Vector512.FusedMultiplyAdd(scale, Normal(Bits(key, firstIndex + i)), Vector512.Load(py + i)), py + i);
            }
            if (i < y.Length)
            {
                var sum = Vector512.FusedMultiplyAdd(scale, Normal(Bits(key, firstIndex + i)), VectorLoops.Tail(py, i, y.Length));
                VectorLoops.WriteTail(sum, py, i, y.Length);
            }
        }
    }

    /// <summary>y[i] = the uniform number firstIndex + i of the key, a multiple of 2^-24 in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Uniform(ulong key, long firstIndex, Span<float> y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstIndex);
        fixed (float* py = y)
        {
            var i = Odd(firstIndex, y.Length);
            if (i == 1)
            {
                y[0] = Uniform(Bits(key, firstIndex - 1)).GetElement(1);
            }
            for (; i <= y.Length - VectorLoops.Lanes; i += VectorLoops.Lanes)
            {
                Vector512.Store(Uniform(Bits(key, firstIndex + i)), py + i);
            }
            if (i < y.Length)
            {
                VectorLoops.WriteTail(Uniform(Bits(key, firstIndex + i)), py, i, y.Length);
            }
        }
    }

    /// <summary>The 32 bits behind number <paramref name="index"/>.</summary>
    internal static uint BitsAt(ulong key, long index) => (uint)(Mix(key + ((ulong)(index >> 1) + 1) * Golden) >> (int)((index & 1) * 32));

    /// <summary>1 when the first number is the high half of a word, which is then made alone.</summary>
    static int Odd(long firstIndex, int length) => (int)(firstIndex & 1) & Math.Min(1, length);

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * Mix1;
        z = (z ^ (z >> 27)) * Mix2;
        return z ^ (z >> 31);
    }

    /// <summary>Numbers index to index + 15; index is even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Bits(ulong key, long index)
    {
        var word = Vector512.Create(key + ((ulong)(index >> 1) + 1) * Golden);
        var z = word + Vector512.Create(0, Golden, unchecked(2 * Golden), unchecked(3 * Golden), unchecked(4 * Golden),
            unchecked(5 * Golden), unchecked(6 * Golden), unchecked(7 * Golden));
        z = (z ^ (z >> 30)) * Vector512.Create(Mix1);
        z = (z ^ (z >> 27)) * Vector512.Create(Mix2);
        return (z ^ (z >> 31)).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Uniform(Vector512<uint> bits) =>
        Vector512.ConvertToSingle((bits >> 8).AsInt32()) * Vector512.Create(1f / (1 << 24));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Normal(Vector512<uint> bits)
    {
        // 31 bits give the tail probability p in (0, 1/2], the last one the sign.
        var p = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle((bits >> 1).AsInt32()), Vector512.Create(1f / 4294967296f),
            Vector512.Create(0.5f / 4294967296f));
        return (VectorMath.Split<UpperQuantile>(p).AsUInt32() | (bits << 31)).AsSingle();
    }

    /// <summary>z &gt;= 0 with P(Z &gt; z) = p, for p in (0, 1/2].</summary>
    readonly struct UpperQuantile : VectorMath.IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Apply<TLanes, TVector>(TVector p) where TLanes : ILanes<TVector> where TVector : struct
        {
            var one = TLanes.Broadcast(1);
            var x = TLanes.Fma(p, TLanes.Broadcast(-2), one);
            // 1 - x^2 = 4 p (1 - p), which keeps its digits for small p.
            var square = TLanes.Multiply(TLanes.Multiply(TLanes.Broadcast(4), p), TLanes.Subtract(one, p));
            var log = VectorMath.LogFunction.Apply<TLanes, TVector>(square);
            var w = TLanes.Subtract(TLanes.Broadcast(0), log);
            var c = TLanes.Subtract(w, TLanes.Broadcast(2.5f));
            var centre = TLanes.Broadcast(2.81022636e-08f);
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(3.43273939e-07f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(-3.5233877e-06f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(-4.39150654e-06f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(0.00021858087f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(-0.00125372503f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(-0.00417768164f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(0.246640727f));
            centre = TLanes.Fma(centre, c, TLanes.Broadcast(1.50140941f));
            var t = TLanes.Subtract(TLanes.Sqrt(w), TLanes.Broadcast(3));
            var tail = TLanes.Broadcast(-0.000200214257f);
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.000100950558f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.00134934322f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(-0.00367342844f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.00573950773f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(-0.0076224613f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(0.00943887047f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(1.00167406f));
            tail = TLanes.Fma(tail, t, TLanes.Broadcast(2.83297682f));
            var inverse = TLanes.SelectAtLeast(w, TLanes.Broadcast(5), tail, centre);
            return TLanes.Multiply(TLanes.Multiply(inverse, x), TLanes.Broadcast(1.41421356f));
        }
    }
}
