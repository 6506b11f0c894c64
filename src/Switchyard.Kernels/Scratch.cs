namespace Switchyard.Kernels;

/// <summary>Buffers that each thread keeps for ever, so that a kernel in steady state allocates nothing.</summary>
static class Scratch
{
    [ThreadStatic]
    static float[]? _first;

    [ThreadStatic]
    static float[]? _second;

    public static Span<float> First(int length) => Grow(ref _first, length).AsSpan(0, length);

    public static Span<float> Second(int length) => Grow(ref _second, length).AsSpan(0, length);

    static float[] Grow(ref float[]? buffer, int length)
    {
        if (buffer is null || buffer.Length < length)
        {
            buffer = GC.AllocateUninitializedArray<float>(Math.Max(length, 4096), pinned: true);
        }
        return buffer;
    }
}
