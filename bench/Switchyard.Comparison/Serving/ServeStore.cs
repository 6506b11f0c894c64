using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Testing;
using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>
/// Requests of ids alone, whose fields are in PostgreSQL, which is killed under load and started again: what is cached goes on being
/// answered, all else is refused at once, and both end without a restart of the server.
/// </summary>
static class ServeStore
{
    const int Known = 100;
    const int Lists = 400;
    const double Rate = 200;
    const double WantedMs = 50;
    const double RecoverySeconds = 3;

    const string Features =
        """
        features:
          connection: SWITCHYARD_TEST_DB
          entities: [{name: item}]
          cache: {max_age: 1, stale_if_error: 600}
          retry_ms: 500
        """;

    public static void Print(double seconds)
    {
        if (PostgresServer.Missing is { } missing) throw new InputException($"serve store: {missing}");
        using var database = new PostgresServer();
        var lists = ServedTrivago.Lists(Lists);
        Fill(database, lists);
        byte[][] requests = [.. lists.Select((list, l) => HttpConnection.Post(ServedTrivago.Path, list.ToJson(i => Id(l, i), withFields: false)))];
        var (known, others) = (requests[..Known], requests[Known..]);
        using var server = ServerProcess.Serve(ServedTrivago.ServeFile("store", Features), (PostgresServer.Variable, Environment.GetEnvironmentVariable(PostgresServer.Variable)!));
        var bodies = new byte[Known][];
        new Load(server.Address, known, 1, 0, 0, Known, (request, _, body) => bodies[request] = body.ToArray()).Run();
        WarmUp(server, known, 2);

        var different = 0;
        LoadResult? cached = null;
        var asking = new Thread(() => cached = new Load(server.Address, known, Connections, Rate, (3 * seconds) + RecoverySeconds, Check: Compare).Run());
        asking.Start();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        database.Kill();
        var down = new Load(server.Address, others, Connections, Rate, seconds).Run();
        database.Start();
        var (started, lastRefused) = (Stopwatch.GetTimestamp(), 0L);
        var up = new Load(server.Address, others, Connections, Rate, seconds, Check: Note).Run();
        asking.Join();
        var recovery = lastRefused == 0 ? 0 : Stopwatch.GetElapsedTime(started, lastRefused).TotalSeconds;

        TextTable.Print(
            "| requests | store | answered | 200: p50 / p99 ms | 503: p50 / p99 ms |",
            [Line("cached, all the time", "up, killed, started", cached!), Line("not cached", "killed", down), Line("not cached", "started again", up)]);
        Console.WriteLine(Text($"\nThe last refusal came {recovery:0.0} s after the store was there again."));
        Wanted.Require(cached!.IsWhole && different == 0, "what is cached goes on being answered, with the same bytes");
        Wanted.Require(down.Failures == 0 && down.Of(503) == down.Answers && down.Latency(503).P99 < WantedMs, Text($"what is not gets 503, p99 below {WantedMs} ms"));
        Wanted.Require(up.Failures == 0 && up.Of(200) + up.Of(503) == up.Answers && recovery < RecoverySeconds, Text($"everything is answered again within {RecoverySeconds} s, without a restart"));

        void Compare(int request, int status, ReadOnlySpan<byte> body)
        {
            if (status != 200 || !body.SequenceEqual(bodies[request])) Interlocked.Increment(ref different);
        }

        void Note(int request, int status, ReadOnlySpan<byte> body)
        {
            if (status == 503) Volatile.Write(ref lastRefused, Stopwatch.GetTimestamp());
        }
    }

    static void Fill(PostgresServer database, ServedList[] lists)
    {
        database.Execute($"create table item (item_id text primary key, {string.Join(", ", ServedTrivago.Own.Select(c => $"{c} text"))})");
        database.CopyIn(
            "copy item from stdin (format csv)",
            lists.SelectMany((list, l) => list.Items.Select((values, i) => $"{Id(l, i)},{string.Join(',', values.Select(v => $"\"{v}\""))}\n")));
    }

    static string Id(int list, int item) => $"{list}-{item}";

    static string Line(string requests, string store, LoadResult result) =>
        Text($"| {requests} | {store} | {result.Statuses} | {Latency(result, 200)} | {Latency(result, 503)} |");

    static string Latency(LoadResult result, int status) => result.Of(status) > 0 ? $"{result.Latency(status)}" : "–";
}
