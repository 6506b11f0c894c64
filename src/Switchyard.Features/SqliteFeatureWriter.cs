using Microsoft.Data.Sqlite;

namespace Switchyard.Features;

/// <summary>Writes to a SQLite file. Readers go on with the old state until the commit, and none of them waits (write-ahead log).</summary>
sealed class SqliteFeatureWriter : FeatureWriter
{
    readonly SqliteConnection _connection;
    readonly string _table;
    readonly string _key;
    readonly string[] _columns;
    readonly SqliteCommand _insert;
    SqliteTransaction _transaction;

    public SqliteFeatureWriter(string path, string table, string key, string[] columns)
        : base(FeatureTables.Quoted(table), key, columns)
    {
        (_table, _key, _columns) = (table, key, columns);
        _connection = SqliteTables.Open(path, SqliteOpenMode.ReadWriteCreate);
        _insert = _connection.CreateCommand();
        try
        {
            Execute("PRAGMA journal_mode = WAL");
            Execute($"CREATE TEMP TABLE {Gathered} (k TEXT NOT NULL PRIMARY KEY, {string.Join(", ", GatheredColumns.Select(c => c + " TEXT"))}) WITHOUT ROWID");
            // Takes no lock of the store: the gathered rows lie in a file of their own.
            _transaction = _connection.BeginTransaction(deferred: true);
            _insert.Transaction = _transaction;
            _insert.CommandText = $"INSERT OR REPLACE INTO {Gathered} VALUES ({string.Join(", ", Enumerable.Range(0, columns.Length + 1).Select(i => $"$p{i}"))})";
            for (var i = 0; i <= columns.Length; i++) _insert.Parameters.Add($"$p{i}", SqliteType.Text);
            _insert.Prepare();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Add(string key, IReadOnlyList<string?> values)
    {
        _insert.Parameters[0].Value = key;
        for (var i = 0; i < values.Count; i++) _insert.Parameters[i + 1].Value = values[i] ?? (object)DBNull.Value;
        _insert.ExecuteNonQuery();
    }

    public override (long Keys, long Common, long Before) Commit(bool replace)
    {
        _transaction.Commit();
        _transaction.Dispose();
        _transaction = _connection.BeginTransaction(deferred: false);
        MakeTable();
        (long, long, long) counts;
        using (var command = _connection.CreateCommand())
        {
            command.Transaction = _transaction;
            command.CommandText = Counts("g.k");
            using var row = command.ExecuteReader();
            row.Read();
            counts = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        }

        if (replace) Execute($"DELETE FROM {Table}");
        Execute($"INSERT INTO {Table} ({Key}, {string.Join(", ", Columns)}) SELECT k, {string.Join(", ", GatheredColumns)} FROM {Gathered} WHERE true {OnConflict}");
        _transaction.Commit();
        return counts;
    }

    public override void Dispose()
    {
        _insert.Dispose();
        _transaction?.Dispose();
        _connection.Dispose();
    }

    // A table that is there keeps its columns and gets those that are new.
    void MakeTable()
    {
        var there = SqliteTables.Columns(_connection, _table);
        if (there.Count == 0)
        {
            Execute($"CREATE TABLE {Table} ({Key} TEXT NOT NULL PRIMARY KEY, {string.Join(", ", Columns.Select(c => c + " TEXT"))}) WITHOUT ROWID");
            return;
        }

        FeatureTables.CheckKey(_table, _key, there);
        foreach (var column in _columns.Except(there.Select(c => c.Name), StringComparer.Ordinal)) Execute($"ALTER TABLE {Table} ADD COLUMN {FeatureTables.Quoted(column)} TEXT");
    }

    void Execute(string statement)
    {
        using var command = _connection.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = statement;
        command.CommandTimeout = 0;
        command.ExecuteNonQuery();
    }
}
