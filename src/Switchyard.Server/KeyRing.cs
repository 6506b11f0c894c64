using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Switchyard.Data;

namespace Switchyard.Server;

/// <summary>The keys that a running server accepts: those of the file, which is read again within a second of a change.</summary>
sealed class KeyRing
{
    const int LookMilliseconds = 1000;

    readonly string _file;
    readonly ILogger _log;
    readonly TimeProvider _time;
    readonly Lock _reading = new();
    volatile Entry[] _entries;
    DateTime _changed;
    long _looked;

    /// <exception cref="InputException">The file is missing, damaged or empty.</exception>
    public KeyRing(string file, ILogger log, TimeProvider time)
    {
        (_file, _log, _time) = (file, log, time);
        _changed = File.GetLastWriteTimeUtc(file);
        _entries = Load();
        _looked = time.GetTimestamp();
        if (_entries.Length == 0) throw new InputException($"{file}: there is no key in it, so nobody could ask for anything; make one with 'switchyard keys create --file {file}'.");
    }

    /// <summary>Role of a key; null where there is no such key.</summary>
    public KeyRole? Find(string key)
    {
        Look();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        KeyRole? role = null;
        // Every entry is compared, and every comparison takes the same time: how long it takes says nothing of a key.
        foreach (var entry in _entries)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, entry.Hash)) role = entry.Role;
        }

        return role;
    }

    void Look()
    {
        if (_time.GetElapsedTime(Volatile.Read(ref _looked)).TotalMilliseconds < LookMilliseconds || !_reading.TryEnter()) return;
        try
        {
            Volatile.Write(ref _looked, _time.GetTimestamp());
            var changed = File.GetLastWriteTimeUtc(_file);
            if (changed == _changed) return;
            _entries = Load();
            _changed = changed;
            ServerLog.KeysRead(_log, _entries.Length);
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            ServerLog.KeysNotRead(_log, e.Message);
        }
        finally
        {
            _reading.Exit();
        }
    }

    Entry[] Load() => [.. KeyFile.Read(_file).Select(k => new Entry(Convert.FromHexString(k.Sha256), k.Role))];

    sealed record Entry(byte[] Hash, KeyRole Role);
}
