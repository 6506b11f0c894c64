using System.Buffers.Binary;
using System.Text;

namespace Switchyard.Robustness.Tests;

/// <summary>Damages bytes in the ways that bytes are damaged. The same number gives the same damage.</summary>
sealed class Mutator(int number, IReadOnlyList<string> words)
{
    static readonly string[] CommonWords =
    [
        "\"", "\"\"", "\0", "\uFEFF", "\r", "\n", "\r\n", "\t", ",", ";", "|", "-1", "0", "1e999", "NaN", "99999999999999999999", "2147483648", "\u001b[2J", "\u2028",
        "\uFFFD", "a\u0301", "'", "\\", "{", "}", "[", "]", "null", "true", " ",
    ];

    static readonly int[] Interesting = [0, 1, -1, int.MaxValue, int.MinValue, 1 << 30, 4096, 4097, 65536, 255];

    readonly Random _random = new(number);

    public bool IsSound => number % 50 == 0;

    public int Below(int limit) => _random.Next(limit);

    /// <summary>The input after one to four changes; every fiftieth case is the sound input itself, which has to be accepted.</summary>
    public byte[] Mutate(byte[] sound)
    {
        if (IsSound) return sound;
        var bytes = sound;
        var rounds = _random.Next(4) == 0 ? 1 + _random.Next(4) : 1;
        for (var i = 0; i < rounds; i++) bytes = Once(bytes);
        return bytes;
    }

    byte[] Once(byte[] from)
    {
        var at = _random.Next(from.Length + 1);
        var length = Math.Min(from.Length - at, 1 << _random.Next(8));
        switch (_random.Next(12))
        {
            case 0:
                return from[..at];
            case 1:
                return [.. from[..at], .. from[(at + length)..]];
            case 2:
                return [.. from[..at], (byte)_random.Next(256), .. from[at..]];
            case 3:
                // A stretch again, at another place.
                var to = _random.Next(from.Length + 1);
                return [.. from[..to], .. from[at..(at + length)], .. from[to..]];
            case 4:
                return [.. from[..at], .. Encoding.UTF8.GetBytes(Word()), .. from[Math.Min(from.Length, at + _random.Next(3))..]];
            case 5:
                return [.. from[..at], .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Word(), 1 << _random.Next(13)))), .. from[at..]];
            case 6 or 7 when from.Length >= sizeof(long):
                // A length, an offset, a count.
                var number = (byte[])from.Clone();
                BinaryPrimitives.WriteInt32LittleEndian(number.AsSpan(_random.Next(from.Length - sizeof(int) + 1)), Interesting[_random.Next(Interesting.Length)]);
                return number;
            case 8 when from.Length > 0:
                // A digit, which changes a number and keeps the text sound.
                var digits = Enumerable.Range(0, from.Length).Where(i => char.IsAsciiDigit((char)from[i])).ToArray();
                if (digits.Length == 0) goto default;
                var digit = (byte[])from.Clone();
                digit[digits[_random.Next(digits.Length)]] = (byte)('0' + _random.Next(10));
                return digit;
            case 9 when from.Length > 1:
                // Two stretches change places.
                var middle = _random.Next(from.Length);
                return [.. from[middle..], .. from[..middle]];
            default:
                if (from.Length == 0) return [(byte)_random.Next(256)];
                var flipped = (byte[])from.Clone();
                for (var i = 1 + _random.Next(3); i > 0; i--) flipped[_random.Next(from.Length)] ^= (byte)(1 << _random.Next(8));
                return flipped;
        }
    }

    string Word() => _random.Next(3) == 0 || words.Count == 0 ? CommonWords[_random.Next(CommonWords.Length)] : words[_random.Next(words.Count)];
}
