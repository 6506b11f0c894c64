using System.Runtime.CompilerServices;

namespace Switchyard.Kernels;

static unsafe partial class GemmTiles
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x3<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
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
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + lanes), b2 = TLanes.Load(b + 2 * lanes);
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x2<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
        TVector c00 = Start<TLanes, TVector, TFinish>(c),
            c01 = Start<TLanes, TVector, TFinish>(c + lanes);
        TVector c10 = Start<TLanes, TVector, TFinish>(c + ldc),
            c11 = Start<TLanes, TVector, TFinish>(c + ldc + lanes);
        TVector c20 = Start<TLanes, TVector, TFinish>(c + 2 * ldc),
            c21 = Start<TLanes, TVector, TFinish>(c + 2 * ldc + lanes);
        TVector c30 = Start<TLanes, TVector, TFinish>(c + 3 * ldc),
            c31 = Start<TLanes, TVector, TFinish>(c + 3 * ldc + lanes);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + lanes);
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x1<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0], a1 = t.A[1], a2 = t.A[2], a3 = t.A[3];
        TVector c00 = Start<TLanes, TVector, TFinish>(c);
        TVector c10 = Start<TLanes, TVector, TFinish>(c + ldc);
        TVector c20 = Start<TLanes, TVector, TFinish>(c + 2 * ldc);
        TVector c30 = Start<TLanes, TVector, TFinish>(c + 3 * ldc);
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
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c10, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c20, c, bias);
        c += ldc;
        Finish<TLanes, TVector, TFinish>(c30, c, bias);
    }
}
