using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>More than the server can do is asked of it.</summary>
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

    /// <param name="seconds">How long.</param>
    /// <param name="times">How many times what it can do is asked.</param>
    public static void Print(double seconds, double times)
    {
        var requests = ServedTrivago.Requests(ServedTrivago.Lists());
        using var server = ServerProcess.Serve(ServedTrivago.ServeFile("overload"));
        var capacity = WarmUp(server, requests);
        var before = Measure(capacity / 2, 5, Connections);
        using var watch = new ServerWatch(server);
        var over = Measure(times * capacity, seconds, ManyConnections);
        var moments = watch.End();
        var after = Measure(capacity / 2, 5, Connections);

        TextTable.Print(
            "| load | requests/s offered | answered | 200: p50 / p99 ms | 503: p50 / p99 ms | of it sent late: p50 / p99 ms | load, cores |",
            [Line("half, before", capacity / 2, before), Line(Text($"{times} times"), times * capacity, over), Line("half, after", capacity / 2, after)]);
        Console.WriteLine(Text($"\n{times} times, second by second:"));
        TextTable.Print(
            "| second | 200 | p50 / p99 ms | longest | 503 | p50 / p99 ms | longest | sent late: longest | server, others, cores | collections (oldest) | pauses, ms | compiled | threads | MiB |",
            [.. moments.Zip(moments.Skip(1)).Select(m => Line(m.First, m.Second, over))]);
        double[] held = [.. moments.Select(m => m.Mebibytes)];
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

    static string Line(ServerMoment from, ServerMoment to, LoadResult result)
    {
        var all = result.All.Where(a => a.Second >= from.Second && a.Second < to.Second).ToArray();
        return Text($"| {to.Second:0} | {Of(200)} | {Of(503)} | {all.Select(a => a.Late).DefaultIfEmpty().Max():0.0} | {(to.CpuSeconds - from.CpuSeconds) / (to.Second - from.Second):0.00}, {(to.OtherSeconds - from.OtherSeconds) / (to.Second - from.Second):0.00} | {to.Collections - from.Collections} ({to.Oldest - from.Oldest}) | {1000 * (to.PauseSeconds - from.PauseSeconds):0.0} | {to.Compiled - from.Compiled} | {to.Threads} | {to.Mebibytes:0} |");

        string Of(int status) => all.Where(a => a.Status == status).ToArray() is { Length: > 0 } some
            ? Text($"{some.Length:N0} | {LoadResult.Latency(some)} | {some.Max(a => a.Milliseconds):0.0}")
            : "0 | – | –";
    }
}
