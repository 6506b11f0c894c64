using System.Collections.Concurrent;
using System.Text.Json;
using Switchyard.Serving;
using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>A new version every second under load, of two models in turn: every response must have the bits of the version that it names.</summary>
static class ServeSwap
{
    const double Rate = 800;

    /// <summary>Versions that a folder keeps.</summary>
    const int Kept = 3;

    public static void Print(double seconds)
    {
        var lists = ServedTrivago.Lists(200);
        var requests = ServedTrivago.Requests(lists);
        // By seed − 1: what each of the two must answer.
        float[][][] expected = [.. Enumerable.Range(1, 2).Select(seed => Scores(lists, seed))];
        if (lists.Index().Any(l => expected[0][l.Index].AsSpan().SequenceEqual(expected[1][l.Index]))) throw new InvalidOperationException("The two models agree on a request; they cannot be told apart.");
        var file = ServedTrivago.ServeFile("swap");
        var models = Path.Combine(ServedTrivago.Folder, "swap");
        using var server = ServerProcess.Serve(file);
        WarmUp(server, requests, 3);

        var answers = new ConcurrentDictionary<int, int>();
        var (mixed, published) = (0, 1);
        using var ended = new CancellationTokenSource();
        var publisher = new Thread(() => Publish(models, ref published, ended.Token));
        publisher.Start();
        var result = new Load(server.Address, requests, Connections, Rate, seconds, Check: Check).Run();
        ended.Cancel();
        publisher.Join();

        TextTable.Print(
            "| requests/s offered | answered | p50 / p99 ms | versions published | versions that answered | responses of mixed versions |",
            [Text($"| {Rate:N0} | {result.Rate:N0}/s: {result.Statuses} | {result.Latency(200)} | {published} | {answers.Count} | {mixed} |")]);
        Console.WriteLine(Text($"\nMemory of the server at the end, MiB: {server.Mebibytes:0}."));
        Wanted.Require(result.IsWhole, "no failed response");
        Wanted.Require(mixed == 0, "every score has the bits of the version that its response names");
        Wanted.Require(answers.Count >= 0.8 * published, "at least four of five versions answered while they were the newest");

        void Check(int request, int status, ReadOnlySpan<byte> body)
        {
            if (status != 200) return;
            var (version, scores) = Read(body);
            answers.AddOrUpdate(version, 1, static (_, n) => n + 1);
            if (!scores.AsSpan().SequenceEqual(expected[(version + 1) % 2][request])) Interlocked.Increment(ref mixed);
        }
    }

    /// <summary>Odd versions are the model of seed 1, even ones of seed 2.</summary>
    static void Publish(string models, ref int version, CancellationToken ended)
    {
        while (!ended.WaitHandle.WaitOne(1000))
        {
            var next = version + 1;
            ServedTrivago.Publish(models, $"{next}", seed: 2 - (next % 2));
            version = next;
            var old = Path.Combine(models, ServedTrivago.Name, $"{next - Kept}");
            if (Directory.Exists(old)) Directory.Delete(old, recursive: true);
        }
    }

    // In the order in which a response has them: by item its tasks, then the fused score.
    static float[][] Scores(ServedList[] lists, int seed)
    {
        var model = ServedTrivago.Load(seed);
        var queue = new ScoringQueue();
        var request = new RankRequest();
        return [.. lists.Select(list =>
        {
            list.Fill(request, model);
            if (queue.ScoreAsync(request).AsTask().Result.Status != ScoreStatus.Scored) throw new InvalidOperationException("A request was not scored.");
            return Enumerable.Range(0, request.Items).SelectMany(i => Enumerable.Range(0, model.Tasks.Length).Select(t => request.Score(t, i)).Append(request.Fused[i])).ToArray();
        })];
    }

    static (int Version, float[] Scores) Read(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        var (version, scores) = (0, new List<float>());
        var isVersion = false;
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName)
            {
                // The order of indices follows, whose numbers are no scores.
                if (json.ValueTextEquals("order_by")) break;
                isVersion = json.ValueTextEquals("version");
            }
            else if (json.TokenType == JsonTokenType.Number)
            {
                scores.Add(json.GetSingle());
            }
            else if (isVersion && json.TokenType == JsonTokenType.String)
            {
                version = int.Parse(json.GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return (version, [.. scores]);
    }
}
