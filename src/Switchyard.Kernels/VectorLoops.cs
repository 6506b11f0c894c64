using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>z = f(x).</summary>
interface IUnaryOperator
{
    static abstract Vector512<float> Apply(Vector512<float> x, Vector512<float> scale);
}

/// <summary>z = f(x, y).</summary>
interface IBinaryOperator
{
    static abstract Vector512<float> Apply(Vector512<float> x, Vector512<float> y, Vector512<float> scale);
}

/// <summary>z = f(x, y, z).</summary>
interface ITernaryOperator
{
    static abstract Vector512<float> Apply(Vector512<float> x, Vector512<float> y, Vector512<float> z);
}

/// <summary>One loop per shape of operation. The last, partial vector runs through a padded buffer, so a tail
/// takes the very same instructions as a full vector.</summary>
static unsafe class VectorLoops
{
    public const int Lanes = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TOperator>(float* x, float* z, int length, float scale) where TOperator : IUnaryOperator
    {
        var s = Vector512.Create(scale);
        var i = 0;
        for (; i <= length - Lanes; i += Lanes)
        {
            Vector512.Store(TOperator.Apply(Vector512.Load(x + i), s), z + i);
        }
        if (i < length)
        {
            WriteTail(TOperator.Apply(Tail(x, i, length), s), z, i, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map<TOperator>(float* x, float* y, float* z, int length, float scale) where TOperator : IBinaryOperator
    {
        var s = Vector512.Create(scale);
        var i = 0;
        for (; i <= length - Lanes; i += Lanes)
        {
            Vector512.Store(TOperator.Apply(Vector512.Load(x + i), Vector512.Load(y + i), s), z + i);
        }
        if (i < length)
        {
            WriteTail(TOperator.Apply(Tail(x, i, length), Tail(y, i, length), s), z, i, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MapInto<TOperator>(float* x, float* y, float* z, int length) where TOperator : ITernaryOperator
    {
        var i = 0;
        for (; i <= length - Lanes; i += Lanes)
        {
            Vector512.Store(TOperator.Apply(Vector512.Load(x + i), Vector512.Load(y + i), Vector512.Load(z + i)), z + i);
        }
        if (i < length)
        {
            WriteTail(TOperator.Apply(Tail(x, i, length), Tail(y, i, length), Tail(z, i, length)), z, i, length);
        }
    }

    /// <summary>Elements i to length, the other lanes 0.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector512<float> Tail(float* x, int i, int length)
    {
        var buffer = stackalloc float[Lanes];
        Vector512.Store(Vector512<float>.Zero, buffer);
        for (var j = i; j < length; j++)
        {
            buffer[j - i] = x[j];
        }
        return Vector512.Load(buffer);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void WriteTail(Vector512<float> v, float* z, int i, int length)
    {
        var buffer = stackalloc float[Lanes];
        Vector512.Store(v, buffer);
        for (var j = i; j < length; j++)
        {
            z[j] = buffer[j - i];
        }
    }
}
