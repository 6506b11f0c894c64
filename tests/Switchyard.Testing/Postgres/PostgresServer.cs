using System.Diagnostics;
using Npgsql;

namespace Switchyard.Testing;

/// <summary>
/// A server of its own in a temporary folder, reached through a socket there, so that it meets no other. PostgreSQL does not run as
/// root: there its programs run as another user.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    /// <summary>Environment variable with the connection string.</summary>
    public const string Variable = "SWITCHYARD_TEST_DB";

    /// <summary>In the connection string; it must never show.</summary>
    public const string Secret = "correct-horse-battery";

    static readonly string? Binaries = Find();

    readonly string _folder = "";

    public PostgresServer()
    {
        if (Missing is not null) return;
        _folder = Directory.CreateTempSubdirectory("switchyard-pg").FullName;
        if (User is { } user) Run("chown", user, _folder);
        RunAsUser("initdb", "-D", Data, "-U", "switchyard", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        Start();
        Environment.SetEnvironmentVariable(Variable, $"Host={_folder};Username=switchyard;Database=postgres;Password={Secret};Timeout=5");
    }

    /// <summary>Why there is no server; null where there is one.</summary>
    public static string? Missing => OperatingSystem.IsWindows() ? "the PostgreSQL tests use a socket in a folder, as on Linux"
        : Binaries is null ? "PostgreSQL is not installed (initdb is neither in PATH nor in /usr/lib/postgresql); on Debian: apt-get install postgresql"
        : Environment.IsPrivilegedProcess && User is null ? "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as"
        : null;

    string Data => Path.Combine(_folder, "data");

    // Root must lend the server to somebody.
    static string? User { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess
        ? new[] { "postgres", "nobody" }.FirstOrDefault(user => File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(l => l.StartsWith(user + ":", StringComparison.Ordinal)))
        : null;

    public void Start() =>
        RunAsUser("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", $"-c listen_addresses='' -c unix_socket_directories='{_folder}' -c fsync=off -c max_connections=20", "start");

    /// <summary>Ends the server as a crash does.</summary>
    public void Kill() => RunAsUser("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>Ends every connection but the one that says so.</summary>
    public void DropConnections() => Execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'");

    public void Execute(string statements)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(statements, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>What a statement takes (a lock) is held until the result is disposed.</summary>
    public IDisposable Hold(string statement)
    {
        var connection = Connect();
        using var command = new NpgsqlCommand($"begin; {statement}", connection);
        command.ExecuteNonQuery();
        return connection;
    }

    public void CopyIn(string command, IEnumerable<string> lines)
    {
        using var connection = Connect();
        using var writer = connection.BeginTextImport(command);
        foreach (var line in lines) writer.Write(line);
    }

    public void Dispose()
    {
        if (Missing is not null) return;
        Environment.SetEnvironmentVariable(Variable, null);
        Kill();
        Directory.Delete(_folder, recursive: true);
    }

    static NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(Environment.GetEnvironmentVariable(Variable) + ";Pooling=false");
        connection.Open();
        return connection;
    }

    static string? Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).ToList();
        const string debian = "/usr/lib/postgresql";
        if (Directory.Exists(debian)) folders.AddRange(Directory.GetDirectories(debian).OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")));
        return folders.FirstOrDefault(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "pg_ctl")));
    }

    static void RunAsUser(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries!, program);
        if (User is { } user) Run("runuser", ["-u", user, "--", path, .. arguments]);
        else Run(path, arguments);
    }

    static void Run(string program, params string[] arguments)
    {
        // The server inherits what its starter has open: a pipe to read from would never end.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null 2>&1 < /dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
