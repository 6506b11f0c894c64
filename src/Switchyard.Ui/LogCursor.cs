using System.Globalization;

namespace Switchyard.Ui;

/// <summary>
/// How far a reader has read a log. A resumed training takes lines back and writes others, perhaps more than it took; so beside the place
/// stands a hash of the bytes before it, by which the reader finds that they are no longer those it has read.
/// </summary>
/// <param name="Offset">Bytes read, up to the end of a line.</param>
/// <param name="Hash">Hash of the last of them.</param>
readonly record struct LogCursor(long Offset, uint Hash)
{
    /// <summary>Bytes before the place that the hash is of: more than the differing numbers of two lines.</summary>
    public const int Hashed = 512;

    /// <summary>Reads the text of <see cref="ToString"/>; null where it is another.</summary>
    public static LogCursor? Parse(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0) return null;
        return long.TryParse(text.AsSpan(0, point), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && uint.TryParse(text.AsSpan(point + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            ? new LogCursor(offset, hash)
            : null;
    }

    /// <summary>FNV-1a.</summary>
    public static uint HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var value in bytes) hash = (hash ^ value) * 16777619u;
        return hash;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Offset}.{Hash:x8}");
}
