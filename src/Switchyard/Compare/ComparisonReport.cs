using System.Collections.Immutable;
using MathNet.Numerics.Statistics;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Mean and standard deviation over seeds.</summary>
/// <param name="Mean">Mean over the seeds that have a value.</param>
/// <param name="Deviation">Sample standard deviation; null for one seed.</param>
/// <param name="Seeds">Seeds that have a value.</param>
public sealed record Spread(double Mean, double? Deviation, int Seeds)
{
    /// <summary>Of the values that are there; null where none is.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var known = values.OfType<double>().ToArray();
        return known.Length == 0 ? null : new Spread(known.Mean(), known.Length > 1 ? known.StandardDeviation() : null, known.Length);
    }
}

/// <summary>A variant's metrics in one scenario × task, over seeds. null where no seed has a value.</summary>
public sealed record CellSpread(
    string Level, string Scenario, string Task, long Rows, long Positives, Spread? Auc, Spread? Gauc, Spread? LogLoss, Spread? Calibration);

/// <summary>A variant's mean AUC over the counted cells of a level.</summary>
public sealed record LevelSpread(string Level, Spread? Auc);

/// <summary>A variant with all that was measured of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Model">Its architecture.</param>
/// <param name="Topology">How scenarios and tasks reach the architecture.</param>
/// <param name="Size">Whether it has about as many weights as the baseline; null while that cannot be said.</param>
/// <param name="Runs">Its finished runs, in the order of the seeds.</param>
/// <param name="Means">Mean AUC of every level.</param>
/// <param name="Cells">Every scenario × task.</param>
public sealed record VariantReport(
    string Name,
    string Model,
    string Topology,
    VariantSize? Size,
    ImmutableArray<ComparedRun> Runs,
    ImmutableArray<LevelSpread> Means,
    ImmutableArray<CellSpread> Cells)
{
    /// <summary>Monitor at the weights that were kept, on the validation rows.</summary>
    public Spread? Validation => Spread.Of(Runs.Select(r => r.Validation));
}

/// <summary>An interval with the p value of no difference.</summary>
/// <param name="Value">Variant minus reference.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="P">Two-sided p value.</param>
public sealed record Interval(double Value, double Low, double High, double P);

/// <summary>How a variant differs from a reference in one value.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Reference">The reference.</param>
/// <param name="Of">What is compared.</param>
/// <param name="Bootstrap">By the bootstrap over groups and the spread between seeds.</param>
/// <param name="DeLong">The same with DeLong's error for independent rows; of an AUC of a cell only.</param>
/// <param name="HolmP">The bootstrap's p value, corrected for all cells of the level; null for what is no AUC of a cell.</param>
public sealed record ValueDifference(string Variant, string Reference, ComparedValue Of, Interval? Bootstrap, Interval? DeLong, double? HolmP);

/// <summary>Whether a variant gains or loses against a control, cell by cell (AUC, corrected over the cells).</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Reference">The control.</param>
/// <param name="Gains">Cells it is significantly better in.</param>
/// <param name="Losses">Cells it is significantly worse in: negative transfer.</param>
/// <param name="Undecided">Cells where the rows and seeds do not tell.</param>
public sealed record TransferVerdict(
    string Variant, string Reference, ImmutableArray<ValueDifference> Gains, ImmutableArray<ValueDifference> Losses, ImmutableArray<ValueDifference> Undecided);

/// <summary>A comparison's result. Made by <c>Run.Compare</c>.</summary>
public sealed record ComparisonReport
{
    public required ComparisonConfiguration Comparison { get; init; }

    /// <summary>What the models learn from.</summary>
    public required ComparedData Data { get; init; }

    /// <summary>Part that was measured: test.</summary>
    public required string Part { get; init; }

    public required int Rows { get; init; }

    /// <summary>Groups the bootstrap drew from.</summary>
    public required int Groups { get; init; }

    /// <summary>Name of the level whose cells are shown and judged: <c>level1</c>, <c>leaf</c> or, without scenarios, <c>total</c>.</summary>
    public required string Level { get; init; }

    /// <summary>Variants that have a finished run, in the order of the file.</summary>
    public required ImmutableArray<VariantReport> Variants { get; init; }

    /// <summary>Runs whose training diverged: in no mean and no difference.</summary>
    public required ImmutableArray<FailedRun> Failed { get; init; }

    /// <summary>Variants of the file that have neither a finished nor a failed run.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>The command that made the report, and its arguments; null where a program did.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Every variant against the baseline and the controls, in every value.</summary>
    public required ImmutableArray<ValueDifference> Differences { get; init; }

    /// <summary>Every variant against the controls.</summary>
    public required ImmutableArray<TransferVerdict> Verdicts { get; init; }

    /// <summary>Cells that a variant (no control) significantly loses, corrected over the cells of all variants and controls together.</summary>
    public required ImmutableArray<ValueDifference> Losses { get; init; }

    /// <summary>Whether a variant that is no control significantly loses in some cell.</summary>
    public bool HasLoss => !Losses.IsEmpty;

    /// <summary>Whether some reported variant has one seed only, so that its spread between seeds is in no interval.</summary>
    public bool HasOneSeed => Variants.Any(v => v.Runs.Length < 2);

    /// <summary>Runs of the file without a result, and those that failed, as texts "variant, seed n".</summary>
    public ImmutableArray<string> Unfinished =>
    [
        .. from variant in Comparison.Variants
           from seed in Comparison.Options.Seeds
           where Variants.FirstOrDefault(v => v.Name == variant.Name)?.Runs.Any(r => r.Seed == seed) != true
           select FormattableString.Invariant($"{variant.Name}, seed {seed}{(Failed.Any(f => f.Variant == variant.Name && f.Seed == seed) ? " (failed)" : "")}"),
    ];

    /// <summary>Seeds of a variant that have a finished run.</summary>
    public int SeedsOf(string variant) => Variants.First(v => v.Name == variant).Runs.Length;

    /// <summary>One JSON object, indented, snake case (docs/comparing.md).</summary>
    public string ToJson() => ComparisonJson.Write(this);

    /// <summary>Tables in Markdown.</summary>
    public string ToMarkdown() => ComparisonMarkdown.Write(this);

    internal static ComparisonReport Create(
        ComparisonConfiguration comparison, ComparisonRuns runs, ComparisonFolder folder, IRunReporter reporter, CancellationToken cancellation) =>
        new ComparisonBuilder(comparison, runs, folder, reporter, cancellation).Build();
}
