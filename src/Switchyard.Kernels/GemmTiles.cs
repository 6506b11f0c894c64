using System.Runtime.CompilerServices;

namespace Switchyard.Kernels;

/// <summary>One tile of a product: C[r, j] over the tile's rows and columns, reduced over <see cref="K"/> steps.</summary>
unsafe ref struct TileArguments
{
    /// <summary>One pointer per row of the tile; element of step s is A[r][s * Step].</summary>
    public float** A;
    public nint Step;
    public nint K;
    public float* B;
    public nint LdB;
    /// <summary>How far behind what it reads of B a tile asks for what is read next; 0 for nothing.</summary>
    public nint Ask;
    public float* C;
    public nint LdC;
    public float* Bias;
}

/// <summary>The static form of <see cref="Epilogue"/>: one compiled tile per member, without a branch in it.</summary>
unsafe interface IFinish
{
    static abstract bool Continues { get; }

    static abstract TVector Apply<TLanes, TVector>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct;
}

unsafe readonly struct StoreFinish : IFinish
{
    public static bool Continues => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct => chain;
}

unsafe readonly struct AddResultFinish : IFinish
{
    public static bool Continues => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct => TLanes.Add(TLanes.Load(c), chain);
}

unsafe readonly struct BiasFinish : IFinish
{
    public static bool Continues => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct => TLanes.Add(chain, TLanes.Load(bias));
}

unsafe readonly struct BiasReluFinish : IFinish
{
    public static bool Continues => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct => TLanes.Relu(TLanes.Add(chain, TLanes.Load(bias)));
}

/// <summary>Another form of <typeparamref name="TEnd"/>: its chain starts at the value already in C.</summary>
unsafe readonly struct Continued<TEnd> : IFinish
    where TEnd : IFinish
{
    public static bool Continues => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct => TEnd.Apply<TLanes, TVector>(chain, c, bias);
}

/// <summary>Register tiles, named rows x vectors.</summary>
static unsafe partial class GemmTiles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Start<TLanes, TVector, TFinish>(float* c)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish =>
        TFinish.Continues ? TLanes.Load(c) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Finish<TLanes, TVector, TFinish>(TVector chain, float* c, float* bias)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish =>
        TLanes.Store(TFinish.Apply<TLanes, TVector>(chain, c, bias), c);
}
