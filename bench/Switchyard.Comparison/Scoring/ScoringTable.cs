using System.Globalization;
using System.Text.Json;

namespace Switchyard.Comparison;

/// <summary>p50 and p99 of a scoring call beside ONNX Runtime on the same weights, in one run, in turn.</summary>
static class ScoringTable
{
    /// <summary>Workloads whose model is scored.</summary>
    public static readonly string[] Models = ["mmoe", "aesm2-8", "aesm2"];

    static readonly int[] Sizes = [1, 200, 2048];
    static readonly int[] Threads = [1, 2];

    /// <summary>Prints the table.</summary>
    /// <param name="folder">Where the models are written for the peer.</param>
    /// <param name="rounds">Rounds of every line.</param>
    /// <param name="names">Models to score; none for all.</param>
    public static void Print(string folder, int rounds, IReadOnlyCollection<string> names)
    {
        Console.WriteLine(Machine.Describe());
        var cases = (names.Count > 0 ? names : Models).Select(name => new ScoringCase(name)).ToArray();
        var settings = new SortedSet<string>(StringComparer.Ordinal);
        TextTable.Print(
            $"| model | threads | rows | Switchyard p50 / p99 ms | ONNX Runtime p50 / p99 ms | p50: ONNX / ours (lowest and highest of a round) | p99: ONNX / ours (the same) | largest difference | ONNX Runtime's best form and settings | p50 of all {rounds} rounds | p99 of all rounds |",
            cases.SelectMany(scoring => Lines(scoring, folder, rounds, settings)));
        Console.WriteLine();
        foreach (var setting in settings) Console.WriteLine($"Peer: {setting}");
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    static IEnumerable<string> Lines(ScoringCase scoring, string folder, int rounds, SortedSet<string> settings)
    {
        var place = scoring.Write(folder);
        var export = Peer.Run("onnx_export.py", place);
        if (export is { } torch)
            settings.Add($"{torch.Settings}; largest difference of a score of {scoring.Name} to PyTorch's, over {ScoringCase.Rows:N0} rows: {torch.Result.GetProperty("difference").GetDouble():0.0e+00}");
        return Threads.SelectMany(threads => Lines(scoring, export is null ? null : place, threads, rounds, settings));
    }

    static IEnumerable<string> Lines(ScoringCase scoring, string? place, int threads, int rounds, SortedSet<string> settings)
    {
        var ours = Sizes.ToDictionary(s => s, _ => new List<Percentiles>());
        var theirs = Sizes.ToDictionary(s => s, _ => new List<Percentiles>());
        var best = new Dictionary<int, JsonElement>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var size in Sizes)
            {
                Console.Error.WriteLine($"{scoring.Name}, {threads} threads, round {round + 1} of {rounds}: {size} rows");
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
                ratios = $"| {Ratio(size, p => p.Median)} | {Ratio(size, p => p.P99)} | {best[size].GetProperty("difference").GetDouble():0.0e+00} | {best[size].GetProperty("name").GetString()} |";
            }

            yield return $"| {scoring.Name} | {threads} | {size} | {our} | {text} {ratios} {All(size, p => p.Median)} | {All(size, p => p.P99)} |";
        }

        string Ratio(int size, Func<Percentiles, double> of) => Rounds.Ratio([.. theirs[size].Select(of)], [.. ours[size].Select(of)]);

        string All(int size, Func<Percentiles, double> of) => $"{Each(ours[size].Select(of))}; {Each(theirs[size].Select(of))}";

        static string Each(IEnumerable<double> milliseconds) => string.Join(", ", milliseconds.Select(m => $"{m:0.000}"));
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
