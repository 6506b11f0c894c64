using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Switchyard.Data;

/// <summary>How a value of a SQLite database becomes a row's text, by its own type, whatever the column declares.</summary>
static class SqliteText
{
    const int NumberBytes = 32;

    /// <summary>Adds a value of a statement's current row; a missing one adds nothing. False for bytes (BLOB), which are no text.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="column">Column of its result.</param>
    /// <param name="cells">Receives the text.</param>
    /// <param name="cell">Column of the row.</param>
    public static bool Write(sqlite3_stmt statement, int column, RowCells cells, int cell)
    {
        switch (raw.sqlite3_column_type(statement, column))
        {
            case raw.SQLITE_INTEGER:
                raw.sqlite3_column_int64(statement, column).TryFormat(cells.Room(NumberBytes), out var digits, default, CultureInfo.InvariantCulture);
                cells.Advance(cell, digits);
                return true;
            case raw.SQLITE_FLOAT:
                raw.sqlite3_column_double(statement, column).TryFormat(cells.Room(NumberBytes), out var length, default, CultureInfo.InvariantCulture);
                cells.Advance(cell, length);
                return true;
            case raw.SQLITE_TEXT:
                // Asking for text first turns that of a UTF-16 database into UTF-8; its bytes can then be read where they lie.
                _ = raw.sqlite3_column_text(statement, column);
                cells.Append(cell, raw.sqlite3_column_blob(statement, column));
                return true;
            case raw.SQLITE_BLOB:
                return false;
            default:
                return true;
        }
    }

    /// <summary>"SQLite Error 1: 'no such column: x'." → the part in quotes.</summary>
    public static string Reason(SqliteException e)
    {
        var (start, end) = (e.Message.IndexOf('\''), e.Message.LastIndexOf('\''));
        return (end > start ? e.Message[(start + 1)..end] : e.Message).ReplaceLineEndings(" ");
    }
}
