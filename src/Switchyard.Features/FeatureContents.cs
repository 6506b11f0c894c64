using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Npgsql;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>One table of a feature store.</summary>
/// <param name="Name">Its name, which is the entity's where the options say nothing else.</param>
/// <param name="Key">Its primary key; null where it has none of one column.</param>
/// <param name="Columns">The other columns.</param>
/// <param name="Rows">How many keys it holds.</param>
public sealed record FeatureTable(string Name, string? Key, ImmutableArray<string> Columns, long Rows);

/// <summary>What a feature store holds.</summary>
public static class FeatureContents
{
    /// <summary>All tables and views of a store.</summary>
    /// <param name="path">SQLite file; or null.</param>
    /// <param name="connection">Environment variable of a PostgreSQL connection string; or null.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    /// <exception cref="InputException">There is no such store.</exception>
    public static async Task<ImmutableArray<FeatureTable>> ReadAsync(string? path, string? connection, CancellationToken cancellation = default)
    {
        if (connection is not null) return await OfPostgresAsync(connection, cancellation).ConfigureAwait(false);
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path)) throw new InputException($"Feature store {path}: there is no such file.");
        try
        {
            return OfSqlite(path);
        }
        catch (SqliteException e)
        {
            throw new InputException($"Feature store {path}: {SqliteText.Reason(e)}.", e);
        }
    }

    static ImmutableArray<FeatureTable> OfSqlite(string path)
    {
        using var connection = SqliteTables.Open(path, SqliteOpenMode.ReadOnly);
        var tables = ImmutableArray.CreateBuilder<FeatureTable>();
        foreach (var name in SqliteTables.Names(connection))
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM {FeatureTables.Quoted(name)}";
            tables.Add(Table(name, SqliteTables.Columns(connection, name), (long)command.ExecuteScalar()!));
        }

        return tables.ToImmutable();
    }

    static async Task<ImmutableArray<FeatureTable>> OfPostgresAsync(string variable, CancellationToken cancellation)
    {
        var source = PostgresTables.Source(variable);
        await using var _ = source.ConfigureAwait(false);
        try
        {
            var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
            await using var __ = connection.ConfigureAwait(false);
            var tables = ImmutableArray.CreateBuilder<FeatureTable>();
            foreach (var name in await PostgresTables.NamesAsync(connection, cancellation).ConfigureAwait(false))
            {
                var quoted = FeatureTables.Quoted(name);
                using var command = new NpgsqlCommand($"SELECT count(*) FROM {quoted}", connection);
                var rows = (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
                tables.Add(Table(name, await PostgresTables.ColumnsAsync(connection, quoted, cancellation).ConfigureAwait(false), rows));
            }

            return tables.ToImmutable();
        }
        catch (Exception e) when (PostgresConnection.IsOfOpening(e))
        {
            throw PostgresConnection.Unreachable(variable, e);
        }
    }

    static FeatureTable Table(string name, IReadOnlyList<TableColumn> columns, long rows)
    {
        var key = columns.FirstOrDefault(c => c.IsKey).Name;
        return new FeatureTable(name, key, [.. columns.Select(c => c.Name).Where(c => c != key)], rows);
    }
}
