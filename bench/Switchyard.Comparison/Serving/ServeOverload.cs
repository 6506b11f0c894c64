using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>Twice of what the server can do is asked of it.</summary>
static class ServeOverload
{
    const double WantedMs = 50;

    /// <summary>
    /// More than the server has under way at once (twice 7,000 requests/s, those accepted for 30 ms): with fewer, all of them would wait for answers, the
    /// load could not ask what is due, and the server would not see that it is asked too much.
    /// </summary>
    const int ManyConnections = 1024;

    /// <summary>Memory may end so much higher than it was after the first third: pages that the allocator has not given back.</summary>
    const double MostGrowth = 1.1;

    public static void Print(double seconds)
    {
        var requests = ServedTrivago.Requests(ServedTrivago.Lists());
        using var server = ServerProcess.Serve(ServedTrivago.ServeFile("overload"));
        var capacity = WarmUp(server, requests);
        var before = Measure(capacity / 2, 5, Connections);
        List<double> memory = [];
        LoadResult over;
        using (new Timer(_ => Note(memory, server), null, 0, 1000)) over = Measure(2 * capacity, seconds, ManyConnections);
        var after = Measure(capacity / 2, 5, Connections);

        TextTable.Print(
            "| load | requests/s offered | answered | 200: p50 / p99 ms | 503: p50 / p99 ms | of it sent late: p50 / p99 ms | load, cores |",
            [Line("half, before", capacity / 2, before), Line("twice", 2 * capacity, over), Line("half, after", capacity / 2, after)]);
        double[] held;
        lock (memory) held = [.. memory];
        var (early, late) = (held[(held.Length / 3)..(2 * held.Length / 3)].DefaultIfEmpty(held[0]).Max(), held[(2 * held.Length / 3)..].Max());
        Console.WriteLine(Text($"\nMemory of the server, MiB: {held[0]:0} at the start, {early:0} at most in the second third, {late:0} in the last."));
        Wanted.Require(over.Failures == 0 && over.Of(200) + over.Of(503) == over.Answers, "every request got 200 or 503");
        Wanted.Require(over.Of(200) >= 0.5 * capacity * over.Seconds, Text($"at least half of the capacity was answered with 200 ({over.Of(200) / over.Seconds:N0}/s of {capacity:N0}/s; the refusals and the load take the rest)"));
        Wanted.Require(over.Latency(200).P99 < WantedMs, Text($"accepted requests: p99 below {WantedMs} ms"));
        Wanted.Require(over.Latency(503).P99 < WantedMs, Text($"refused ones are told at once: p99 below {WantedMs} ms"));
        Wanted.Require(late <= MostGrowth * early, "memory stays flat");
        Wanted.Require(after.IsWhole && after.Latency(200).P99 < Math.Max(10, 2 * before.Latency(200).P99), "afterwards as before, at once: all answered, p99 below 10 ms or twice that of before");

        LoadResult Measure(double rate, double length, int connections) => new Load(server.Address, requests, connections, rate, length).Run();
    }

    static string Line(string name, double rate, LoadResult result) =>
        Text($"| {name} | {rate:N0} | {result.Rate:N0}/s: {result.Statuses} | {result.Latency(200)} | {(result.Of(503) > 0 ? result.Latency(503) : "–")} | {result.Lag} | {result.Cores:0.00} |");

    static void Note(List<double> memory, ServerProcess server)
    {
        lock (memory) memory.Add(server.Mebibytes);
    }
}
