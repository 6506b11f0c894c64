using System.Globalization;
using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>p50 and p99 of a scoring call beside ONNX Runtime on the same weights, in one run, in turn.</summary>
static class ScoringTable
{
    const int Rounds = 5;

    static readonly int[] Sizes = [1, 200, 2048];
    static readonly int[] Threads = [1, 2];

    /// <summary>Prints the table.</summary>
    /// <param name="folder">Where the models are written for the peer.</param>
    public static void Print(string folder)
    {
        Console.WriteLine(Machine.Describe());
        ScoringCase[] cases = [new("mmoe"), new("aesm2-8"), new("aesm2")];
        var settings = new SortedSet<string>(StringComparer.Ordinal);
        TextTable.Print(
            $"| model | threads | rows | Switchyard p50 / p99 ms | ONNX Runtime p50 / p99 ms | p50: ONNX / ours | p99: ONNX / ours | largest difference | ONNX Runtime's best form and settings | p50 of all {Rounds} rounds |",
            cases.SelectMany(scoring => Lines(scoring, folder, settings)));
        Console.WriteLine();
        foreach (var setting in settings) Console.WriteLine($"Peer: {setting}");
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    static IEnumerable<string> Lines(ScoringCase scoring, string folder, SortedSet<string> settings)
    {
        var place = scoring.Write(folder);
        var export = Peer.Run("onnx_export.py", place);
        if (export is { } torch)
            settings.Add($"{torch.Settings}; largest difference of a score of {scoring.Name} to PyTorch's, over {ScoringCase.Rows:N0} rows: {torch.Result.GetProperty("difference").GetDouble():0.0e+00}");
        return Threads.SelectMany(threads => Lines(scoring, export is null ? null : place, threads, settings));
    }

    static IEnumerable<string> Lines(ScoringCase scoring, string? place, int threads, SortedSet<string> settings)
    {
        var ours = Sizes.ToDictionary(s => s, _ => new List<Percentiles>());
        var theirs = Sizes.ToDictionary(s => s, _ => new List<Percentiles>());
        var best = new Dictionary<int, JsonElement>();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var size in Sizes)
            {
                Console.Error.WriteLine($"{scoring.Name}, {threads} threads, round {round + 1} of {Rounds}: {size} rows");
                ours[size].Add(ScoringClock.Measure(scoring.Ranker, scoring.Batches(size), threads));
                if (place is null || Score(place, threads, size, best.TryGetValue(size, out var known) ? known.GetProperty("name").GetString()! : "all") is not { } peer) continue;
                settings.Add(peer.Settings);
                best[size] = peer.Result;
                theirs[size].Add(new(peer.Result.GetProperty("p50").GetDouble(), peer.Result.GetProperty("p99").GetDouble()));
            }
        }

        foreach (var size in Sizes)
        {
            var our = Percentiles.OfRounds(ours[size]);
            var (text, ratios) = ("", "| | | |");
            if (theirs[size].Count > 0)
            {
                var peer = Percentiles.OfRounds(theirs[size]);
                text = $"{peer}";
                ratios = $"| {peer.Median / our.Median:0.00} | {peer.P99 / our.P99:0.00} | {best[size].GetProperty("difference").GetDouble():0.0e+00} | {best[size].GetProperty("name").GetString()} |";
            }

            yield return $"| {scoring.Name} | {threads} | {size} | {our} | {text} {ratios} {string.Join(", ", ours[size].Select(p => $"{p.Median:0.000}"))}; {string.Join(", ", theirs[size].Select(p => $"{p.Median:0.000}"))} |";
        }
    }

    /// <summary>The peer's time of one batch size: of all its forms and settings the fastest, or the one named.</summary>
    static (string Settings, JsonElement Result)? Score(string place, int threads, int size, string form) => Peer.Run(
        "onnx_score.js",
        place,
        Text(threads),
        Text(size),
        Text(ScoringClock.WarmupSeconds),
        Text(ScoringClock.Seconds),
        form);

    static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
