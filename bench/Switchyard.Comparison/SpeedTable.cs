using System.Globalization;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>Ours beside the peers in one run, as a table with the machine it was measured on.</summary>
static class SpeedTable
{
    const int Rounds = 3;

    static readonly (int M, int K, int N)[] Shapes = [(2048, 320, 1024), (2048, 256, 128), (2048, 128, 64)];

    public static void Print(int threads)
    {
        Console.WriteLine(Machine.Describe());
        Console.WriteLine();
        Training(threads);
        Gemm();
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    /// <summary>Protocol T1: 19 columns × 16, batch 2048, whole steps; ours and the peer take turns, the median of the rounds counts.</summary>
    static void Training(int threads)
    {
        var ours = new Dictionary<(string, EmbeddingUpdate), List<double>>();
        var theirs = new Dictionary<string, List<double>>();
        string? settings = null;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var name in new[] { "mmoe", "aesm2" })
            {
                foreach (var embeddings in Enum.GetValues<EmbeddingUpdate>())
                    Add(ours, (name, embeddings), TrainingSpeed.RowsPerSecond(Workload.Of(name), embeddings, threads));
                if (Peer.Run("torch_train.py", "--threads", $"{threads}", "--models", name) is not { } peer) continue;
                settings = peer.Settings;
                Add(theirs, name, peer.Result.GetProperty("rows_per_second").GetProperty(name).GetDouble());
            }
        }

        if (settings is not null) Console.WriteLine($"Peer: {settings}");
        Console.WriteLine();
        Console.WriteLine($"| training rows/s, {threads} threads, median of {Rounds} rounds (all rounds) | Switchyard, lazy tables | Switchyard, exact tables | PyTorch, dense Adam | lazy / PyTorch | exact / PyTorch |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var name in new[] { "mmoe", "aesm2" })
        {
            var (lazy, exact) = (ours[(name, EmbeddingUpdate.Lazy)], ours[(name, EmbeddingUpdate.Exact)]);
            var peer = theirs.GetValueOrDefault(name);
            Console.WriteLine($"| {name} | {Text(lazy)} | {Text(exact)} | {(peer is null ? "" : Text(peer))} | {Ratio(lazy, peer)} | {Ratio(exact, peer)} |");
        }

        Console.WriteLine();
    }

    static void Gemm()
    {
        var peer = Peer.Run("gemm_openblas.py");
        if (peer is { } p) Console.WriteLine($"Peer: {p.Settings}");
        Console.WriteLine();
        Console.WriteLine("| GEMM float32, GFLOP/s, best (median) call | threads | Switchyard | OpenBLAS | best / best | median / median |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (m, k, n) in Shapes)
        {
            for (var threads = 1; threads <= 2; threads++)
            {
                var (best, median) = GemmSpeed.GigaFlops(m, k, n, threads);
                var (peerBest, peerMedian) = (Of("gflops"), Of("gflops_median"));
                Console.WriteLine(
                    $"| {m}×{k}×{n} | {threads} | {best:0} ({median:0}) | {peerBest:0} ({peerMedian:0}) | {best / peerBest:0.00} | {median / peerMedian:0.00} |");

                double? Of(string measure) => peer?.Result.GetProperty(measure).GetProperty($"{threads}").GetProperty($"{m}x{k}x{n}").GetDouble();
            }
        }

        Console.WriteLine();
    }

    static void Add<TKey>(Dictionary<TKey, List<double>> lists, TKey key, double value)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list)) lists[key] = list = [];
        list.Add(value);
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    static string Text(List<double> values) => $"{Median(values):N0} ({string.Join(", ", values.Select(v => v.ToString("N0", CultureInfo.InvariantCulture)))})";

    static string Ratio(List<double> ours, List<double>? theirs) => theirs is null ? "" : $"{Median(ours) / Median(theirs):0.00}";
}
