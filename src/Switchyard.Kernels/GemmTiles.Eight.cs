using System.Runtime.CompilerServices;

namespace Switchyard.Kernels;

// The register tiles. No call may survive in a loop here: one that is not inlined makes the compiler keep every
// accumulator in memory, which costs three quarters of the speed. Accumulators are therefore plain locals.
static unsafe partial class GemmTiles
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8x3<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ask = t.Ask, ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
        float* a4 = t.A[4], a5 = t.A[5], a6 = t.A[6], a7 = t.A[7];
        TVector c00 = Start<TLanes, TVector, TFinish>(c),
            c01 = Start<TLanes, TVector, TFinish>(c + lanes),
            c02 = Start<TLanes, TVector, TFinish>(c + 2 * lanes);
        TVector c10 = Start<TLanes, TVector, TFinish>(c + ldc),
            c11 = Start<TLanes, TVector, TFinish>(c + ldc + lanes),
            c12 = Start<TLanes, TVector, TFinish>(c + ldc + 2 * lanes);
        TVector c20 = Start<TLanes, TVector, TFinish>(c + 2 * ldc),
            c21 = Start<TLanes, TVector, TFinish>(c + 2 * ldc + lanes),
            c22 = Start<TLanes, TVector, TFinish>(c + 2 * ldc + 2 * lanes);
        TVector c30 = Start<TLanes, TVector, TFinish>(c + 3 * ldc),
            c31 = Start<TLanes, TVector, TFinish>(c + 3 * ldc + lanes),
            c32 = Start<TLanes, TVector, TFinish>(c + 3 * ldc + 2 * lanes);
        TVector c40 = Start<TLanes, TVector, TFinish>(c + 4 * ldc),
            c41 = Start<TLanes, TVector, TFinish>(c + 4 * ldc + lanes),
            c42 = Start<TLanes, TVector, TFinish>(c + 4 * ldc + 2 * lanes);
        TVector c50 = Start<TLanes, TVector, TFinish>(c + 5 * ldc),
            c51 = Start<TLanes, TVector, TFinish>(c + 5 * ldc + lanes),
            c52 = Start<TLanes, TVector, TFinish>(c + 5 * ldc + 2 * lanes);
        TVector c60 = Start<TLanes, TVector, TFinish>(c + 6 * ldc),
            c61 = Start<TLanes, TVector, TFinish>(c + 6 * ldc + lanes),
            c62 = Start<TLanes, TVector, TFinish>(c + 6 * ldc + 2 * lanes);
        TVector c70 = Start<TLanes, TVector, TFinish>(c + 7 * ldc),
            c71 = Start<TLanes, TVector, TFinish>(c + 7 * ldc + lanes),
            c72 = Start<TLanes, TVector, TFinish>(c + 7 * ldc + 2 * lanes);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + lanes), b2 = TLanes.Load(b + 2 * lanes);
            Prefetch.Ahead(b + ask);
            b += ldb;
            var x = TLanes.Broadcast(a0[i]);
            c00 = TLanes.Fma(x, b0, c00);
            c01 = TLanes.Fma(x, b1, c01);
            c02 = TLanes.Fma(x, b2, c02);
            x = TLanes.Broadcast(a1[i]);
            c10 = TLanes.Fma(x, b0, c10);
            c11 = TLanes.Fma(x, b1, c11);
            c12 = TLanes.Fma(x, b2, c12);
            x = TLanes.Broadcast(a2[i]);
            c20 = TLanes.Fma(x, b0, c20);
            c21 = TLanes.Fma(x, b1, c21);
            c22 = TLanes.Fma(x, b2, c22);
            x = TLanes.Broadcast(a3[i]);
            c30 = TLanes.Fma(x, b0, c30);
            c31 = TLanes.Fma(x, b1, c31);
            c32 = TLanes.Fma(x, b2, c32);
            x = TLanes.Broadcast(a4[i]);
            c40 = TLanes.Fma(x, b0, c40);
            c41 = TLanes.Fma(x, b1, c41);
            c42 = TLanes.Fma(x, b2, c42);
            x = TLanes.Broadcast(a5[i]);
            c50 = TLanes.Fma(x, b0, c50);
            c51 = TLanes.Fma(x, b1, c51);
            c52 = TLanes.Fma(x, b2, c52);
            x = TLanes.Broadcast(a6[i]);
            c60 = TLanes.Fma(x, b0, c60);
            c61 = TLanes.Fma(x, b1, c61);
            c62 = TLanes.Fma(x, b2, c62);
            x = TLanes.Broadcast(a7[i]);
            c70 = TLanes.Fma(x, b0, c70);
            c71 = TLanes.Fma(x, b1, c71);
            c72 = TLanes.Fma(x, b2, c72);
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
        Finish<TLanes, TVector, TFinish>(c01, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c02, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c10, c, bias);
        Finish<TLanes, TVector, TFinish>(c11, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c12, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c20, c, bias);
        Finish<TLanes, TVector, TFinish>(c21, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c22, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c30, c, bias);
        Finish<TLanes, TVector, TFinish>(c31, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c32, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c40, c, bias);
        Finish<TLanes, TVector, TFinish>(c41, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c42, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c50, c, bias);
        Finish<TLanes, TVector, TFinish>(c51, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c52, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c60, c, bias);
        Finish<TLanes, TVector, TFinish>(c61, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c62, c + 2 * lanes, bias + 2 * lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c70, c, bias);
        Finish<TLanes, TVector, TFinish>(c71, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c72, c + 2 * lanes, bias + 2 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8x2<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ask = t.Ask, ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
        float* a4 = t.A[4], a5 = t.A[5], a6 = t.A[6], a7 = t.A[7];
        TVector c00 = Start<TLanes, TVector, TFinish>(c),
            c01 = Start<TLanes, TVector, TFinish>(c + lanes);
        TVector c10 = Start<TLanes, TVector, TFinish>(c + ldc),
            c11 = Start<TLanes, TVector, TFinish>(c + ldc + lanes);
        TVector c20 = Start<TLanes, TVector, TFinish>(c + 2 * ldc),
            c21 = Start<TLanes, TVector, TFinish>(c + 2 * ldc + lanes);
        TVector c30 = Start<TLanes, TVector, TFinish>(c + 3 * ldc),
            c31 = Start<TLanes, TVector, TFinish>(c + 3 * ldc + lanes);
        TVector c40 = Start<TLanes, TVector, TFinish>(c + 4 * ldc),
            c41 = Start<TLanes, TVector, TFinish>(c + 4 * ldc + lanes);
        TVector c50 = Start<TLanes, TVector, TFinish>(c + 5 * ldc),
            c51 = Start<TLanes, TVector, TFinish>(c + 5 * ldc + lanes);
        TVector c60 = Start<TLanes, TVector, TFinish>(c + 6 * ldc),
            c61 = Start<TLanes, TVector, TFinish>(c + 6 * ldc + lanes);
        TVector c70 = Start<TLanes, TVector, TFinish>(c + 7 * ldc),
            c71 = Start<TLanes, TVector, TFinish>(c + 7 * ldc + lanes);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + lanes);
            Prefetch.Ahead(b + ask);
            b += ldb;
            var x = TLanes.Broadcast(a0[i]);
            c00 = TLanes.Fma(x, b0, c00);
            c01 = TLanes.Fma(x, b1, c01);
            x = TLanes.Broadcast(a1[i]);
            c10 = TLanes.Fma(x, b0, c10);
            c11 = TLanes.Fma(x, b1, c11);
            x = TLanes.Broadcast(a2[i]);
            c20 = TLanes.Fma(x, b0, c20);
            c21 = TLanes.Fma(x, b1, c21);
            x = TLanes.Broadcast(a3[i]);
            c30 = TLanes.Fma(x, b0, c30);
            c31 = TLanes.Fma(x, b1, c31);
            x = TLanes.Broadcast(a4[i]);
            c40 = TLanes.Fma(x, b0, c40);
            c41 = TLanes.Fma(x, b1, c41);
            x = TLanes.Broadcast(a5[i]);
            c50 = TLanes.Fma(x, b0, c50);
            c51 = TLanes.Fma(x, b1, c51);
            x = TLanes.Broadcast(a6[i]);
            c60 = TLanes.Fma(x, b0, c60);
            c61 = TLanes.Fma(x, b1, c61);
            x = TLanes.Broadcast(a7[i]);
            c70 = TLanes.Fma(x, b0, c70);
            c71 = TLanes.Fma(x, b1, c71);
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
        Finish<TLanes, TVector, TFinish>(c01, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c10, c, bias);
        Finish<TLanes, TVector, TFinish>(c11, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c20, c, bias);
        Finish<TLanes, TVector, TFinish>(c21, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c30, c, bias);
        Finish<TLanes, TVector, TFinish>(c31, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c40, c, bias);
        Finish<TLanes, TVector, TFinish>(c41, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c50, c, bias);
        Finish<TLanes, TVector, TFinish>(c51, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c60, c, bias);
        Finish<TLanes, TVector, TFinish>(c61, c + lanes, bias + lanes);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c70, c, bias);
        Finish<TLanes, TVector, TFinish>(c71, c + lanes, bias + lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8x1<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
        float* a4 = t.A[4], a5 = t.A[5], a6 = t.A[6], a7 = t.A[7];
        TVector c00 = Start<TLanes, TVector, TFinish>(c);
        TVector c10 = Start<TLanes, TVector, TFinish>(c + ldc);
        TVector c20 = Start<TLanes, TVector, TFinish>(c + 2 * ldc);
        TVector c30 = Start<TLanes, TVector, TFinish>(c + 3 * ldc);
        TVector c40 = Start<TLanes, TVector, TFinish>(c + 4 * ldc);
        TVector c50 = Start<TLanes, TVector, TFinish>(c + 5 * ldc);
        TVector c60 = Start<TLanes, TVector, TFinish>(c + 6 * ldc);
        TVector c70 = Start<TLanes, TVector, TFinish>(c + 7 * ldc);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b);
            b += ldb;
            var x = TLanes.Broadcast(a0[i]);
            c00 = TLanes.Fma(x, b0, c00);
            x = TLanes.Broadcast(a1[i]);
            c10 = TLanes.Fma(x, b0, c10);
            x = TLanes.Broadcast(a2[i]);
            c20 = TLanes.Fma(x, b0, c20);
            x = TLanes.Broadcast(a3[i]);
            c30 = TLanes.Fma(x, b0, c30);
            x = TLanes.Broadcast(a4[i]);
            c40 = TLanes.Fma(x, b0, c40);
            x = TLanes.Broadcast(a5[i]);
            c50 = TLanes.Fma(x, b0, c50);
            x = TLanes.Broadcast(a6[i]);
            c60 = TLanes.Fma(x, b0, c60);
            x = TLanes.Broadcast(a7[i]);
            c70 = TLanes.Fma(x, b0, c70);
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c10, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c20, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c30, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c40, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c50, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c60, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c70, c, bias);
    }
}
