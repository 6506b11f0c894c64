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
    bool _disposed;

    SqliteFeatureStore(string path, int timeoutMs, ImmutableArray<FeatureEntity> entities)
    {
        _path = path;
        _timeoutMs = timeoutMs;
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

        if (_disposed) reader.Dispose();
        else _idle.Add(reader);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        while (_idle.TryTake(out var reader)) reader.Dispose();
        return ValueTask.CompletedTask;
    }
}
