using System.Text;
using static Switchyard.Comparison.ServeBench;

namespace Switchyard.Comparison;

/// <summary>Malformed requests in great number: each is refused with 4xx, and the server is as before.</summary>
static class ServeMalformed
{
    const int Parts = 5;

    const double MostGrowth = 1.1;

    public static void Print(int count)
    {
        var malformed = MalformedRequests.Make(count);
        var valid = ServedTrivago.Requests(ServedTrivago.Lists(200));
        using var server = ServerProcess.Serve(ServedTrivago.ServeFile("malformed"));
        WarmUp(server, valid, 2);
        var accepted = new List<string>();
        var lines = new List<string>();
        var memory = new List<double>();
        var (answers, refused, failures) = (0, 0, 0);
        foreach (var part in malformed.Chunk((count + Parts - 1) / Parts))
        {
            var result = new Load(server.Address, part, Connections, 0, 0, part.Length, Check(part)).Run();
            memory.Add(server.Mebibytes);
            lines.Add(Text($"| {lines.Count + 1} | {part.Length:N0} | {result.Statuses} | {result.Rate:N0} | {memory[^1]:0} |"));
            (answers, failures) = (answers + result.Answers, failures + result.Failures);
            refused += result.All.Count(a => a.Status is >= 400 and < 500);
        }

        var after = new Load(server.Address, valid, Connections, 500, 3).Run();
        TextTable.Print("| part | malformed requests | answered | per second | memory of the server, MiB |", lines);
        Console.WriteLine(Text($"\nValid ones afterwards: {after.Statuses}, p50 / p99 {after.Latency(200)} ms."));
        foreach (var request in accepted) Console.WriteLine($"not refused: {request}");
        Wanted.Require(failures == 0 && answers == count, "every malformed request was answered");
        Wanted.Require(refused == answers, "with 4xx, all of them");
        Wanted.Require(!server.HasExited && after.IsWhole, "the server goes on");
        Wanted.Require(memory[^1] <= MostGrowth * memory.Take(memory.Count - 1).Max(), "its memory does not grow");

        ResponseCheck Check(byte[][] part) => (request, status, _) =>
        {
            if (status is >= 400 and < 500) return;
            lock (accepted)
            {
                if (accepted.Count < 10) accepted.Add($"{status}: {Encoding.Latin1.GetString(part[request].AsSpan(0, Math.Min(600, part[request].Length)))}");
            }
        };
    }
}
