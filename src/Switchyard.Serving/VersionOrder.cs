namespace Switchyard.Serving;

/// <summary>Natural order of version names: runs of digits compare as numbers, so that 9 comes before 10; all else by character.</summary>
sealed class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var (left, right) = (Digits(a), Digits(b));
            if (left == 0 || right == 0) (left, right) = (1, 1);
            var order = char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]) ? Number(a[..left], b[..right]) : a[0].CompareTo(b[0]);
            if (order != 0) return order;
            a = a[left..];
            b = b[right..];
        }

        // Equal as numbers (01 and 1), or one goes on where the other ends.
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : string.CompareOrdinal(x, y);
    }

    static int Number(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
