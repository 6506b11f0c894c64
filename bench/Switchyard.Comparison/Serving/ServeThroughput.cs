using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>The highest rate at which every request is answered, and the latencies at it and below.</summary>
static class ServeThroughput
{
    const double WantedRate = 2500;
    const double WantedMs = 10;

    /// <summary>p99 beyond which a rate is not sustained: the requests pile up.</summary>
    const double MostMs = 50;

    /// <summary>Rates that are tried, of the rate without a pause.</summary>
    static readonly double[] Shares = [1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5];

    public static void Print(double seconds)
    {
        var requests = ServedTrivago.Requests(ServedTrivago.Lists());
        using var server = ServerProcess.Serve(ServedTrivago.ServeFile("throughput"));
        var free = WarmUp(server, requests);
        Console.WriteLine(Text($"Requests of {requests.Average(r => r.Length):N0} bytes; {Connections} connections that wait for nothing: {free:N0} requests/s."));

        var lines = new List<string>();
        (LoadResult Result, double Rate)? sustained = null;
        foreach (var share in Shares)
        {
            var result = Measure("highest", Math.Round(free * share / 50) * 50);
            if (!IsSustained(result)) continue;
            sustained = (result, Math.Round(free * share / 50) * 50);
            break;
        }

        var half = Measure("half of 2,500/s", WantedRate / 2);
        var halfOfHighest = sustained is { } s ? Measure("half of the highest", s.Rate / 2) : half;
        TextTable.Print("| load | requests/s offered | answered | p50 / p99 ms, 200 only | server, cores | load, cores |", lines);
        Console.WriteLine();
        Wanted.Require(sustained?.Rate >= WantedRate, Text($"{WantedRate:N0} requests/s sustained: all answered, p99 below {MostMs} ms ({sustained?.Rate ?? 0:N0})"));
        Wanted.Require(half.IsWhole && half.Latency(200).P99 < WantedMs, Text($"p99 below {WantedMs} ms at half of {WantedRate:N0} requests/s"));
        Wanted.Require(halfOfHighest.IsWhole && halfOfHighest.Latency(200).P99 < WantedMs, Text($"p99 below {WantedMs} ms at half of the highest rate"));

        LoadResult Measure(string name, double rate)
        {
            var cpu = server.CpuSeconds;
            var result = new Load(server.Address, requests, 4 * Connections, rate, seconds).Run();
            lines.Add(Text($"| {name}{(name == "highest" && !IsSustained(result) ? ", not sustained" : "")} | {rate:N0} | {result.Rate:N0}/s: {result.Statuses} | {result.Latency(200)} | {(server.CpuSeconds - cpu) / result.Seconds:0.00} | {result.Cores:0.00} |"));
            return result;
        }
    }

    static bool IsSustained(LoadResult result) => result.IsWhole && result.Latency(200).P99 < MostMs;
}
