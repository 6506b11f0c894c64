namespace Switchyard.Data;

/// <summary>
/// A date or timestamp as it stands in files: yyyy-MM-dd, alone or followed by 'T' or a space, HH:mm, seconds and a fraction of them, and
/// Z, UTC or an offset (+02:00, +0200, +02). Without an offset it is UTC. Only times that exist count: 2018-13-45 is no date.
/// </summary>
/// <param name="Ticks">Its instant in 100 ns since the year 1, UTC; finer fractions are cut off. A date alone begins at 0:00.</param>
/// <param name="IsDay">Whether it is a date alone.</param>
readonly record struct TextDate(long Ticks, bool IsDay)
{
    const int DateLength = 10;

    public static bool Is(ReadOnlySpan<byte> text) => TryParse(text, out _);

    public static bool TryParse(ReadOnlySpan<byte> text, out TextDate date)
    {
        date = default;
        if (text.Length < DateLength || text[4] != '-' || text[7] != '-'
            || !Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        var ticks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks;
        if (text.Length == DateLength)
        {
            date = new TextDate(ticks, IsDay: true);
            return true;
        }

        if (text[DateLength] is not ((byte)'T' or (byte)' ')) return false;
        var rest = text[(DateLength + 1)..];
        if (!Time(ref rest, out var time) || !Offset(rest, out var offset)) return false;
        date = new TextDate(ticks + time - offset, IsDay: false);
        return true;
    }

    /// <summary>Where this lies from another: before (negative), in or at (0), after (positive). A date alone as the other stands for its whole day.</summary>
    public int ComparedTo(TextDate other)
    {
        if (Ticks < other.Ticks) return -1;
        return Ticks < other.Ticks + (other.IsDay ? TimeSpan.TicksPerDay : 1) ? 0 : 1;
    }

    // HH:mm, HH:mm:ss or HH:mm:ss.f…; what follows stays in the text.
    static bool Time(ref ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 5 || text[2] != ':' || !Digits(text[..2], out var hour) || !Digits(text[3..5], out var minute) || hour > 23 || minute > 59) return false;
        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        text = text[5..];
        if (text.IsEmpty || text[0] != ':') return true;
        if (text.Length < 3 || !Digits(text[1..3], out var second) || second > 59) return false;
        ticks += second * TimeSpan.TicksPerSecond;
        text = text[3..];
        if (text.IsEmpty || text[0] is not ((byte)'.' or (byte)',')) return true;
        var length = 1;
        var unit = TimeSpan.TicksPerSecond;
        for (; length < text.Length && text[length] is >= (byte)'0' and <= (byte)'9'; length++)
        {
            unit /= 10;
            ticks += unit * (text[length] - '0');
        }

        text = text[length..];
        return length > 1;
    }

    // Nothing, Z, UTC, or a sign with HH, HHmm or HH:mm; a space may stand before it.
    static bool Offset(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.IsEmpty) return true;
        if (text[0] == ' ') text = text[1..];
        if (text.SequenceEqual("Z"u8) || text.SequenceEqual("UTC"u8)) return true;
        if (text.Length < 3 || text[0] is not ((byte)'+' or (byte)'-') || !Digits(text[1..3], out var hours)) return false;
        var minutes = 0;
        var after = text.Length > 3 && text[3] == ':' ? text[4..] : text[3..];
        if (text.Length > 3 && !(after.Length == 2 && Digits(after, out minutes))) return false;
        ticks = ((hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute)) * (text[0] == '-' ? -1 : 1);
        return hours <= 18 && minutes <= 59;
    }

    static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = (10 * value) + digit - '0';
        }

        return true;
    }
}
