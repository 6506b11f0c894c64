using Microsoft.Data.Sqlite;

namespace Switchyard.Features;

/// <summary>Tables of a SQLite file.</summary>
static class SqliteTables
{
    public static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Columns of a table or view; none where there is no such.</summary>
    public static IReadOnlyList<TableColumn> Columns(SqliteConnection connection, string table)
    {
        var columns = new List<TableColumn>();
        var keys = 0;
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name, pk, type FROM pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            if (rows.GetInt64(1) > 0) keys++;
            columns.Add(new TableColumn(rows.GetString(0), rows.GetInt64(1) > 0, rows.GetString(2)));
        }

        return keys == 1 ? columns : [.. columns.Select(c => c with { IsKey = false })];
    }

    /// <summary>Names of all tables and views.</summary>
    public static IReadOnlyList<string> Names(SqliteConnection connection)
    {
        var names = new List<string>();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
        using var rows = command.ExecuteReader();
        while (rows.Read()) names.Add(rows.GetString(0));
        return names;
    }
}
