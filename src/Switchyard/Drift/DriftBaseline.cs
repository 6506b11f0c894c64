using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard;

/// <summary>
/// How scores, fields and experts were distributed when a model was trained: baseline.json of a bundle (docs/bundle-format.md), by node of the top
/// level. Made at the end of a training over the validation rows, where there are none over training rows.
/// </summary>
public sealed class DriftBaseline
{
    /// <summary>Name of the file in a bundle.</summary>
    public const string FileName = "baseline.json";

    /// <summary>Rows counted at most; of more, a uniform sample.</summary>
    public const int MostRows = 50_000;

    const int BatchRows = 2048;
    const ulong SampleSeed = 1;

    readonly DriftTally _tally;

    internal DriftBaseline(DriftTally tally, Part part) => (_tally, Part) = (tally, part);

    /// <summary>The rows' part.</summary>
    public Part Part { get; }

    /// <summary>Rows counted.</summary>
    public long Rows => _tally.Rows;

    internal DriftTally Tally => _tally;

    /// <summary>Counts the validation rows, where there are none the training rows; null where there are neither.</summary>
    /// <param name="ranker">The trained model.</param>
    /// <param name="data">Its rows.</param>
    /// <param name="pool">Workers; the counts do not depend on it.</param>
    /// <param name="cancellation">Ends the count between two batches.</param>
    internal static DriftBaseline? Measure(Ranker ranker, Dataset data, WorkerPool? pool, CancellationToken cancellation)
    {
        var part = data.Rows(Part.Validation) > 0 ? Part.Validation : Part.Train;
        if (data.Rows(part) == 0) return null;
        using var rows = new SampledRows(data.Open(part), MostRows, SampleSeed, cancellation);
        return new DriftBaseline(Count(ranker, rows, pool, cancellation), part);
    }

    /// <summary>Counts rows.</summary>
    internal static DriftTally Count(Ranker ranker, IBatchSource rows, WorkerPool? pool, CancellationToken cancellation)
    {
        var tally = new DriftTally(ranker.Schema, ranker.Embedding.Fields);
        var pass = new DriftPass(ranker, pool);
        var batch = new Batch(rows.Schema, BatchRows);
        rows.Rewind(0);
        while (rows.Next(batch, BatchRows))
        {
            cancellation.ThrowIfCancellationRequested();
            tally.Add(batch, pass.Score(batch), pass.Graph);
        }

        return tally;
    }

    /// <summary>The baseline of a bundle; null where it has none.</summary>
    /// <exception cref="InputException">The file is not valid, cannot be read, or was made for another model.</exception>
    public static DriftBaseline? Load(LoadedBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return DriftBaselineJson.Read(bundle);
    }

    /// <summary>Writes the file into a bundle.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="digest">SHA-256 (hex) of its weights, which binds the file to them.</param>
    internal void Save(string folder, string digest)
    {
        using var stream = new FileStream(Path.Combine(folder, FileName), FileMode.Create);
        stream.Write(DriftBaselineJson.Write(this, digest));
        // As the weights: the bundle has its name only when all of it is on the disk.
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Compares what was counted with the baseline: all scenarios together first, then each that has rows.</summary>
    /// <param name="now">Rows of the same model.</param>
    public ImmutableArray<ScenarioDrift> Compare(DriftTally now)
    {
        ArgumentNullException.ThrowIfNull(now);
        var empty = new DriftCounts(_tally.Features);
        var all = Compare(DriftTally.All, now.Sum(), _tally.Sum());
        return
        [
            all,
            .. now.Nodes.Where(n => n.Scenario != DriftTally.All).Select(n => Compare(n.Scenario, n.Counts, _tally.Nodes.FirstOrDefault(b => b.Scenario == n.Scenario).Counts ?? empty)),
        ];
    }

    ScenarioDrift Compare(string scenario, DriftCounts now, DriftCounts before)
    {
        var findings = ImmutableArray.CreateBuilder<DriftFinding>();
        for (var f = 0; f < _tally.Features.Length; f++)
        {
            var feature = _tally.Features[f];
            findings.Add(Find(feature.Kind, feature.Name, now.Features[f], before.Features[f], feature.HasUnknown, feature.Describe));
        }

        foreach (var (layer, counts) in now.Layers)
            findings.Add(Find(DriftKind.Experts, layer, counts, before.Layers.GetValueOrDefault(layer) ?? new double[counts.Length], hasUnknown: false, static k => $"expert {k}"));
        return new ScenarioDrift(scenario, now.Rows, before.Rows, findings.ToImmutable());

        DriftFinding Find(DriftKind kind, string name, double[] counts, double[] baseline, bool hasUnknown, Func<int, string> describe)
        {
            var (shares, baselineShares) = (DriftMath.Shares(counts), DriftMath.Shares(baseline));
            var changed = Enumerable.Range(0, counts.Length).MaxBy(i => Math.Abs(shares[i] - baselineShares[i]));
            return new DriftFinding(
                kind,
                name,
                DriftMath.Psi(counts, now.Rows, baseline, before.Rows),
                DriftNoise.Of(counts, now.Rows, baseline, before.Rows),
                DriftMath.Distance(counts, baseline),
                hasUnknown && now.Rows > 0 ? shares[0] : null,
                hasUnknown && before.Rows > 0 ? baselineShares[0] : null,
                now.Rows > 0 && before.Rows > 0 && shares[changed] != baselineShares[changed] ? describe(changed) : "");
        }
    }
}
