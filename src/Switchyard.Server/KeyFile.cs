using System.Text.Json;
using System.Text.Json.Serialization;
using Switchyard.Data;

namespace Switchyard.Server;

/// <summary>The file of keys: a JSON list of names, roles and hashes.</summary>
public static class KeyFile
{
    const int HashDigits = 64;

    /// <summary>Adds a key.</summary>
    /// <param name="file">The file; it is made where there is none, readable by its owner only.</param>
    /// <param name="name">Who gets it; no other key of the file has the name.</param>
    /// <param name="role">What it is for.</param>
    /// <param name="time">Clock of the day it was made.</param>
    /// <returns>The key. It is kept nowhere.</returns>
    /// <exception cref="InputException">The name is taken or empty, or the file cannot be read or written.</exception>
    public static string Create(string file, string name, KeyRole role, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(time);
        if (string.IsNullOrWhiteSpace(name)) throw new InputException("--name: say who gets the key.");
        var keys = File.Exists(file) ? Read(file) : [];
        if (keys.Any(k => k.Name == name)) throw new InputException($"--name {name}: {file} has a key of this name; revoke it first, or take another name.");
        var (key, kept) = ApiKey.Create(name, role, time);
        Write(file, [.. keys, kept]);
        return key;
    }

    /// <summary>Removes a key. A server that uses the file notices within a second.</summary>
    /// <exception cref="InputException">There is no such key, or the file cannot be read or written.</exception>
    public static void Revoke(string file, string name)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(name);
        var keys = Read(file);
        var left = keys.Where(k => k.Name != name).ToArray();
        if (left.Length == keys.Count) throw new InputException($"--name {name}: {file} has no such key.{Suggestion.For(name, keys.Select(k => k.Name))}");
        Write(file, left);
    }

    /// <summary>Reads the keys.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public static IReadOnlyList<ApiKey> Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return Parse(file, ReadBytes(file));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{file}: there is no such file of keys; make one with 'switchyard keys create --file {file}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: the keys cannot be read: {e.Message} It must be a file that whoever runs this may read.", e);
        }
    }

    /// <summary>What the file holds. A program that changes it meanwhile is not kept from it.</summary>
    internal static byte[] ReadBytes(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>The keys in what a file holds.</summary>
    /// <exception cref="InputException">It is damaged.</exception>
    internal static ApiKey[] Parse(string file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var keys = JsonSerializer.Deserialize(bytes, KeyJson.Default.ApiKeyArray) ?? [];
            return keys.All(k => k is { Name.Length: > 0, Sha256.Length: HashDigits } && k.Sha256.All(char.IsAsciiHexDigit))
                ? keys
                : throw new InputException($"{file}: a key needs a name, a role and a SHA-256 of {HashDigits} hexadecimal digits; make keys with 'switchyard keys create'.");
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: no valid file of keys (line {e.LineNumber + 1}); make keys with 'switchyard keys create'.", e);
        }
    }

    static void Write(string file, ApiKey[] keys)
    {
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(keys, KeyJson.Default.ApiKeyArray);
            if (File.Exists(file)) Overwrite(file, bytes);
            else Make(Path.GetFullPath(file), bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file}: the keys cannot be written: {e.Message}", e);
        }
    }

    // In place, through links: another file would belong to whoever runs this, and the server could not read it any more. A server that reads
    // half of it keeps its keys until it looks again.
    static void Overwrite(string file, byte[] bytes)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(bytes);
        stream.SetLength(bytes.Length);
        stream.Flush(flushToDisk: true);
    }

    static void Make(string file, byte[] bytes)
    {
        var temporary = $"{file}.{Environment.ProcessId}.new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(temporary, options)) stream.Write(bytes);
        File.Move(temporary, file, overwrite: true);
    }
}

/// <summary>JSON of the file of keys.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(LowerCaseName<KeyRole>)], WriteIndented = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ApiKey[]))]
sealed partial class KeyJson : JsonSerializerContext;
