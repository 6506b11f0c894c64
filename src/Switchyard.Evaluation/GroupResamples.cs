using MathNet.Numerics.Random;

namespace Switchyard.Evaluation;

/// <summary>
/// How often every group is drawn in every resample (as many groups as there are, with replacement): eight resamples in the eight bytes
/// of a word. Sample k depends on the seed and k alone. Thread-safe.
/// </summary>
sealed class GroupResamples
{
    /// <summary>Resamples of a block.</summary>
    public const int Lanes = 8;

    /// <summary>Every group once: the rows themselves.</summary>
    const ulong Once = 0x0101010101010101;

    const int LaneBits = 8;
    const long KeptWords = 1 << 24;

    readonly int _groups;
    readonly int _seed;
    readonly ulong[]?[] _kept;
    readonly bool _keeps;

    public GroupResamples(int groups, int samples, int seed)
    {
        (_groups, _seed) = (groups, seed);
        _kept = new ulong[(samples + Lanes - 1) / Lanes][];
        _keeps = (long)groups * _kept.Length <= KeptWords;
        Rows = new ulong[groups];
        Array.Fill(Rows, Once);
    }

    public int Blocks => _kept.Length;

    public ulong[] Rows { get; }

    /// <summary>A block's weights, a word a group.</summary>
    public ulong[] Block(int block) => Volatile.Read(ref _kept[block]) ?? Draw(block);

    ulong[] Draw(int block)
    {
        var words = new ulong[_groups];
        for (var lane = 0; lane < Lanes; lane++)
        {
            var random = new Xoshiro256StarStar(unchecked((_seed * 1_000_003) + (block * Lanes) + lane), threadSafe: false);
            for (var i = 0; i < _groups; i++) words[random.Next(_groups)] += 1UL << (LaneBits * lane);
        }

        if (_keeps) Volatile.Write(ref _kept[block], words);
        return words;
    }
}
