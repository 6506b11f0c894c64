using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Switchyard.Kernels;

/// <summary>One product, checked and pinned.</summary>
unsafe ref struct Product
{
    public float* A;
    public nint LdA;
    /// <summary>Elements of A from one k to the next: 1 but for packed strips.</summary>
    public nint Step;
    /// <summary>Null: rows 0, 1, 2, ...</summary>
    public int* Rows;
    public int M;
    public int K;
    public float* B;
    /// <summary>Rows of a packed B, of which the chains take K from <see cref="From"/> on.</summary>
    public int PackedK;
    public int From;
    public nint LdB;
    public bool Unpacked;
    public int N;
    public float* C;
    public nint LdC;
    public float* Bias;
    /// <summary>What the caller reads next; null where that is not known.</summary>
    public float* Next;
    public nint NextLength;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float* Row(int i) => A + (Rows == null ? i : Rows[i]) * LdA;
}

/// <summary>Cuts a product into register tiles: blocks of rows that stay in the second-level cache, then panels, then tiles.</summary>
static unsafe class GemmDriver
{
    /// <summary>Elements of A per block of rows: 384 KB, which leaves room for a panel of B in a 1 MB cache.</summary>
    const int BlockElements = 96 * 1024;

    public static void Run(in Product p, Epilogue epilogue)
    {
        switch (epilogue)
        {
            case Epilogue.Store: Run<StoreFinish>(p); break;
            case Epilogue.Continue: Run<Continued<StoreFinish>>(p); break;
            case Epilogue.AddResult: Run<AddResultFinish>(p); break;
            case Epilogue.Bias: Run<BiasFinish>(p); break;
            case Epilogue.BiasRelu: Run<BiasReluFinish>(p); break;
            case Epilogue.ContinueBias: Run<Continued<BiasFinish>>(p); break;
            case Epilogue.ContinueBiasRelu: Run<Continued<BiasReluFinish>>(p); break;
            default: throw new ArgumentOutOfRangeException(nameof(epilogue), epilogue, "Unknown epilogue.");
        }
    }

