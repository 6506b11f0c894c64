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
    byte[] _hash = [];
    volatile bool _isLost;
    string _failure = "";
    long _looked;

    /// <exception cref="InputException">The file is missing, damaged or empty.</exception>
    public KeyRing(string file, ILogger log, TimeProvider time)
    {
        (_file, _log, _time) = (file, log, time);
        _entries = [.. KeyFile.Read(file).Select(Entry.Of)];
        _looked = time.GetTimestamp();
        if (_entries.Length == 0) throw new InputException($"{file}: there is no key in it, so nobody could ask for anything; make one with 'switchyard keys create --file {file}'.");
    }

    /// <summary>Role of a key; null where there is no such key.</summary>
    /// <exception cref="ProblemException">The file of keys cannot be read now: whoever revoked a key may mean that.</exception>
    public KeyRole? Find(string key)
    {
        Look();
        if (_isLost) throw ProblemTypes.Error("keys-unavailable", "The server cannot read its file of keys, and takes none until it can; its log says why.");
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
            // What is in it and not its time: of a link, that is the time of the link.
            var bytes = KeyFile.ReadBytes(_file);
            var hash = SHA256.HashData(bytes);
            if (!hash.AsSpan().SequenceEqual(_hash))
            {
                _entries = [.. KeyFile.Parse(_file, bytes).Select(Entry.Of)];
                if (_hash.Length > 0) ServerLog.KeysRead(_log, _entries.Length);
                _hash = hash;
            }

            (_isLost, _failure) = (false, "");
        }
        catch (InputException e)
        {
            // Somebody is writing it.
            if (_failure != e.Message) ServerLog.KeysNotRead(_log, e.Message);
            _failure = e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isLost = true;
            if (_failure != e.Message) ServerLog.KeysLost(_log, e.Message);
            _failure = e.Message;
        }
        finally
        {
            _reading.Exit();
        }
    }

    sealed record Entry(byte[] Hash, KeyRole Role)
    {
        public static Entry Of(ApiKey key) => new(Convert.FromHexString(key.Sha256), key.Role);
    }
}
