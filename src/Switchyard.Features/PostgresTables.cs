using Npgsql;
using Switchyard.Data;

namespace Switchyard.Features;

/// <summary>Tables of a PostgreSQL database.</summary>
static class PostgresTables
{
    /// <summary>Pooled connections whose values have the text that an import would read.</summary>
    /// <exception cref="InputException">The variable is not set, or holds no connection string.</exception>
    public static NpgsqlDataSource Source(string variable) => !SourceChecks.IsVariable(variable)
        ? throw new InputException("The connection is the name of an environment variable that holds the connection string, for example FEATURES_DB; the string itself does not belong there.")
        : PostgresConnection.Create(variable, Source);

    static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings)
    {
        settings.Options = string.Join(' ', PostgresConnection.TextSettings.Select(s => $"-c {s.Name}={s.Value}").Prepend(settings.Options ?? "")).Trim();
        settings.NoResetOnClose = true;
        // Whoever waits has a limit of its own.
        settings.CommandTimeout = 0;
        settings.CancellationTimeout = -1;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>The connection is gone, or the server going: a new connection may do.</summary>
    public static bool IsLost(Exception e) => e switch
    {
        PostgresException { SqlState: var state } => state.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException => e.InnerException is IOException or System.Net.Sockets.SocketException,
        _ => e is IOException or ObjectDisposedException,
    };

    /// <summary>Nothing is wrong with the question, and later there may be an answer: the connection is lost, or the server has no room (class 53: too many connections, say).</summary>
    public static bool IsPassing(Exception e) => IsLost(e) || (e is PostgresException { SqlState: var state } && state.StartsWith("53", StringComparison.Ordinal));

    /// <summary>A table's name in a statement: as it stands, or behind its schema and a dot.</summary>
    public static string Quoted(string table) => string.Join('.', table.Split('.', 2).Select(FeatureTables.Quoted));

    /// <summary>Columns of a table or view; none where there is no such.</summary>
    public static async Task<IReadOnlyList<TableColumn>> ColumnsAsync(NpgsqlConnection connection, string quotedTable, CancellationToken cancellation)
    {
        const string query =
            """
            SELECT a.attname::text, a.attnum = ANY(i.indkey) AND i.indnkeyatts = 1, format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;
        var columns = new List<TableColumn>();
        using var command = new NpgsqlCommand(query, connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = quotedTable } } };
        var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
            columns.Add(new TableColumn(rows.GetString(0), !rows.IsDBNull(1) && rows.GetBoolean(1), rows.GetString(2)));
        return columns;
    }

    /// <summary>Names of all tables and views that can be named without their schema.</summary>
    public static async Task<IReadOnlyList<string>> NamesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string query =
            """
            SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_temp%'
              AND pg_table_is_visible(c.oid) ORDER BY 1
            """;
        var names = new List<string>();
        using var command = new NpgsqlCommand(query, connection);
        var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await using var _ = rows.ConfigureAwait(false);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) names.Add(rows.GetString(0));
        return names;
    }
}
