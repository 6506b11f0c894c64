using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>An update of 16 weights in place, and of up to two moments.</summary>
unsafe interface IVectorStep
{
    void Apply(float* w, Vector512<float> gradient, float* first, float* second);
}

/// <summary>The loop of all optimizer steps. A partial vector at the end is moved to padded buffers and takes the same
/// instructions.</summary>
static unsafe class VectorSteps
{
    const int Lanes = VectorLoops.Lanes;

    /// <summary><paramref name="g"/> null: a gradient of 0. Moments a step does not have are null.</summary>
    public static void Run<TStep>(float* w, float* g, float* first, float* second, int length, TStep step) where TStep : struct, IVectorStep
    {
        var full = length / Lanes * Lanes;
        if (g == null)
        {
            Decay(w, first, second, full, step);
        }
        else
        {
            Full(w, g, first, second, full, step);
        }
        var rest = length - full;
        if (rest == 0)
        {
            return;
        }
        var buffer = stackalloc float[4 * Lanes];
        new Span<float>(buffer, 4 * Lanes).Clear();
        Copy(w + full, buffer, rest);
        Copy(g == null ? null : g + full, buffer + Lanes, rest);
        Copy(first == null ? null : first + full, buffer + 2 * Lanes, rest);
        Copy(second == null ? null : second + full, buffer + 3 * Lanes, rest);
        step.Apply(buffer, Vector512.Load(buffer + Lanes), buffer + 2 * Lanes, buffer + 3 * Lanes);
        Copy(buffer, w + full, rest);
        Copy(buffer + 2 * Lanes, first == null ? null : first + full, rest);
        Copy(buffer + 3 * Lanes, second == null ? null : second + full, rest);
    }

    /// <summary>The same for listed rows of a table: gradient i belongs to row rows[i]. Rows below <paramref name="first"/> are left as they
    /// are. What a step needs is made once for all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows<TStep>(float* w, float* g, float* m, float* v, int* rows, int count, int width, int first, TStep step)
        where TStep : struct, IVectorStep
    {
        for (var i = 0; i < count; i++, g += width)
        {
            if (rows[i] < first)
            {
                continue;
            }
            var start = (nint)rows[i] * width;
            float* pw = w + start, pm = m + start, pv = v + start;
            var j = 0;
            for (; j <= width - Lanes; j += Lanes)
            {
                step.Apply(pw + j, Vector512.Load(g + j), pm + j, pv + j);
            }
            if (j < width)
            {
                Run(pw + j, g + j, pm + j, pv + j, width - j, step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Full<TStep>(float* w, float* g, float* first, float* second, int length, TStep step) where TStep : struct, IVectorStep
    {
        for (var i = 0; i < length; i += Lanes)
        {
            step.Apply(w + i, Vector512.Load(g + i), first + i, second + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Decay<TStep>(float* w, float* first, float* second, int length, TStep step) where TStep : struct, IVectorStep
    {
        for (var i = 0; i < length; i += Lanes)
        {
            step.Apply(w + i, Vector512<float>.Zero, first + i, second + i);
        }
    }

    static void Copy(float* source, float* target, int count)
    {
        if (source != null && target != null)
        {
            new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
        }
    }
}
