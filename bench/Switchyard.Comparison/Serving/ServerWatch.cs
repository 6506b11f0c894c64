using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Switchyard.Comparison;

/// <summary>What a server was at a moment; counts and times are sums since it started.</summary>
/// <param name="Second">Seconds since the watch began.</param>
/// <param name="CpuSeconds">What it has computed.</param>
/// <param name="OtherSeconds">What anybody but it and this process has computed, the kernel's own work among it.</param>
/// <param name="Mebibytes">Memory that it holds.</param>
/// <param name="Threads">Threads that it has.</param>
/// <param name="Collections">Garbage collections, of all generations.</param>
/// <param name="Oldest">Those of the oldest generation.</param>
/// <param name="PauseSeconds">Time for which they stopped it.</param>
/// <param name="Compiled">Methods that were compiled.</param>
readonly record struct ServerMoment(
    double Second, double CpuSeconds, double OtherSeconds, double Mebibytes, int Threads, double Collections, double Oldest, double PauseSeconds, double Compiled);

/// <summary>Looks at a server once a second, from the system's side and at its <c>/metrics</c>, which costs it about a millisecond.</summary>
sealed class ServerWatch : IDisposable
{
    readonly ServerProcess _server;
    readonly long _start = Stopwatch.GetTimestamp();
    readonly List<ServerMoment> _moments = [];
    readonly ManualResetEventSlim _end = new();
    readonly Thread _thread;

    public ServerWatch(ServerProcess server)
    {
        _server = server;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>The moments in order.</returns>
    public IReadOnlyList<ServerMoment> End()
    {
        _end.Set();
        _thread.Join();
        return _moments;
    }

    public void Dispose()
    {
        End();
        _end.Dispose();
    }

    void Run()
    {
        using var connection = new HttpConnection(_server.Address);
        do
        {
            var metrics = connection.Exchange(HttpConnection.Get("/metrics")) == 200 ? Encoding.UTF8.GetString(connection.Body).Split('\n') : [];
            var cpu = _server.CpuSeconds;
            _moments.Add(new ServerMoment(
                Stopwatch.GetElapsedTime(_start).TotalSeconds, cpu, Machine.BusySeconds() - cpu - Environment.CpuUsage.TotalTime.TotalSeconds, _server.Mebibytes, _server.Threads, Sum("dotnet_gc_collections_total"),
                Sum("dotnet_gc_collections_total{", "gen2"), Sum("dotnet_gc_pause_time_seconds_total"), Sum("dotnet_jit_compiled_methods_total")));

            double Sum(string name, string label = "") => metrics
                .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
                .Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
        }
        while (!_end.Wait(TimeSpan.FromSeconds(1)));
    }
}
