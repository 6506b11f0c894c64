namespace Switchyard.Engine;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014), started from a seed and a name. Ours because the framework's generator promises no
/// stable sequence, and a model must be the same bits tomorrow.
/// </summary>
public sealed class SeededRandom
{
    ulong _state;

    public SeededRandom(ulong seed, string name) => _state = Mix(seed ^ Hash(name));

    /// <summary>FNV-1a 64 over the UTF-16 units of a name.</summary>
    public static ulong Hash(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var h = 14695981039346656037UL;
        foreach (var c in name) h = (h ^ c) * 1099511628211UL;
        return h;
    }

    public ulong NextULong() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextULong() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, limit).</summary>
    public int Next(int limit) => (int)(((UInt128)NextULong() * (ulong)limit) >> 64);

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

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
