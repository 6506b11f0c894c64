using System.Diagnostics;
using Switchyard.Serving;
using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>
/// What serving costs beyond scoring: processor time per request of the server, of an endpoint that only parses the same body, and of scoring the same
/// requests in this process, in turn. All three have the same pace, for a processor that idles in between works differently.
/// </summary>
static class ServeOverhead
{
    const double WantedMicroseconds = 80;
    const double Rate = 1250;
    const int Rounds = 3;

    public static void Print(double seconds)
    {
        var lists = ServedTrivago.Lists();
        var requests = ServedTrivago.Requests(lists);
        byte[][] empties = [.. lists.Select(l => HttpConnection.Post(EmptyEndpoint.Path, l.ToJson()))];
        using var server = ServerProcess.Serve(ServedTrivago.ServeFile("overhead"));
        using var empty = ServerProcess.Empty();
        WarmUp(server, requests);
        WarmUp(empty, empties);
        var model = ServedTrivago.Load(seed: 1);
        var scored = lists.Select(l => Filled(l, model)).ToArray();
        Score(scored, 3);

        var rounds = new List<(double Server, double Empty, double Scoring)>();
        for (var round = 0; round < Rounds; round++)
            rounds.Add((PerRequest(server, requests, seconds), PerRequest(empty, empties, seconds), Score(scored, seconds)));
        TextTable.Print(
            Text($"| round, {Rate:N0} requests/s | server, µs of processor time per request | empty endpoint | scoring alone | beyond both |"),
            rounds.Select((r, i) => Text($"| {i + 1} | {r.Server:0.0} | {r.Empty:0.0} | {r.Scoring:0.0} | {r.Server - r.Empty - r.Scoring:0.0} |")));
        Console.WriteLine();
        var overhead = rounds.Select(r => r.Server - r.Empty - r.Scoring).Order().ElementAt(Rounds / 2);
        Wanted.Require(overhead < WantedMicroseconds, Text($"less than {WantedMicroseconds} µs beyond scoring and an empty endpoint, the middle round ({overhead:0.0})"));
    }

    /// <summary>Processor time of a process per request, µs.</summary>
    public static double PerRequest(ServerProcess process, byte[][] requests, double seconds, double rate = Rate)
    {
        var before = process.CpuSeconds;
        var result = new Load(process.Address, requests, Connections, rate, seconds).Run();
        if (!result.IsWhole) throw new InvalidOperationException($"Not all were answered: {result.Statuses}.");
        return 1e6 * (process.CpuSeconds - before) / result.Answers;
    }

    /// <summary>A request as the server would have parsed it.</summary>
    public static RankRequest Filled(ServedList list, ServedModel model)
    {
        var request = new RankRequest();
        list.Fill(request, model);
        return request;
    }

    /// <summary>Encoding, the model, the formula and the order: µs of the thread's time per request, at the pace of the other two.</summary>
    static double Score(RankRequest[] requests, double seconds)
    {
        var queue = new ScoringQueue();
        var (start, spent, count) = (Stopwatch.GetTimestamp(), 0L, 0);
        for (; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; count++)
        {
            ThreadTime.SleepUntil(start + (long)(count / Rate * Stopwatch.Frequency));
            var before = ThreadTime.Ticks();
            // Done when it returns: a free place is the caller's own thread.
            var scored = queue.ScoreAsync(requests[count % requests.Length]);
            if (!scored.IsCompletedSuccessfully || scored.Result.Status != ScoreStatus.Scored) throw new InvalidOperationException("A request was not scored.");
            spent += ThreadTime.Ticks() - before;
        }

        queue.DisposeAsync().AsTask().Wait();
        return 1e6 * spent / Stopwatch.Frequency / count;
    }
}
