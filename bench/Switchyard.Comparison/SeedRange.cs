using System.Collections;
using System.Globalization;

namespace Switchyard.Comparison;

/// <summary>Seeds from first to last, written <c>1..5</c>.</summary>
readonly record struct SeedRange(ulong First, ulong Last) : IEnumerable<ulong>
{
    public static SeedRange Parse(string text)
    {
        var ends = text.Split("..").Select(s => ulong.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        return new SeedRange(ends[0], ends[^1]);
    }

    public IEnumerator<ulong> GetEnumerator()
    {
        for (var seed = First; seed <= Last; seed++) yield return seed;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
