using System.Globalization;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>
/// Training rows/s of the workloads beside PyTorch: whole steps with the batch in memory. Ours and the peers take turns; the median of the
/// rounds counts.
/// </summary>
sealed class TrainingTable(int threads)
{
    const int Rounds = 3;

    /// <summary>How PyTorch is told to train a workload; null where it has no peer.</summary>
    static readonly Dictionary<string, string[]?> Peers = new()
    {
        ["mmoe"] = ["--models", "mmoe"],
        ["aesm2"] = ["--models", "aesm2"],
        ["aesm2-8"] = null,
        ["aesm2-8-dense"] = null,
        ["aesm2-wide"] = ["--models", "aesm2", "--steps", "30", "--warmup", "5", "--columns", .. Enumerable.Repeat("100000", 16)],
        ["movielens"] = ["--models", "movielens", "--batch", "4096", "--columns", "6041", "3953", "2", "7", "21", "3440", "19"],
    };

    /// <summary>Whose tables are large beside a batch: there PyTorch is given sparse gradients, too.</summary>
    static readonly string[] WithSparse = ["aesm2-wide", "movielens"];

    readonly Dictionary<(string Workload, string Column), List<double>> _rates = [];
    readonly SortedSet<string> _settings = new(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Peers.Keys;

    public void Print(IReadOnlyList<string> names)
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var name in names) Round(name);
        }

        Console.WriteLine();
        foreach (var setting in _settings) Console.WriteLine($"Peer: {setting}");
        TextTable.Print(
            $"| training rows/s, {threads} threads, median of {Rounds} rounds (all rounds) | Switchyard, lazy tables | Switchyard, exact tables | PyTorch, dense Adam | PyTorch, SparseAdam for the table | lazy / dense | exact / dense | lazy / sparse |",
            names.Select(n => $"| {n} | {Text(n, "Lazy")} | {Text(n, "Exact")} | {Text(n, "dense")} | {Text(n, "sparse")} | {Ratio((n, "Lazy"), (n, "dense"))} | {Ratio((n, "Exact"), (n, "dense"))} | {Ratio((n, "Lazy"), (n, "sparse"))} |"));
        if (names.Contains("aesm2-8") && names.Contains("aesm2-8-dense"))
        {
            Console.WriteLine();
            Console.WriteLine($"AESM² n = 8, K = 1 + 1, against all experts computed: {Ratio(("aesm2-8", "Lazy"), ("aesm2-8-dense", "Lazy"))}");
        }

        Console.WriteLine();
    }

    void Round(string name)
    {
        foreach (var embeddings in Enum.GetValues<EmbeddingUpdate>()) Add(name, $"{embeddings}", TrainingSpeed.RowsPerSecond(Workload.Of(name), embeddings, threads));
        if (Peers[name] is not { } arguments) return;
        Peer(name, "dense", arguments);
        if (WithSparse.Contains(name)) Peer(name, "sparse", [.. arguments, "--sparse"]);
    }

    void Peer(string name, string column, string[] arguments)
    {
        if (Comparison.Peer.Run("torch_train.py", ["--threads", $"{threads}", .. arguments]) is not { } peer) return;
        _settings.Add(peer.Settings);
        Add(name, column, peer.Result.GetProperty("rows_per_second").EnumerateObject().Single().Value.GetDouble());
    }

    void Add(string name, string column, double rate)
    {
        if (!_rates.TryGetValue((name, column), out var list)) _rates[(name, column)] = list = [];
        list.Add(rate);
    }

    double? Median((string, string) key) => _rates.TryGetValue(key, out var rates) ? rates.Order().ElementAt(rates.Count / 2) : null;

    string Text(string name, string column) => Median((name, column)) is { } median
        ? $"{median:N0} ({string.Join(", ", _rates[(name, column)].Select(v => v.ToString("N0", CultureInfo.InvariantCulture)))})"
        : "";

    string Ratio((string, string) ours, (string, string) theirs) => $"{Median(ours) / Median(theirs):0.00}";
}
