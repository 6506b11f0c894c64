using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>One connection with a prepared statement per entity; used by one thread at a time.</summary>
sealed class SqliteFeatureReader : IDisposable
{
    readonly SqliteConnection _connection;
    readonly sqlite3 _database;
    readonly sqlite3_stmt[] _statements;
    readonly RowCells[] _cells;
    readonly sqlite3_stmt? _begin;
    readonly sqlite3_stmt? _commit;

    public SqliteFeatureReader(string path, int timeoutMs, ImmutableArray<FeatureEntity> entities)
    {
        _connection = SqliteTables.Open(path, SqliteOpenMode.ReadOnly);
        _database = _connection.Handle!;
        _statements = new sqlite3_stmt[entities.Length];
        _cells = [.. entities.Select(e => new RowCells(e.Columns.Length + 1))];
        try
        {
            Check(raw.sqlite3_busy_timeout(_database, timeoutMs));
            // Pages are read, not mapped: a file that somebody cuts short would end the process.
            Check(raw.sqlite3_prepare_v2(_database, "BEGIN", out _begin));
            Check(raw.sqlite3_prepare_v2(_database, "COMMIT", out _commit));
            for (var i = 0; i < _statements.Length; i++)
            {
                var entity = entities[i];
                var columns = entity.Columns.Prepend(entity.Key).Select(FeatureTables.Quoted);
                Check(raw.sqlite3_prepare_v2(_database, $"SELECT {string.Join(", ", columns)} FROM {entity.Table} WHERE {FeatureTables.Quoted(entity.Key)} = ?1", out _statements[i]));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Lookup(FeatureRows rows, CancellationToken cancellation)
    {
        var statement = _statements[rows.Entity.Index];
        using var interrupt = cancellation.UnsafeRegister(static database => raw.sqlite3_interrupt((sqlite3)database!), _database);
        // All keys see one state of the store; and what is locked is locked once.
        Run(_begin!);
        for (var i = 0; i < rows.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Set(i, rows.Key(i).IsEmpty ? FeatureRow.Unknown() : Find(statement, _cells[rows.Entity.Index], rows.Key(i), rows.Entity.Columns.Length));
        }

        Run(_commit!);
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement?.Dispose();
        _begin?.Dispose();
        _commit?.Dispose();
        _connection.Dispose();
    }

    FeatureRow Find(sqlite3_stmt statement, RowCells cells, ReadOnlySpan<byte> key, int columns)
    {
        try
        {
            Check(raw.sqlite3_bind_text(statement, 1, key));
            for (var result = raw.sqlite3_step(statement); result != raw.SQLITE_DONE; result = raw.sqlite3_step(statement))
            {
                if (result != raw.SQLITE_ROW) Check(result);
                cells.Clear();
                for (var i = 0; i <= columns; i++)
                {
                    // Bytes that are no text are a missing value.
                    if (!SqliteText.Write(statement, i, cells, i)) cells.Clear(i);
                }

                // Where the column holds numbers, 042 would find 42.
                if (cells[0].SequenceEqual(key) && cells.AreText) return FeatureRow.From(cells, 1, columns);
            }

            return FeatureRow.Unknown();
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    void Run(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        _ = raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE) Check(result);
    }

    void Check(int result) => SqliteException.ThrowExceptionForRC(result, _database);
}
