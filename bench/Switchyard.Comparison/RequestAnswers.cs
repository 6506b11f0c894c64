using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>Sends the requests of a file of records to a running server and compares its answers with the records, bit for bit.</summary>
static class RequestAnswers
{
    const int Connections = 4;
    const int MostShown = 10;
    const int Attempts = 100;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="file">The records.</param>
    /// <param name="rank">Address of the model's rank endpoint.</param>
    /// <param name="most">Requests to send, at most.</param>
    /// <returns>Exit code: 1 where a score differs or is missing, or there is none at all.</returns>
    public static int Compare(string file, string rank, int most)
    {
        using var client = new HttpClient();
        long requests = 0, scores = 0, different = 0;
        Parallel.ForEachAsync(File.ReadLines(file).Take(most), new ParallelOptions { MaxDegreeOfParallelism = Connections }, async (line, cancellation) =>
        {
            using var record = JsonDocument.Parse(line);
            using var answer = JsonDocument.Parse(await AskAsync(client, rank, record.RootElement.GetProperty("request").GetRawText(), cancellation).ConfigureAwait(false));
            Interlocked.Increment(ref requests);
            var (fused, items) = (record.RootElement.GetProperty("fused"), answer.RootElement.GetProperty("items"));
            if (items.GetArrayLength() != fused.GetArrayLength())
            {
                Differs($"recorded {fused.GetArrayLength()} items, served {items.GetArrayLength()}");
                return;
            }

            foreach (var (item, answered) in items.EnumerateArray().Index())
            {
                foreach (var task in record.RootElement.GetProperty("scores").EnumerateObject()) Check(task.Value[item], answered.GetProperty("scores").GetProperty(task.Name));
                Check(fused[item], answered.GetProperty("fused"));
            }
        }).GetAwaiter().GetResult();
        Console.WriteLine($"{requests} requests, {scores} scores, {different} with other bits or missing");
        return different == 0 && scores > 0 ? 0 : 1;

        void Check(JsonElement recorded, JsonElement served)
        {
            Interlocked.Increment(ref scores);
            if (BitConverter.SingleToInt32Bits(recorded.GetSingle()) == BitConverter.SingleToInt32Bits(served.GetSingle())) return;
            Differs($"recorded {recorded.GetRawText()}, served {served.GetRawText()}");
        }

        void Differs(string what)
        {
            if (Interlocked.Increment(ref different) <= MostShown) Console.WriteLine(what);
        }
    }

    static async Task<string> AskAsync(HttpClient client, string rank, string body, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await client.PostAsync(new Uri(rank), content, cancellation).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK) return text;
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || attempt == Attempts) throw new InvalidOperationException($"{(int)response.StatusCode}: {text}");
            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }
}