    static void Run<TFinish>(in Product p) where TFinish : IFinish
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<Lanes512, Vector512<float>, TFinish>(p);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<Lanes256, Vector256<float>, TFinish>(p);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Run<Lanes128, Vector128<float>, TFinish>(p);
        }
        else
        {
            Run<Lanes1, float, TFinish>(p);
        }
    }

    static void Run<TLanes, TVector, TFinish>(in Product p) where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        if (p.Unpacked)
        {
            RunUnpacked<TLanes, TVector, TFinish>(p);
            return;
        }
        var block = Math.Max(64, BlockElements / Math.Max(1, p.K) / 8 * 8);
        var ahead = new Ahead(p.Next, p.NextLength);
        for (var i = 0; i < p.M; i += block)
        {
            var rows = Math.Min(block, p.M - i);
            var b = p.B;
            for (int j = 0, width; j < p.N; j += width)
            {
                width = Panels.Next(p.N - j);
                var length = (nint)p.PackedK * width;
                if (p.Next == null)
                {
                    ahead = i == 0 ? new Ahead(b + length, length) : default;
                }
                Panel<TLanes, TVector, TFinish>(p, i, rows, j, 0, Math.Min(width, p.N - j), width, b + (nint)p.From * width, width, ref ahead);
                b += length;
            }
        }
    }

    static void RunUnpacked<TLanes, TVector, TFinish>(in Product p)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        var full = p.N / Panels.Unit * Panels.Unit;
        var ahead = new Ahead(p.Next, p.NextLength);
        if (full < p.N)
        {
            if (full == 0)
            {
                NarrowUnpacked<TFinish>(p);
                return;
            }
            // The last columns form a panel that ends at n and overlaps its neighbour; only the new columns are kept.
            var j = p.N - Panels.Unit;
            Panel<TLanes, TVector, TFinish>(p, 0, p.M, j, full - j, p.N - full, Panels.Unit, p.B + j, p.LdB, ref ahead);
        }
        if (p.M == 1)
        {
            OneRow<TLanes, TVector, TFinish>(p, full);
            return;
        }
        for (int j = 0, width; j < full; j += width)
        {
            width = Panels.Next(full - j);
            if (p.Next == null)
            {
                ahead = new Ahead(p.B + j + width, width, width + Panels.Unit);
            }
            Panel<TLanes, TVector, TFinish>(p, 0, p.M, j, 0, width, width, p.B + j, p.LdB, ref ahead);
        }
    }

    /// <summary>All tiles of some rows and one panel of columns. Of the panel's columns, <paramref name="used"/> from
    /// <paramref name="skip"/> on belong to C; if that is not the whole width, the tile goes through a scratch tile. With few rows of A a product
    /// would wait for what it reads next as long as it computes, hence <paramref name="ahead"/>. The scratch tile holds anything: to clear it would cost a twentieth of a short tile's time.</summary>
    [SkipLocalsInit]
    public static void Panel<TLanes, TVector, TFinish>(in Product p, int firstRow, int rows, int column, int skip, int used, int width,
        float* b, nint ldb, ref Ahead ahead)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        var height = Vector512.IsHardwareAccelerated ? 8 : 4;
        var a = stackalloc float*[8];
        var tile = stackalloc float[8 * Panels.Widest];
        var tileBias = stackalloc float[Panels.Widest];
        var t = new TileArguments { A = a, Step = p.Step, K = p.K, B = b, LdB = ldb, Bias = p.Bias == null ? null : p.Bias + column };
        if (used < width && p.Bias != null)
        {
            new ReadOnlySpan<float>(p.Bias + column + skip, used).CopyTo(new Span<float>(tileBias + skip, used));
            t.Bias = tileBias;
        }
        for (var i = 0; i < rows;)
        {
            var left = rows - i;
            var size = left > 4 ? height : 4;
            var live = Math.Min(size, left);
            for (var r = 0; r < size; r++)
            {
                a[r] = p.Row(firstRow + i + Math.Min(r, live - 1));
            }
            if (column == 0 && p.Step == 1)
            {
                // The first panel meets the rows of A for the first time: the next tile's come while this one computes.
                for (var r = i + size; r < Math.Min(i + 2 * size, rows); r++)
                {
                    Prefetch.Row(p.Row(firstRow + r), p.K);
                }
            }
            t.Ask = ahead.Take(b, ldb, p.K);
            var c = p.C + (firstRow + i) * p.LdC + column;
            if (live == size && used == width)
            {
                t.C = c;
                t.LdC = p.LdC;
                Tile<TLanes, TVector, TFinish>(t, size, width);
            }
            else
            {
                Copy(c + skip, p.LdC, tile + skip, Panels.Widest, live, used);
                t.C = tile;
                t.LdC = Panels.Widest;
                Tile<TLanes, TVector, TFinish>(t, size, width);
                Copy(tile + skip, Panels.Widest, c + skip, p.LdC, live, used);
            }
            i += live;
        }
    }

    static void Copy(float* source, nint ldSource, float* target, nint ldTarget, int rows, int columns)
    {
        for (var r = 0; r < rows; r++)
        {
            new ReadOnlySpan<float>(source + r * ldSource, columns).CopyTo(new Span<float>(target + r * ldTarget, columns));
        }
    }

    /// <summary>A tile of <paramref name="rows"/> (8 or 4) by <paramref name="width"/> columns: one call at full register width, several
    /// strips of three or two registers on narrower machines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tile<TLanes, TVector, TFinish>(in TileArguments tile, int rows, int width)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        var vectors = width / TLanes.Count;
        if (TLanes.Count == Panels.Unit)
        {
            Strip<TLanes, TVector, TFinish>(tile, rows, vectors);
            return;
        }
        var t = tile;
        var strip = vectors % 3 == 0 ? 3 : 2;
        for (var v = 0; v < vectors; v += strip)
        {
            Strip<TLanes, TVector, TFinish>(t, rows, strip);
            t.B += strip * TLanes.Count;
            t.C += strip * TLanes.Count;
            t.Bias += t.Bias == null ? 0 : strip * TLanes.Count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Strip<TLanes, TVector, TFinish>(in TileArguments t, int rows, int vectors)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        if (rows == 8)
        {
            switch (vectors)
            {
                case 3: GemmTiles.Tile8x3<TLanes, TVector, TFinish>(t); break;
                case 2: GemmTiles.Tile8x2<TLanes, TVector, TFinish>(t); break;
                default: GemmTiles.Tile8x1<TLanes, TVector, TFinish>(t); break;
            }
            return;
        }
        switch (vectors)
        {
            case 3: GemmTiles.Tile4x3<TLanes, TVector, TFinish>(t); break;
            case 2: GemmTiles.Tile4x2<TLanes, TVector, TFinish>(t); break;
            default: GemmTiles.Tile4x1<TLanes, TVector, TFinish>(t); break;
        }
    }

    static void OneRow<TLanes, TVector, TFinish>(in Product p, int columns)
        where TLanes : ILanes<TVector> where TVector : struct where TFinish : IFinish
    {
        var a = p.Row(0);
        var t = new TileArguments { A = &a, Step = p.Step, K = p.K, LdB = p.LdB };
        for (int j = 0, vectors; j < columns; j += vectors * TLanes.Count)
        {
            t.B = p.B + j;
            t.C = p.C + j;
            t.Bias = p.Bias == null ? null : p.Bias + j;
            vectors = ((columns - j) / TLanes.Count) switch { >= 8 => 8, >= 4 => 4, _ => 1 };
            switch (vectors)
            {
                case 8: GemmTiles.Tile1x8<TLanes, TVector, TFinish>(t); break;
                case 4: GemmTiles.Tile1x4<TLanes, TVector, TFinish>(t); break;
                default: GemmTiles.Tile1x1<TLanes, TVector, TFinish>(t); break;
            }
        }
    }

    /// <summary>Fewer than 16 columns of an unpacked B: a vector load would run over its end.</summary>
    static void NarrowUnpacked<TFinish>(in Product p) where TFinish : IFinish
    {
        var t = new TileArguments { Step = p.Step, K = p.K, LdB = p.LdB };
        for (var i = 0; i < p.M; i++)
        {
            var a = p.Row(i);
            t.A = &a;
            for (int j = 0, columns; j < p.N; j += columns)
            {
                t.B = p.B + j;
                t.C = p.C + i * p.LdC + j;
                t.Bias = p.Bias == null ? null : p.Bias + j;
                columns = (p.N - j) switch { >= 8 => 8, >= 4 => 4, _ => 1 };
                switch (columns)
                {
                    case 8: GemmTiles.Tile1x8<Lanes1, float, TFinish>(t); break;
                    case 4: GemmTiles.Tile1x4<Lanes1, float, TFinish>(t); break;
                    default: GemmTiles.Tile1x1<Lanes1, float, TFinish>(t); break;
                }
            }
        }
    }
}
