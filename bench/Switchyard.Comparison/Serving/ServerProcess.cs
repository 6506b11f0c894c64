using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Switchyard.Comparison;

/// <summary>A server in a process of its own, on a free port of the machine itself.</summary>
sealed partial class ServerProcess : IDisposable
{
    const int StartSeconds = 60;

    readonly Process _process;
    readonly TaskCompletionSource<IPEndPoint> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<string> _log = [];

    ServerProcess(string program, string[] arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => _address.Task.Result;

    public bool HasExited => _process.HasExited;

    /// <summary>Seconds that it has computed, in the kernel too.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Memory that it holds, in MiB.</summary>
    public double Mebibytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (double)(1 << 20);
        }
    }

    /// <summary>Threads that it has.</summary>
    public int Threads
    {
        get
        {
            _process.Refresh();
            return _process.Threads.Count;
        }
    }

    /// <summary>What it has said last.</summary>
    public string Log
    {
        get
        {
            lock (_log) return string.Join(Environment.NewLine, _log);
        }
    }

    /// <summary><c>switchyard serve</c>, its models loaded.</summary>
    public static ServerProcess Serve(string file, params (string Name, string Value)[] environment)
    {
        var server = new ServerProcess(Path.Combine(AppContext.BaseDirectory, "Switchyard.Cli.dll"), ["serve", file, "--port", "0"], environment);
        return server.WaitFor("/readyz");
    }

    /// <summary>The same with other settings of the runtime.</summary>
    /// <param name="file">The serve file.</param>
    /// <param name="settings">A file like the program's runtimeconfig.json.</param>
    public static ServerProcess Serve(string file, string settings) =>
        new ServerProcess("exec", ["--runtimeconfig", settings, Path.Combine(AppContext.BaseDirectory, "Switchyard.Cli.dll"), "serve", file, "--port", "0"], []).WaitFor("/readyz");

    /// <summary>The endpoint that only parses: <see cref="EmptyEndpoint"/>.</summary>
    public static ServerProcess Empty() => new ServerProcess(Assembly.GetExecutingAssembly().Location, [EmptyEndpoint.Verb], []).WaitFor(EmptyEndpoint.Health);

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    ServerProcess WaitFor(string path)
    {
        if (!_address.Task.Wait(TimeSpan.FromSeconds(StartSeconds))) throw Broken("The server did not say where it listens.");
        using var connection = new HttpConnection(Address);
        for (var i = 0; i < 20 * StartSeconds; i++)
        {
            if (connection.Exchange(HttpConnection.Get(path)) == 200) return this;
            Thread.Sleep(50);
        }

        throw Broken("The server did not get ready.");
    }

    InvalidOperationException Broken(string what)
    {
        var log = Log;
        Dispose();
        return new InvalidOperationException($"{what}{Environment.NewLine}{log}");
    }

    void Hear(string? line)
    {
        if (line is null) return;
        lock (_log)
        {
            if (_log.Count == 50) _log.RemoveAt(0);
            _log.Add(line);
        }

        if (Listening().Match(line) is { Success: true } match)
            _address.TrySetResult(new IPEndPoint(IPAddress.Loopback, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex(@"listening on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
