using System.Globalization;
using Switchyard.Evaluation;

namespace Switchyard.Comparison;

/// <summary>Mean and standard deviation over seeds.</summary>
readonly record struct Spread(double Mean, double Deviation)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return new Spread(mean, values.Count < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:0.0000} ± {Deviation:0.0000}");
}

/// <summary>
/// The trivago protocols T1n and T2n, our models against the same in PyTorch (independent code, dense Adam, three seeds; the
/// numbers are those of the reference document that came with the data).
/// </summary>
static class Parity
{
    static readonly (string Protocol, string Model, (string Metric, Spread PyTorch)[] Reference)[] Runs =
    [
        ("t1n", "aesm2", [("level1", new(0.7641, 0.0034)), ("leaf", new(0.7577, 0.0021)), ("clickout", new(0.8441, 0.0022)), ("interact_after", new(0.6815, 0.0049))]),
        ("t1n", "mmoe", [("level1", new(0.7715, 0.0022)), ("leaf", new(0.7609, 0.0017)), ("clickout", new(0.8476, 0.0016)), ("interact_after", new(0.6960, 0.0034))]),
        ("t2n", "aesm2", [("level1", new(0.7812, 0.0023)), ("leaf", new(0.7681, 0.0026)), ("engage", new(0.7701, 0.0003)), ("clickout", new(0.7822, 0.0014))]),
        ("t2n", "mmoe", [("level1", new(0.7893, 0.0008)), ("leaf", new(0.7727, 0.0014)), ("engage", new(0.7819, 0.0009)), ("clickout", new(0.7932, 0.0010))]),
    ];

    /// <summary>Trains every protocol × model × seed and prints every number, then the comparison.</summary>
    /// <param name="samples">Folder of the trivago configurations.</param>
    /// <param name="seeds">Seeds 1 to this number.</param>
    /// <param name="overrides">Further overrides of the configuration, for experiments.</param>
    /// <param name="only">Restricts to one protocol-model, such as t1n-mmoe; null for all.</param>
    public static void Run(string samples, int seeds, IReadOnlyList<string> overrides, string? only)
    {
        var summary = new List<string>();
        Console.WriteLine("| protocol | model | seed | validation mean AUC | best epoch | mean AUC (region, task) | mean AUC leaf | AUC per task | training rows/s |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (protocol, model, reference) in Runs)
        {
            if (only is not null && only != $"{protocol}-{model}") continue;
            var reports = Enumerable.Range(1, seeds).Select(seed => Train(samples, protocol, model, seed, overrides)).ToList();
            foreach (var (metric, pyTorch) in reference)
            {
                var ours = Spread.Of([.. reports.Select(r => Value(r, metric))]);
                var allowed = Math.Max(2 * Math.Sqrt((ours.Deviation * ours.Deviation + pyTorch.Deviation * pyTorch.Deviation) / 3), 0.003);
                var difference = ours.Mean - pyTorch.Mean;
                summary.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {protocol} | {model} | {Name(metric)} | {ours} | {pyTorch} | {Math.Round(difference, 4) + 0.0:+0.0000;-0.0000;0.0000} | {allowed:0.0000} | {(difference >= -allowed ? "yes" : "**no**")} |"));
            }
        }

        Console.WriteLine();
        Console.WriteLine($"| protocol | model | test metric | Switchyard, {seeds} seeds | PyTorch, 3 seeds | difference | allowed below | reached |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var line in summary) Console.WriteLine(line);
    }

    static EvaluationReport Train(string samples, string protocol, string model, int seed, IReadOnlyList<string> overrides)
    {
        var file = Path.Combine(samples, protocol + ".yaml");
        List<string> changes = [$"training.seed={seed}", $"output=runs/parity-{protocol}-{model}-{seed}", .. overrides];
        if (model != "aesm2") changes.Insert(0, $"model={model}");
        var run = Switchyard.Run.Train(RunConfiguration.Load(file, changes), null, SilentReporter.Instance);
        var tasks = string.Join(", ", run.Report.Totals.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Task} {c.Metrics.Auc:0.0000}")));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {protocol} | {model} | {seed} | {run.Training.BestValue:0.0000} | {run.Training.BestEpoch} | {run.Report.MeanAuc("level1"):0.0000} | {run.Report.MeanAuc("leaf"):0.0000} | {tasks} | {run.Training.RowsPerSecond:N0} |"));
        return run.Report;
    }

    static double Value(EvaluationReport report, string metric) =>
        (metric is "level1" or "leaf" ? report.MeanAuc(metric) : report.Auc(metric)) ?? throw new InvalidOperationException($"{metric} is undefined");

    static string Name(string metric) => metric switch
    {
        "level1" => "mean AUC (region, task)",
        "leaf" => "mean AUC leaf × task",
        _ => $"AUC {metric}",
    };
}
