using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

public static unsafe partial class Softmax
{
    /// <summary><see cref="Closest"/> takes so many columns at a time.</summary>
    public const int ClosestColumns = Lanes;

    const int BlockColumns = 128;

    /// <summary>Of one row's gates [gates, cols] the column with the smallest -log softmax of one gate, and the one with the smallest
    /// shift - mean over the gates of log softmax; ties to the lower column. The logarithms are those of <see cref="LogGates"/>, to the bit, but
    /// none is stored.</summary>
    /// <param name="x">The row.</param>
    /// <param name="gates">Members of a softmax.</param>
    /// <param name="cols">Independent columns.</param>
    /// <param name="own">The gate that chooses the first.</param>
    /// <param name="shift">Added to the second.</param>
    /// <param name="specific">The first.</param>
    /// <param name="shared">The second.</param>
    /// <returns>False, with nothing found, where the columns do not come in sixteens or one of the values is no finite number: the general way knows what to do then.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static bool Closest(ReadOnlySpan<float> x, int gates, int cols, int own, float shift, out int specific, out int shared)
    {
        (specific, shared) = (-1, -1);
        Check.Length(x.Length, (long)gates * cols);
        Check.Size(own);
        Check.Size(gates - 1 - own);
        if (cols == 0 || cols % Lanes != 0)
        {
            return false;
        }
        Vector512<float> least = Vector512.Create(float.PositiveInfinity), leastShared = least;
        Vector512<int> at = default, atShared = default;
        var index = Vector512<int>.Indices;
        var divisor = Vector512.Create((float)gates);
        var infinite = Vector512<float>.Zero;
        // Two loops, so that the processor has several columns' chains of dependent steps under way: one chain is longer than it looks ahead.
        float* largest = stackalloc float[BlockColumns], sums = stackalloc float[BlockColumns];
        fixed (float* px = x)
        {
            for (var first = 0; first < cols; first += BlockColumns)
            {
                var count = Math.Min(BlockColumns, cols - first);
                for (var k = 0; k < count; k += Lanes)
                {
                    var column = px + first + k;
                    var max = Max(column, gates, cols);
                    Vector512<float> sum = default;
                    for (var j = 0; j < gates; j++)
                    {
                        sum += VectorMath.Exp(Vector512.Load(column + j * cols) - max);
                    }
                    max.Store(largest + k);
                    sum.Store(sums + k);
                }
                for (var k = 0; k < count; k += Lanes)
                {
                    var column = px + first + k;
                    var max = Vector512.Load(largest + k);
                    var log = VectorMath.Log(Vector512.Load(sums + k));
                    Vector512<float> mean = default;
                    for (var j = 0; j < gates; j++)
                    {
                        mean += Vector512.Load(column + j * cols) - max - log;
                    }
                    var fromOwn = -(Vector512.Load(column + own * cols) - max - log);
                    var fromAll = -(mean / divisor) + Vector512.Create(shift);

                    // What is not finite is neither equal to itself nor to 0 once it is taken from itself.
                    infinite |= ~(Vector512.Equals(fromOwn - fromOwn, Vector512<float>.Zero) & Vector512.Equals(fromAll - fromAll, Vector512<float>.Zero));
                    Take(fromOwn, index, ref least, ref at);
                    Take(fromAll, index, ref leastShared, ref atShared);
                    index += Vector512.Create(Lanes);
                }
            }
        }
        if (!Vector512.EqualsAll(infinite.AsInt32(), Vector512<int>.Zero))
        {
            return false;
        }
        (specific, shared) = (Lowest(least, at), Lowest(leastShared, atShared));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Take(Vector512<float> value, Vector512<int> index, ref Vector512<float> least, ref Vector512<int> at)
    {
        var less = Vector512.LessThan(value, least);
        least = Vector512.ConditionalSelect(less, value, least);
        at = Vector512.ConditionalSelect(less.AsInt32(), index, at);
    }

    /// <summary>The lowest index among the lanes that hold the least value; all are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Lowest(Vector512<float> values, Vector512<int> at)
    {
        var eight = Vector256.Min(values.GetLower(), values.GetUpper());
        var four = Vector128.Min(eight.GetLower(), eight.GetUpper());
        var least = Vector512.Create(MathF.Min(MathF.Min(four[0], four[1]), MathF.Min(four[2], four[3])));
        var candidates = Vector512.ConditionalSelect(Vector512.Equals(values, least).AsInt32(), at, Vector512.Create(int.MaxValue));
        var first = Vector256.Min(candidates.GetLower(), candidates.GetUpper());
        var two = Vector128.Min(first.GetLower(), first.GetUpper());
        return Math.Min(Math.Min(two[0], two[1]), Math.Min(two[2], two[3]));
    }
}
