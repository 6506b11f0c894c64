using System.Globalization;

namespace Switchyard.Comparison;

/// <summary>Training and GEMM beside the peers in one run, as tables with the machine they were measured on.</summary>
static class SpeedTable
{
    static readonly (int M, int K, int N)[] Shapes =
    [
        (2048, 304, 768), (2048, 320, 1024), (2048, 256, 128), (2048, 128, 64), (2048, 64, 64), (2048, 64, 1024), (2048, 1024, 64), (2048, 512, 512), (2048, 1024, 1024),
    ];

    /// <param name="threads">Threads of a step.</param>
    /// <param name="rounds">Rounds of the workloads.</param>
    /// <param name="names">Workloads to train; none for all, and GEMM.</param>
    public static void Print(int threads, int rounds, IReadOnlyList<string> names)
    {
        Console.WriteLine(Machine.Describe());
        new TrainingTable(threads, rounds).Print(names.Count > 0 ? names : [.. TrainingTable.Names]);
        if (names.Count == 0) Gemm(Shapes);
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    /// <summary>GEMM alone.</summary>
    /// <param name="shapes">Shapes as MxKxN; none for all.</param>
    public static void PrintGemm(IReadOnlyCollection<string> shapes)
    {
        Console.WriteLine(Machine.Describe());
        Gemm(shapes.Count == 0 ? Shapes : [.. shapes.Select(Parse)]);
        Console.WriteLine($"load {Machine.Load()} at the end");
    }

    static (int M, int K, int N) Parse(string shape)
    {
        var numbers = shape.Split('x').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return (numbers[0], numbers[1], numbers[2]);
    }

    static void Gemm(IReadOnlyCollection<(int M, int K, int N)> shapes)
    {
        var peer = Peer.Run("gemm_openblas.py", [.. shapes.Select(s => $"{s.M}x{s.K}x{s.N}")]);
        if (peer is { } p) Console.WriteLine($"Peer: {p.Settings}");
        Console.WriteLine();
        Console.WriteLine("| GEMM float32, GFLOP/s, best (median) call | threads | Switchyard | OpenBLAS | best / best | median / median |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (m, k, n) in shapes)
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
}
