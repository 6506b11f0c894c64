using System.Text;

namespace Switchyard.Data;

/// <summary>
/// FNV-1a, 64 bits: h = (h xor byte) · 1099511628211 from 14695981039346656037, wrapping. The hash of conditions and hashed
/// fields; published so that other programs can make the same split.
/// </summary>
public struct Fnv1a64 : IEquatable<Fnv1a64>
{
    const ulong Offset = 14695981039346656037;
    const ulong Prime = 1099511628211;

    /// <summary>U+001F, the unit separator, which joins the values of several columns.</summary>
    public const byte Joint = 0x1F;

    ulong _state;

    /// <summary>Hash of no bytes.</summary>
    public static Fnv1a64 Empty => new() { _state = Offset };

    /// <summary>The hash of everything added.</summary>
    public readonly ulong Value => _state;

    public void Add(byte value) => _state = (_state ^ value) * Prime;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var state = _state;
        foreach (var b in bytes) state = (state ^ b) * Prime;
        _state = state;
    }

    /// <summary>Hash of bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Empty;
        hash.Add(bytes);
        return hash.Value;
    }

    /// <summary>Hash of the text's UTF-8 bytes.</summary>
    public static ulong Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public readonly bool Equals(Fnv1a64 other) => _state == other._state;

    public override readonly bool Equals(object? obj) => obj is Fnv1a64 other && Equals(other);

    public override readonly int GetHashCode() => _state.GetHashCode();

    public static bool operator ==(Fnv1a64 left, Fnv1a64 right) => left.Equals(right);

    public static bool operator !=(Fnv1a64 left, Fnv1a64 right) => !left.Equals(right);
}
