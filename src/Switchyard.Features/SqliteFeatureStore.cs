using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>Rows of a SQLite file by their keys. Loads by another process are seen at once, each of them whole.</summary>
sealed class SqliteFeatureStore : IFeatureStore
{
    readonly string _path;
    readonly int _timeoutMs;
    readonly ConcurrentBag<SqliteFeatureReader> _idle = [];
    // Held by lookups together, and alone by whoever closes all connections: those to a file that was replaced and those to the new one must not meet.
    readonly ReaderWriterLockSlim _lookups = new();
    (long Length, DateTime Written) _seen;
    bool _disposed;

    SqliteFeatureStore(string path, int timeoutMs, ImmutableArray<FeatureEntity> entities)
    {
        _path = path;
        _timeoutMs = timeoutMs;
        _seen = Look();
        Entities = entities;
    }

    public ImmutableArray<FeatureEntity> Entities { get; }

    /// <exception cref="InputException">There is no such file, or it does not have the entities.</exception>
    public static SqliteFeatureStore Open(string path, FeatureStoreOptions options)
    {
        if (!File.Exists(path))
            throw new InputException($"Feature store {path}: there is no such file. Make it: switchyard features load FILE --entity {options.Entities[0].Name} --key COLUMN --store {path}.");
        try
        {
            using var connection = SqliteTables.Open(path, SqliteOpenMode.ReadOnly);
            var entities = options.Entities.Select((e, i) => FeatureTables.Entity(e, i, path, SqliteTables.Columns(connection, e.Table ?? e.Name), SqliteTables.Names(connection), FeatureTables.Quoted(e.Table ?? e.Name)));
            var store = new SqliteFeatureStore(path, options.TimeoutMs, [.. entities]);
            // Makes the statements, so that a mistake in them shows now.
            store._idle.Add(new SqliteFeatureReader(path, options.TimeoutMs, store.Entities));
            return store;
        }
        catch (SqliteException e)
        {
            throw new InputException($"Feature store {path}: {SqliteText.Reason(e)}.", e);
        }
    }

    public ValueTask LookupAsync(FeatureRows rows, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _lookups.EnterReadLock();
        try
        {
            if (Look() == _seen)
            {
                Find(rows, cancellation);
                return ValueTask.CompletedTask;
            }
        }
        finally
        {
            _lookups.ExitReadLock();
        }

        Close();
        _lookups.EnterReadLock();
        try
        {
            Find(rows, cancellation);
        }
        finally
        {
            _lookups.ExitReadLock();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed) return ValueTask.CompletedTask;
        _disposed = true;
        Close();
        _lookups.Dispose();
        return ValueTask.CompletedTask;
    }

    void Find(FeatureRows rows, CancellationToken cancellation)
    {
        if (!_idle.TryTake(out var reader)) reader = new SqliteFeatureReader(_path, _timeoutMs, Entities);
        try
        {
            reader.Lookup(rows, cancellation);
        }
        catch
        {
            // Whatever it was, the next lookup begins with a connection of its own.
            reader.Dispose();
            throw;
        }

        _idle.Add(reader);
    }

    void Close()
    {
        _lookups.EnterWriteLock();
        try
        {
            _seen = Look();
            while (_idle.TryTake(out var reader)) reader.Dispose();
        }
        finally
        {
            _lookups.ExitWriteLock();
        }
    }

    // Changes where the file is replaced or written over by something that is no load; a load may change it as well, and nothing is lost then.
    (long Length, DateTime Written) Look()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }
}
