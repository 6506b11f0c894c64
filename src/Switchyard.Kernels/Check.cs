using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Switchyard.Kernels;

/// <summary>Argument checks of the public kernels; past them the code runs on pointers.</summary>
[StackTraceHidden]
static class Check
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Length(int actual, long needed, [CallerArgumentExpression(nameof(actual))] string name = "")
    {
        if (actual < needed)
        {
            TooShort(actual, needed, name);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Same(int actual, int expected, [CallerArgumentExpression(nameof(actual))] string name = "")
    {
        if (actual != expected)
        {
            Different(actual, expected, name);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Size(int value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        ArgumentOutOfRangeException.ThrowIfNegative(value, name);

    /// <summary>Elements from the start of a matrix to the end of its last row.</summary>
    public static long Extent(int rows, int stride, int width) => rows == 0 || width == 0 ? 0 : (long)(rows - 1) * stride + width;

    /// <summary>Every listed row must lie inside <paramref name="length"/> elements.</summary>
    public static void RowIds(ReadOnlySpan<int> rows, int count, int stride, int width, int length)
    {
        Length(rows.Length, count, nameof(rows));
        var limit = width == 0 ? int.MaxValue : length < width ? -1 : stride == 0 ? int.MaxValue : (length - width) / stride;
        var worst = 0u;
        foreach (var id in rows[..count])
        {
            worst = Math.Max(worst, (uint)id);
        }
        if (count > 0 && worst > limit)
        {
            RowOutside((int)worst, limit);
        }
    }

    [DoesNotReturn]
    static void TooShort(int actual, long needed, string name) =>
        throw new ArgumentException($"{name} is {actual}, but the sizes given need at least {needed}.");

    [DoesNotReturn]
    static void Different(int actual, int expected, string name) =>
        throw new ArgumentException($"{name} is {actual}, but {expected} was expected: the spans must have equal lengths.");

    [DoesNotReturn]
    static void RowOutside(int row, int limit) =>
        throw new ArgumentOutOfRangeException(nameof(row), row, $"A listed row lies outside the matrix, whose last row is {limit}.");
}
