using Npgsql;
using NpgsqlTypes;

namespace Switchyard.Features;

/// <summary>
/// Writes to a PostgreSQL table, made where there is none. Rows are copied to a temporary table and moved over in the same transaction;
/// requests go on with the old state until its commit.
/// </summary>
sealed class PostgresFeatureWriter : FeatureWriter
{
    readonly NpgsqlDataSource _source;
    readonly NpgsqlConnection _connection;
    readonly NpgsqlTransaction _transaction;
    readonly string _table;
    readonly string _key;
    readonly string[] _columns;
    readonly CancellationToken _cancellation;
    NpgsqlBinaryImporter? _copy;
    long _row;

    public PostgresFeatureWriter(string variable, string table, string key, string[] columns, CancellationToken cancellation)
        : base(PostgresTables.Quoted(table), key, columns)
    {
        (_table, _key, _columns, _cancellation) = (table, key, columns, cancellation);
        _source = PostgresTables.Source(variable);
        try
        {
            _connection = _source.OpenConnection();
        }
        catch (Exception e) when (Data.PostgresConnection.IsOfOpening(e))
        {
            _source.Dispose();
            throw Data.PostgresConnection.Unreachable(variable, e);
        }

        try
        {
            _transaction = _connection.BeginTransaction();
            Execute($"CREATE TEMP TABLE {Gathered} (r bigint, k text, {string.Join(", ", GatheredColumns.Select(c => c + " text"))}) ON COMMIT DROP");
            _copy = _connection.BeginBinaryImport($"COPY {Gathered} FROM STDIN (FORMAT BINARY)");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override void Add(string key, IReadOnlyList<string?> values)
    {
        _copy!.StartRow();
        _copy.Write(_row++, NpgsqlDbType.Bigint);
        _copy.Write(key, NpgsqlDbType.Text);
        foreach (var value in values)
        {
            if (value is null) _copy.WriteNull();
            else _copy.Write(value, NpgsqlDbType.Text);
        }
    }

    public override (long Keys, long Common, long Before) Commit(bool replace)
    {
        _copy!.Complete();
        _copy.Dispose();
        _copy = null;
        var types = MakeTable();
        // Two loads at a time come one after the other; who reads is not kept waiting.
        Execute($"LOCK TABLE {Table} IN SHARE ROW EXCLUSIVE MODE");
        Execute($"DELETE FROM {Gathered} a USING {Gathered} b WHERE a.k = b.k AND a.r < b.r");
        var key = $"g.k::{types[_key]}";
        (long, long, long) counts;
        using (var command = new NpgsqlCommand(Counts(key), _connection) { CommandTimeout = 0 })
        using (var row = command.ExecuteReader())
        {
            row.Read();
            counts = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
        }

        if (replace) Execute($"DELETE FROM {Table}");
        var values = _columns.Select((c, i) => $"g.c{i}::{types[c]}");
        Execute($"INSERT INTO {Table} ({Key}, {string.Join(", ", Columns)}) SELECT {key}, {string.Join(", ", values)} FROM {Gathered} g ORDER BY g.k {OnConflict}");
        _transaction.Commit();
        return counts;
    }

    public override void Dispose()
    {
        // Not completed, the copy is rolled back, and the transaction with it.
        _copy?.Dispose();
        _transaction?.Dispose();
        _connection.Dispose();
        _source.Dispose();
    }

    Dictionary<string, string> MakeTable()
    {
        var there = Wait(PostgresTables.ColumnsAsync(_connection, Table, _cancellation));
        if (there.Count == 0)
        {
            Execute($"CREATE TABLE {Table} ({Key} text PRIMARY KEY, {string.Join(", ", Columns.Select(c => c + " text"))})");
        }
        else
        {
            FeatureTables.CheckKey(_table, _key, there);
            foreach (var column in _columns.Except(there.Select(c => c.Name), StringComparer.Ordinal)) Execute($"ALTER TABLE {Table} ADD COLUMN {FeatureTables.Quoted(column)} text");
        }

        return Wait(PostgresTables.ColumnsAsync(_connection, Table, _cancellation)).ToDictionary(c => c.Name, c => c.Type, StringComparer.Ordinal);
    }

    void Execute(string statement)
    {
        using var command = new NpgsqlCommand(statement, _connection) { CommandTimeout = 0 };
        Wait(command.ExecuteNonQueryAsync(_cancellation));
    }

    // Only the asynchronous calls take a token.
    static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
