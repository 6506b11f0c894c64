using System.Runtime.CompilerServices;

namespace Switchyard.Kernels;

static unsafe partial class GemmTiles
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x8<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0];
        TVector c00 = Start<TLanes, TVector, TFinish>(c),
            c01 = Start<TLanes, TVector, TFinish>(c + lanes),
            c02 = Start<TLanes, TVector, TFinish>(c + 2 * lanes),
            c03 = Start<TLanes, TVector, TFinish>(c + 3 * lanes),
            c04 = Start<TLanes, TVector, TFinish>(c + 4 * lanes),
            c05 = Start<TLanes, TVector, TFinish>(c + 5 * lanes),
            c06 = Start<TLanes, TVector, TFinish>(c + 6 * lanes),
            c07 = Start<TLanes, TVector, TFinish>(c + 7 * lanes);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + lanes), b2 = TLanes.Load(b + 2 * lanes), b3 = TLanes.Load(b + 3 * lanes),
                b4 = TLanes.Load(b + 4 * lanes), b5 = TLanes.Load(b + 5 * lanes), b6 = TLanes.Load(b + 6 * lanes),
                b7 = TLanes.Load(b + 7 * lanes);
            b += ldb;
            var x = TLanes.Broadcast(a0[i]);
            c00 = TLanes.Fma(x, b0, c00);
            c01 = TLanes.Fma(x, b1, c01);
            c02 = TLanes.Fma(x, b2, c02);
            c03 = TLanes.Fma(x, b3, c03);
            c04 = TLanes.Fma(x, b4, c04);
            c05 = TLanes.Fma(x, b5, c05);
            c06 = TLanes.Fma(x, b6, c06);
            c07 = TLanes.Fma(x, b7, c07);
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
        Finish<TLanes, TVector, TFinish>(c01, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c02, c + 2 * lanes, bias + 2 * lanes);
        Finish<TLanes, TVector, TFinish>(c03, c + 3 * lanes, bias + 3 * lanes);
        Finish<TLanes, TVector, TFinish>(c04, c + 4 * lanes, bias + 4 * lanes);
        Finish<TLanes, TVector, TFinish>(c05, c + 5 * lanes, bias + 5 * lanes);
        Finish<TLanes, TVector, TFinish>(c06, c + 6 * lanes, bias + 6 * lanes);
        Finish<TLanes, TVector, TFinish>(c07, c + 7 * lanes, bias + 7 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x4<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0];
        TVector c00 = Start<TLanes, TVector, TFinish>(c),
            c01 = Start<TLanes, TVector, TFinish>(c + lanes),
            c02 = Start<TLanes, TVector, TFinish>(c + 2 * lanes),
            c03 = Start<TLanes, TVector, TFinish>(c + 3 * lanes);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b), b1 = TLanes.Load(b + lanes), b2 = TLanes.Load(b + 2 * lanes), b3 = TLanes.Load(b + 3 * lanes);
            b += ldb;
            var x = TLanes.Broadcast(a0[i]);
            c00 = TLanes.Fma(x, b0, c00);
            c01 = TLanes.Fma(x, b1, c01);
            c02 = TLanes.Fma(x, b2, c02);
            c03 = TLanes.Fma(x, b3, c03);
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
        Finish<TLanes, TVector, TFinish>(c01, c + lanes, bias + lanes);
        Finish<TLanes, TVector, TFinish>(c02, c + 2 * lanes, bias + 2 * lanes);
        Finish<TLanes, TVector, TFinish>(c03, c + 3 * lanes, bias + 3 * lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x1<TLanes, TVector, TFinish>(in TileArguments t)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        int lanes = TLanes.Count;
        float* b = t.B, c = t.C;
        nint ldb = t.LdB, ldc = t.LdC, step = t.Step, end = t.K * t.Step;
        float* a0 = t.A[0];
        TVector c00 = Start<TLanes, TVector, TFinish>(c);
        for (nint i = 0; i < end; i += step)
        {
            TVector b0 = TLanes.Load(b);
            b += ldb;
            var x = TLanes.Broadcast(a0[i]);
            c00 = TLanes.Fma(x, b0, c00);
        }
        float* bias = t.Bias;
        Finish<TLanes, TVector, TFinish>(c00, c, bias);
    }
}
