using System.Runtime.CompilerServices;

namespace Switchyard.Kernels;

/// <summary>Turns up to 16 rows so that lane r of vector c is element (r, c), and back.</summary>
static unsafe class Transposition
{
    const int Lanes = VectorLoops.Lanes;

    /// <summary>turned[c * 16 + r] = x[r * width + c]; lanes without a row are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(float* x, int rows, int width, float* turned)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < width; c++)
            {
                turned[c * Lanes + r] = x[c];
            }
            x += width;
        }
        for (var r = rows; r < Lanes; r++)
        {
            for (var c = 0; c < width; c++)
            {
                turned[c * Lanes + r] = 0;
            }
        }
    }

    /// <summary>y[r * width + c] = turned[c * 16 + r] for the given rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TurnBack(float* turned, int rows, int width, float* y)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < width; c++)
            {
                y[c] = turned[c * Lanes + r];
            }
            y += width;
        }
    }
}
