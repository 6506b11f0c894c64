using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Switchyard.Data;

namespace Switchyard;

/// <summary>One training of a comparison: a variant with a seed.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Run">The configuration with the seed.</param>
/// <param name="Data">Its rows.</param>
/// <param name="Identity">Everything its result depends on, as text by name.</param>
/// <param name="Digest">SHA-256 (hex) of the identity.</param>
sealed record PlannedRun(Variant Variant, ulong Seed, RunConfiguration Run, Dataset Data, Dictionary<string, string> Identity, string Digest)
{
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Variant.Name}, seed {Seed}");
}

/// <summary>The datasets of a comparison, and its runs in the order of training: every variant with the first seed, then with the second.</summary>
sealed class ComparisonRuns : IDisposable
{
    readonly Imports _imports;
    readonly Dictionary<Dataset, (string Fitting, string Measured)> _digests = [];

    public ComparisonRuns(
        ComparisonConfiguration comparison,
        Func<RunConfiguration, Dataset> open,
        CancellationToken cancellation)
    {
        _imports = new Imports(run => open(run with { Output = comparison.Base.Output }));
        try
        {
            var data = _imports.Of(comparison.Base);
            if (data.Fingerprint.Length == 0)
                throw new InputException($"{comparison.Base.File}: the rows come from standard input, which cannot be read twice; write them to a file and name it in 'sources'.");
            if (data.Rows(Part.Test) == 0)
            {
                // Validation rows chose the epochs of every run: they flatter whoever chose best among them.
                throw new InputException($"{comparison.Base.File}: there is no test row to compare on, and the validation rows choose the weights; give split.test a condition that some rows meet.");
            }

            Data = data;
            Rows = MeasuredRows.Read(data, Part.Test, cancellation);
            var planned = ImmutableArray.CreateBuilder<PlannedRun>();
            HashSet<Dataset> known = [data];
            foreach (var variant in comparison.Variants)
            {
                var own = DataOf(variant);
                if (known.Add(own)) RequireSameRows(variant, own, cancellation);
            }

            foreach (var seed in comparison.Options.Seeds)
            {
                foreach (var variant in comparison.Variants)
                {
                    var run = variant.Run with { Training = variant.Run.Training with { Seed = seed } };
                    var rows = DataOf(variant);
                    var identity = IdentityOf(run, rows, cancellation);
                    planned.Add(new PlannedRun(variant, seed, run, rows, identity, RunIdentity.Digest(identity)));
                }
            }

            Planned = planned.ToImmutable();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The rows of the base run.</summary>
    public Dataset Data { get; }

    public MeasuredRows Rows { get; }

    public ImmutableArray<PlannedRun> Planned { get; }

    public void Dispose() => _imports.Dispose();

    Dataset DataOf(Variant variant)
    {
        try
        {
            return _imports.Of(variant.Run);
        }
        catch (InputException e)
        {
            throw new InputException($"variant '{variant.Name}': {e.Message}", e);
        }
    }

    void RequireSameRows(Variant variant, Dataset data, CancellationToken cancellation)
    {
        var own = MeasuredRows.Read(data, Rows.Part, cancellation);
        if (own.Digest == Rows.Digest) return;
        var what = own.Count != Rows.Count
            ? string.Create(CultureInfo.InvariantCulture, $"it has {own.Count:N0} {Rows.Part.Name()} rows, the base {Rows.Count:N0}")
            : $"its {Rows.Part.Name()} rows have other places, scenarios, groups or labels than those of the base";
        throw new InputException($"variant '{variant.Name}' changes what is compared: {what}; a variant may change fields and training rows, not the {Rows.Part.Name()} rows, the scenario, the group or the tasks.");
    }

    /// <summary>Of the rows what they hold, not where they lie or when they were written: a copied or touched source changes nothing.</summary>
    Dictionary<string, string> IdentityOf(RunConfiguration run, Dataset data, CancellationToken cancellation)
    {
        if (!_digests.TryGetValue(data, out var digests))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Convert.FromHexString(Rows.Digest));
            RowsDigest.Add(hash, data, Rows.Part, cancellation);
            _digests[data] = digests = (new FittingRows(data).Digest(cancellation), Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        var identity = RunIdentity.Of(run, digests.Fitting);
        identity["digest of the measured rows"] = digests.Measured;
        return identity;
    }
}
