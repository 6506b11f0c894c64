using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace Switchyard.Data;

/// <summary>
/// Rows of a PostgreSQL query, through a cursor on the server: memory does not grow with them, here or there. The transaction is
/// read-only; two queries of a join are two transactions, which may see two states of the database. Values come as the server writes them in text, with settings of our own, so that
/// neither its locale nor ours shows: numbers keep all digits, times are ISO 8601 in UTC, true and false are 1 and 0.
/// </summary>
sealed class PostgresRows : RowReader
{
    /// <summary>Rows asked of the cursor at a time; they are read one by one as they arrive.</summary>
    const int FetchRows = 10_000;

    const string Declare = "DECLARE switchyard_rows NO SCROLL CURSOR FOR ";

    // The plan is made for all rows; otherwise a cursor's is made for the first tenth.
    const string WholePlan = "SET LOCAL cursor_tuple_fraction TO 1";

    readonly NpgsqlConnection _connection;
    readonly NpgsqlCommand _fetch;
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly PostgresText[] _texts;
    readonly RowCells _cells;
    readonly CancellationToken _cancellation;
    readonly CancellationTokenRegistration _interrupt;
    NpgsqlDataReader? _rows;
    byte[] _value = new byte[256];
    int _fetched;

    PostgresRows(NpgsqlConnection connection, string query, string name, long firstNumber, ListSeparators lists, CancellationToken cancellation)
        : base(name, firstNumber)
    {
        _connection = connection;
        _cancellation = cancellation;
        _fetch = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"FETCH FORWARD {FetchRows} FROM switchyard_rows"), connection) { AllResultTypesAreUnknown = true };
        // Ends the wait for a row; that for an answer's beginning has the token itself.
        _interrupt = cancellation.Register(_fetch.Cancel);
        try
        {
            Prepare(query);
            _rows = Fetch();
            var columns = Enumerable.Range(0, _rows.FieldCount);
            Columns = new Header([.. columns.Select(_rows.GetName)], name);
            var separators = lists.For(Columns.Names);
            _texts = [.. columns.Select(i => PostgresText.For(_rows.GetPostgresType(i), separators[i])
                ?? throw new InputException($"{name}: column '{_rows.GetName(i)}' holds bytes (bytea), which are no value of a row. Leave it out, or write encode({_rows.GetName(i)}, 'hex') AS {_rows.GetName(i)} in the query."))];
            _cells = new RowCells(Columns.Names.Count);
            foreach (var column in Columns.Names) AddToHash(System.Text.Encoding.UTF8.GetBytes(column));
        }
        catch (Exception e)
        {
            Dispose();
            cancellation.ThrowIfCancellationRequested();
            if (IsOfServer(e)) throw Lost(e);
            throw;
        }
    }

    internal override Header Columns { get; }

    public override long Line => 0;

    public override ReadOnlySpan<byte> this[int column] => _cells[column];

    internal override byte[] ContentHash => _hash.GetCurrentHash();

    /// <summary>Asks a database.</summary>
    /// <param name="variable">Environment variable that holds the connection string.</param>
    /// <param name="query">A SELECT.</param>
    /// <param name="name">Name of the query in messages.</param>
    /// <param name="firstNumber">Number of the first row.</param>
    /// <param name="lists">Characters to put between the items of an array.</param>
    /// <param name="cancellation">Ends a query that keeps its rows waiting.</param>
    /// <exception cref="InputException">The variable is not set, the server cannot be reached, or it refuses the query.</exception>
    public static PostgresRows Open(string variable, string query, string name, long firstNumber, ListSeparators lists, CancellationToken cancellation)
    {
        var connection = Connection(variable);
        try
        {
            Wait(connection.OpenAsync(cancellation));
            // Npgsql remembers the types of an earlier connection, and there may be new ones.
            connection.ReloadTypes();
        }
        catch (Exception e) when (PostgresConnection.IsOfOpening(e))
        {
            connection.Dispose();
            throw PostgresConnection.Unreachable(variable, e);
        }

        return new PostgresRows(connection, query, name, firstNumber, lists, cancellation);
    }

    public override bool Read()
    {
        _cells.Clear();
        try
        {
            if (!Advance()) return false;
            RowsRead++;
            ReadValues();
            return true;
        }
        catch (Exception e) when (IsOfServer(e))
        {
            _cancellation.ThrowIfCancellationRequested();
            throw Lost(e);
        }
    }

    public override void Dispose()
    {
        _interrupt.Dispose();
        _connection.Dispose();
        _fetch.Dispose();
        _hash.Dispose();
    }

    static NpgsqlConnection Connection(string variable) => PostgresConnection.Create(variable, static settings =>
    {
        // A query may take hours; what ends the wait is the server, the caller, or a network that is gone.
        settings.Pooling = false;
        settings.CommandTimeout = 0;
        return new NpgsqlConnection(settings.ConnectionString);
    });

    void Prepare(string query)
    {
        Execute("START TRANSACTION READ ONLY");
        foreach (var (name, value) in PostgresConnection.TextSettings) Execute($"SET LOCAL {name} TO '{value}'");
        Execute(WholePlan);
        try
        {
            Execute(Declare + query.TrimEnd().TrimEnd(';'));
        }
        catch (PostgresException e)
        {
            var hint = e.Hint is { Length: > 0 } text ? $" {text.TrimEnd('.')}." : "";
            throw new InputException($"{File}: the server refuses it: {e.MessageText}{PlaceIn(query, e.Position - Declare.Length)}.{hint}", e);
        }
    }

    // A batch is sent as it stands, where a command would be taken apart at semicolons first.
    void Execute(string statement)
    {
        using var batch = new NpgsqlBatch(_connection) { BatchCommands = { new NpgsqlBatchCommand(statement) } };
        Wait(batch.ExecuteNonQueryAsync(_cancellation));
    }

    NpgsqlDataReader Fetch()
    {
        var answer = _fetch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, _cancellation);
        Wait(answer);
        return answer.Result;
    }

    // Only the asynchronous calls take a token, and see it whenever it comes.
    static void Wait(Task task) => task.GetAwaiter().GetResult();

    bool Advance()
    {
        while (_rows is not null)
        {
            if (_rows.Read())
            {
                _fetched++;
                return true;
            }

            var more = _fetched == FetchRows;
            _fetched = 0;
            _rows.Dispose();
            _rows = more ? Fetch() : null;
        }

        return false;
    }

    void ReadValues()
    {
        for (var column = 0; column < _texts.Length; column++)
        {
            if (!_rows!.IsDBNull(column))
            {
                var length = (int)_rows.GetBytes(column, 0, null, 0, 0);
                if (_value.Length < length) _value = new byte[2 * length];
                _rows.GetBytes(column, 0, _value, 0, length);
                try
                {
                    _texts[column].Write(_value.AsSpan(0, length), _cells, column);
                }
                catch (FormatException e)
                {
                    throw new InputException($"{Place}, column '{Columns.Names[column]}': {e.Message}.", e);
                }
            }

            AddToHash(_cells[column]);
        }

        if (!_cells.AreText) throw new InputException($"{Place}: the row is not UTF-8 text. Convert the database, or the column in the query.");
    }

    // Length first, so that two values cannot run into one another.
    void AddToHash(ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
        _hash.AppendData(length);
        _hash.AppendData(value);
    }

    static bool IsOfServer(Exception e) => e is NpgsqlException or IOException or ObjectDisposedException;

    InputException Lost(Exception e) => e is PostgresException { SqlState: var state } && !state.StartsWith("57P", StringComparison.Ordinal)
        ? new InputException($"{File}, after row {RowsRead}: the server reports: {PostgresConnection.Reason(e)}.", e)
        : new InputException($"{File}, after row {RowsRead}: the connection was lost: {PostgresConnection.Reason(e)}. Nothing was written; run again when the server is back.", e);

    // 1-based position in the query → " (line 2, character 8)".
    static string PlaceIn(string query, int position)
    {
        if (position < 1 || position > query.Length) return "";
        var before = query.AsSpan(0, position - 1);
        var line = before.Count('\n') + 1;
        var character = position - 1 - before.LastIndexOf('\n');
        return string.Create(CultureInfo.InvariantCulture, $" (line {line}, character {character} of the query)");
    }
}
