using System.Diagnostics;
using System.Text.Json.Nodes;
using Switchyard.Serving;
using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>
/// What a server's watching of itself costs: processor time per request of servers that differ in it alone, in turn at the same pace. Rounds are short and
/// differences are taken within a round, for the machine's clock changes by more than what is looked for.
/// </summary>
static class ServeMonitoring
{
    const double Rate = 1250;
    const int Rounds = 10;
    const int Readings = 200;

    /// <summary>A pause of the machine must not make a server refuse, for a refusal costs less.</summary>
    const string Patient = "queue: {max_wait_ms: 1000}\n";

    public static void Print(double seconds)
    {
        var requests = ServedTrivago.Requests(ServedTrivago.Lists());
        var file = ServedTrivago.ServeFile("monitoring-none", $"{Patient}drift: {{sample: 0}}");
        using var receiver = ServerProcess.Empty();
        var records = Path.Combine(ServedTrivago.Folder, "monitoring-records");
        if (Directory.Exists(records)) Directory.Delete(records, recursive: true);
        // The receiver takes nothing of it: made, batched and sent it is all the same.
        (string, string)[] traced = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"http://{receiver.Address}/v1/traces"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"), ("OTEL_METRICS_EXPORTER", "none")];
        (string Name, ServerProcess Server)[] servers =
        [
            ("nothing", ServerProcess.Serve(file, WithoutMeters())),
            ("metrics", ServerProcess.Serve(file)),
            ("metrics and drift, as by default", ServerProcess.Serve(ServedTrivago.ServeFile("monitoring", Patient))),
            ("metrics, and a record of every request", ServerProcess.Serve(ServedTrivago.ServeFile("monitoring-record", $"{Patient}drift: {{sample: 0}}\nrecord: {{path: {records}, megabytes: 64, files: 2}}"))),
            ("metrics, and a trace of every request", ServerProcess.Serve(file, traced)),
        ];
        try
        {
            foreach (var (_, server) in servers) WarmUp(server, requests, 2);
            var spent = servers.Select(_ => new double[Rounds]).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                // Another one begins each time.
                for (var i = 0; i < servers.Length; i++)
                {
                    var at = (i + round) % servers.Length;
                    spent[at][round] = ServeOverhead.PerRequest(servers[at].Server, requests, seconds, Rate);
                }
            }

            TextTable.Print(
                Text($"| server with, {Rate:N0} requests/s | µs of processor time per request, mean of {Rounds} rounds | beyond metrics alone, µs ± standard error |"),
                servers.Select((s, i) => Text($"| {s.Name} | {spent[i].Average():0} | {(i == 1 ? "" : Difference(spent[i], spent[1]))} |")));
            var watched = servers[2].Server;
            var before = watched.CpuSeconds;
            using (var connection = new HttpConnection(watched.Address))
            {
                for (var i = 0; i < Readings; i++) connection.Exchange(HttpConnection.Get("/metrics"));
            }

            Console.WriteLine(Text($"\nA reading of /metrics: {1e3 * (watched.CpuSeconds - before) / Readings:0.00} ms of processor time, on average of {Readings} one after the other (drift is compared anew once a second)."));
            Console.WriteLine(Text($"The drift watch alone, on the thread that has answered: {Drift(4 * seconds):0.0} µs a request, one row of {new DriftOptions().Sample} counted."));
        }
        finally
        {
            foreach (var (_, server) in servers) server.Dispose();
        }
    }

    static string Difference(double[] some, double[] others)
    {
        double[] differences = [.. some.Zip(others, (s, o) => s - o)];
        var mean = differences.Average();
        var error = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (Rounds - 1) / Rounds);
        return Text($"{mean:0} ± {error:0}");
    }

    /// <summary>What the drift watch does on the thread that has answered, µs of its time per request; the difference of two servers says it less well.</summary>
    static double Drift(double seconds)
    {
        var model = ServedTrivago.Load(seed: 1);
        var watch = new DriftWatch(model, new DriftOptions());
        var queue = new ScoringQueue();
        RankRequest[] requests = [.. ServedTrivago.Lists().Select(l => ServeOverhead.Filled(l, model))];
        var (start, spent, count) = (Stopwatch.GetTimestamp(), 0L, 0);
        for (; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; count++)
        {
            ThreadTime.SleepUntil(start + (long)(count / Rate * Stopwatch.Frequency));
            var request = requests[count % requests.Length];
            queue.ScoreAsync(request).AsTask().Wait();
            var before = ThreadTime.Ticks();
            watch.Observe(request);
            spent += ThreadTime.Ticks() - before;
        }

        queue.DisposeAsync().AsTask().Wait();
        return 1e6 * spent / Stopwatch.Frequency / count;
    }

    /// <summary>The program's settings of the runtime, with meters switched off: nothing is measured then.</summary>
    static string WithoutMeters()
    {
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Switchyard.Cli.runtimeconfig.json")))!;
        var options = settings["runtimeOptions"]!.AsObject();
        if (options["configProperties"] is not JsonObject properties) options["configProperties"] = properties = [];
        properties["System.Diagnostics.Metrics.Meter.IsSupported"] = false;
        var file = Path.Combine(ServedTrivago.Folder, "without-meters.runtimeconfig.json");
        File.WriteAllText(file, settings.ToJsonString());
        return file;
    }
}
