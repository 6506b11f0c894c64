namespace Switchyard.Data;

/// <summary>
/// Random numbers that depend on three keys alone: SplitMix64 (Steele, Lea, Flood 2014) from a mixed start. Ours because the
/// framework's generator promises no stable sequence.
/// </summary>
/// <param name="seed">First key.</param>
/// <param name="epoch">Second key: the epoch, or what the numbers are for.</param>
/// <param name="stream">Third key: a number of its own for every independent sequence.</param>
public struct RandomStream(ulong seed, ulong epoch, ulong stream)
{
    ulong _state = Mix(Mix(Mix(seed) ^ epoch) ^ stream);

    /// <summary>64 random bits.</summary>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>Uniform in [0, 1): a multiple of 2^-53.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>N(0, 1), by the polar form of Box and Muller.</summary>
    public double NextNormal()
    {
        double u, v, s;
        do
        {
            u = 2 * NextDouble() - 1;
            v = 2 * NextDouble() - 1;
            s = u * u + v * v;
        }
        while (s is >= 1 or 0);

        return u * Math.Sqrt(-2 * Math.Log(s) / s);
    }

    /// <summary>Uniform in 0 … bound − 1, without bias (Lemire's method).</summary>
    public ulong Below(ulong bound)
    {
        var high = Math.BigMul(Next(), bound, out var low);
        if (low < bound)
        {
            var threshold = (0 - bound) % bound;
            while (low < threshold) high = Math.BigMul(Next(), bound, out low);
        }

        return high;
    }

    /// <summary>Fisher–Yates.</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)Below((ulong)i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
