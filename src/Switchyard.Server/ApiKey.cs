using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Switchyard.Server;

/// <summary>What a key is for.</summary>
public enum KeyRole
{
    /// <summary>Asking for scores, and reading which models there are.</summary>
    Rank,

    /// <summary>Administration, and reading which models there are.</summary>
    Admin,
}

/// <summary>A key as it is kept: its hash, never itself.</summary>
/// <param name="Name">Who has it.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Sha256">SHA-256 of the key in hexadecimal. A key has 256 random bits, so a plain hash cannot be turned back.</param>
/// <param name="Created">When it was made.</param>
public sealed record ApiKey(string Name, KeyRole Role, string Sha256, DateTimeOffset Created)
{
    const int RandomBytes = 32;

    /// <summary>Makes a key.</summary>
    /// <returns>The key, which is shown once, and what is kept of it.</returns>
    internal static (string Key, ApiKey Kept) Create(string name, KeyRole role, TimeProvider time)
    {
        var key = $"sy_{(role == KeyRole.Admin ? "admin" : "rank")}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes))}";
        return (key, new ApiKey(name, role, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), time.GetUtcNow()));
    }
}
