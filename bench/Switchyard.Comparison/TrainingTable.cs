using System.Globalization;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>
/// Training rows/s of the workloads beside PyTorch: the same number of rows in memory, shuffled, the assembly of a
/// batch inside the clock; ours counts the shuffle, too. Ours and the peers take turns; the median of the rounds counts. Of a peer's forms the
/// first round finds the fastest, which the others measure.
/// </summary>
sealed class TrainingTable(int threads, int rounds)
{
    /// <summary>How PyTorch is told to train a workload; null where it has no peer.</summary>
    static readonly Dictionary<string, string[]?> Peers = new()
    {
        ["mmoe"] = ["--models", "mmoe", .. Steps(60)],
        ["aesm2"] = ["--models", "aesm2", .. Steps(60)],
        ["aesm2-8"] = null,
        ["aesm2-8-dense"] = null,
        ["aesm2-wide"] = ["--models", "aesm2", .. Steps(10), "--columns", .. Enumerable.Repeat("100000", 16)],
        ["movielens"] = ["--models", "movielens", .. Steps(60), "--batch", "4096", "--columns", "6041", "3953", "2", "7", "21", "3440", "19"],
    };

    /// <summary>Whose tables are large beside a batch: there PyTorch is given sparse gradients, too.</summary>
    static readonly string[] WithSparse = ["aesm2-wide", "movielens"];

    readonly Dictionary<(string Workload, string Column), List<double>> _rates = [];
    readonly Dictionary<(string Workload, string Column), string> _forms = [];
    readonly SortedSet<string> _settings = new(StringComparer.Ordinal);

    public static IEnumerable<string> Names => Peers.Keys;

    public void Print(IReadOnlyList<string> names)
    {
        for (var round = 0; round < rounds; round++)
        {
            foreach (var name in names)
            {
                Console.Error.WriteLine($"round {round + 1} of {rounds}: {name}");
                Round(name);
            }
        }

        Console.WriteLine();
        foreach (var setting in _settings) Console.WriteLine($"Peer: {setting}");
        TextTable.Print(
            $"| training rows/s, {threads} threads, {TrainingLog.Rows:N0} shuffled rows in memory, batch assembly inside the clock (ours with the shuffle), median of {rounds} rounds (all rounds); ratios of the medians (lowest and highest of a round) | Switchyard, lazy tables | Switchyard, exact tables | PyTorch, dense Adam | PyTorch, SparseAdam for the table | lazy / dense | exact / dense | lazy / sparse |",
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
        if (Comparison.Peer.Run("torch_train.py", ["--threads", $"{threads}", .. arguments, .. _forms.TryGetValue((name, column), out var known) ? ["--forms", known] : Array.Empty<string>()]) is not { } peer) return;
        _settings.Add(peer.Settings);
        var (form, rate) = peer.Result.GetProperty("forms").EnumerateObject().Single().Value.EnumerateObject()
            .Select(f => (f.Name, f.Value.GetDouble()))
            .MaxBy(f => f.Item2);
        _forms[(name, column)] = form;
        Add(name, column, rate);
    }

    /// <summary>Steps that the peer measures, after a sixth as many; few where dense Adam takes long.</summary>
    static string[] Steps(int steps) => ["--steps", $"{steps}", "--warmup", $"{Math.Max(steps / 6, 3)}"];

    void Add(string name, string column, double rate)
    {
        if (!_rates.TryGetValue((name, column), out var list)) _rates[(name, column)] = list = [];
        list.Add(rate);
    }

    List<double> Rates((string, string) key) => _rates.TryGetValue(key, out var rates) ? rates : [];

    string Text(string name, string column) => Rates((name, column)) is { Count: > 0 } rates
        ? $"{Rounds.Median(rates):N0} ({string.Join(", ", rates.Select(v => v.ToString("N0", CultureInfo.InvariantCulture)))})"
        : "";

    string Ratio((string, string) ours, (string, string) theirs) => Rounds.Ratio(Rates(ours), Rates(theirs));
}
