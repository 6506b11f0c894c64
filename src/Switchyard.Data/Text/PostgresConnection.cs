using Npgsql;

namespace Switchyard.Data;

/// <summary>Connection strings of PostgreSQL databases, and what may be said about them: never the string itself, which may hold a password.</summary>
static class PostgresConnection
{
    /// <summary>Settings of the server by which it writes the same text for a value, whatever its locale and ours.</summary>
    public static readonly (string Name, string Value)[] TextSettings =
    [
        ("datestyle", "ISO"), ("intervalstyle", "iso_8601"), ("timezone", "UTC"), ("lc_monetary", "C"), ("extra_float_digits", "1"),
    ];

    /// <summary>What is made of the settings in an environment variable: a connection, or a source of them.</summary>
    /// <exception cref="InputException">The variable is not set, or holds no connection string.</exception>
    public static T Create<T>(string variable, Func<NpgsqlConnectionStringBuilder, T> create)
    {
        var text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(text))
            throw new InputException($"Environment variable {variable} is not set. It must hold the connection string of the database: Host=…;Database=…;Username=…;Password=….");
        try
        {
            return create(new NpgsqlConnectionStringBuilder(text)
            {
                Multiplexing = false,
                TcpKeepAlive = true,
                IncludeErrorDetail = false,
                ClientEncoding = "UTF8",
            });
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            // The exception may quote the string, and with it the password: neither its message nor itself goes on.
            throw new InputException($"Environment variable {variable} does not hold a connection string of the form Host=…;Database=…;Username=…;Password=….");
        }
    }

    /// <summary>What opening a connection may throw where the server or the string is to blame.</summary>
    public static bool IsOfOpening(Exception e) =>
        e is NpgsqlException or IOException or System.Net.Sockets.SocketException or InvalidOperationException or ArgumentException or TimeoutException;

    /// <summary>The refusal where a connection cannot be opened.</summary>
    public static InputException Unreachable(string variable, Exception e) =>
        new($"The database of {variable} cannot be reached: {Reason(e)}. Check the connection string in that environment variable, and that the server runs.", e);

    /// <summary>Why the server, or the way to it, failed: one line without a full stop.</summary>
    public static string Reason(Exception e) =>
        (e is PostgresException server ? server.MessageText
            : e.InnerException is { Message: var inner } ? $"{e.Message.TrimEnd('.')} ({inner.TrimEnd('.')})"
            : e.Message).TrimEnd('.').ReplaceLineEndings(" ");
}
