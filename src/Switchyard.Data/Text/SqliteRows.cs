using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Switchyard.Data;

/// <summary>
/// Rows of a query on a SQLite database, opened for reading only. A value is written by its own type, whatever the column declares:
/// whole numbers with all digits, real ones with as many as tell them apart, text as it is.
/// </summary>
sealed class SqliteRows : RowReader
{
    readonly SqliteConnection _connection;
    readonly SqliteCommand _command;
    readonly SqliteDataReader _rows;
    readonly sqlite3_stmt _statement;
    readonly RowCells _cells;
    readonly CancellationToken _cancellation;
    readonly CancellationTokenRegistration _interrupt;

    /// <param name="path">The database.</param>
    /// <param name="query">A SELECT.</param>
    /// <param name="name">Name of the database in messages.</param>
    /// <param name="firstNumber">Number of the first row.</param>
    /// <param name="cancellation">Ends a query that is still looking for its next row.</param>
    /// <exception cref="InputException">The file is no database, or refuses the query.</exception>
    public SqliteRows(string path, string query, string name, long firstNumber, CancellationToken cancellation)
        : base(name, firstNumber)
    {
        var options = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        _connection = new SqliteConnection(options.ConnectionString);
        _command = _connection.CreateCommand();
        _cancellation = cancellation;
        try
        {
            _connection.Open();
            var database = _connection.Handle!;
            _interrupt = cancellation.Register(() => raw.sqlite3_interrupt(database));
            _command.CommandText = query;
            // Parameters are named in a refusal only once there is a list of them.
            _ = _command.Parameters;
            _rows = _command.ExecuteReader();
            _statement = _rows.Handle ?? throw new InputException($"{name}: the query returns no rows; it must be a SELECT.");
            Columns = new Header([.. Enumerable.Range(0, _rows.FieldCount).Select(_rows.GetName)], name);
            if (Columns.Names.Count == 0) throw new InputException($"{name}: the query returns no columns; it must be a SELECT.");
            _cells = new RowCells(Columns.Names.Count);
        }
        catch (Exception e)
        {
            Dispose();
            cancellation.ThrowIfCancellationRequested();
            var reason = e switch { SqliteException refused => SqliteText.Reason(refused), InvalidOperationException unset => Unset(unset), _ => null };
            if (reason is null) throw;
            throw new InputException($"{name}: {reason}. The query was: {query.ReplaceLineEndings(" ")}", e);
        }
    }

    internal override Header Columns { get; }

    public override long Line => 0;

    public override ReadOnlySpan<byte> this[int column] => _cells[column];

    public override bool Read()
    {
        _cells.Clear();
        try
        {
            if (!_rows.Read())
            {
                // The rows of a second statement would go unseen.
                if (_rows.NextResult()) throw new InputException($"{File}: the query is several statements; one SELECT is expected.");
                return false;
            }
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{File}: {Unset(e)}.", e);
        }
        catch (SqliteException e)
        {
            _cancellation.ThrowIfCancellationRequested();
            throw new InputException($"{File}, after row {RowsRead}: {SqliteText.Reason(e)}.", e);
        }

        RowsRead++;
        for (var column = 0; column < Columns.Names.Count; column++) Write(column);
        if (!_cells.AreText) throw new InputException($"{Place}: the row is not UTF-8 text. Convert it in the database.");
        return true;
    }

    public override void Dispose()
    {
        // First, as it needs the connection.
        _interrupt.Dispose();
        _rows?.Dispose();
        _command.Dispose();
        _connection.Dispose();
    }

    void Write(int column)
    {
        if (!SqliteText.Write(_statement, column, _cells, column))
            throw new InputException($"{Place}, column '{Columns.Names[column]}': a value of bytes (BLOB) is no value of a row. Leave the column out, or write hex({Columns.Names[column]}) in the query.");
    }

    // "Must add values for the following parameters: :day" → ":day"; one without a name (?) has none.
    static string Unset(InvalidOperationException e)
    {
        var names = e.Message[(e.Message.IndexOf(": ", StringComparison.Ordinal) + 1)..].Trim();
        return $"the query has a parameter ({(names.Length == 0 ? "?" : names)}); write the value into it";
    }
}
