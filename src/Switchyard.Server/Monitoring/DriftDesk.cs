using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Watches the versions that answer for drift, and tells of it as metrics and as a page.</summary>
/// <param name="options">Sample and window.</param>
/// <param name="time">Tells when the metrics are compared again.</param>
sealed class DriftDesk(DriftOptions options, TimeProvider time) : IServerObserver
{
    /// <summary>Age of a comparison that metrics still show: all gauges of one reading share it.</summary>
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    readonly ConditionalWeakTable<ServedModel, DriftWatch> _watches = [];
    readonly Lock _comparing = new();
    ImmutableArray<ModelDrift> _compared = [];
    long? _comparedAt;

    public void Served(in ServedRequest request) => Of(request.Model).Observe(request.Request);

    public void Refused(HttpContext context, Problem problem)
    {
        // Nothing of it was scored.
    }

    /// <summary>What <c>GET /v1/models/{name}/drift</c> says of a version.</summary>
    public DriftDescription Describe(ServedModel model)
    {
        var (watch, baseline) = (Of(model), model.Baseline);
        var tally = watch.Read();
        return new DriftDescription(
            model.Name,
            model.Version,
            options.Sample,
            options.WindowRows,
            watch.Seen,
            tally.Rows,
            baseline is null ? null : new BaselineDescription(baseline.Part.ToString().ToLowerInvariant(), baseline.Rows),
            NoteOf(model),
            baseline is null ? null : [.. baseline.Compare(tally).Select(Describe)]);
    }

    /// <summary>Adds its gauges.</summary>
    public void AddTo(Meter meter, ModelFolder models)
    {
        meter.CreateObservableGauge("switchyard.drift.rows", () => Of(models, static (drift, add) => add(drift.Rows, [new("scenario", drift.Scenario)])), "{row}", "Rows that the window holds.");
        meter.CreateObservableGauge(
            "switchyard.drift.psi",
            () => Of(models, static (drift, add) =>
            {
                if (drift.Scenario != DriftTally.All) return;
                foreach (var f in drift.Findings) add(f.Psi, [new("kind", KindOf(f.Kind)), new("name", f.Name)]);
            }),
            "",
            "Population stability index of a score, field or layer, all scenarios together; sampled.");
        meter.CreateObservableGauge(
            "switchyard.drift.noise",
            () => Of(models, static (drift, add) =>
            {
                if (drift.Scenario != DriftTally.All) return;
                foreach (var f in drift.Findings) add(f.Noise, [new("kind", KindOf(f.Kind)), new("name", f.Name)]);
            }),
            "",
            "What the index stays below by chance alone, 9,999 times in 10,000, with as many rows.");
        meter.CreateObservableGauge(
            "switchyard.drift.findings",
            () => Of(models, static (drift, add) =>
            {
                foreach (var verdict in Enum.GetValues<DriftVerdict>()) add(drift.Findings.Count(f => f.Verdict == verdict), [new("scenario", drift.Scenario), new("verdict", VerdictOf(verdict))]);
            }),
            "",
            "Scores, fields and layers of a scenario by verdict.");
        meter.CreateObservableGauge("switchyard.drift.unknown.share", () => Of(models, static (drift, add) =>
        {
            if (drift.Scenario != DriftTally.All) return;
            foreach (var f in drift.Findings.Where(f => f.Unknown is not null)) add(f.Unknown!.Value, [new("name", f.Name)]);
        }), "", "Share of a field's values in the window that training has not seen.");
        meter.CreateObservableGauge("switchyard.experts.share", () => Experts(models), "", "Share of the choices, or of the mixing weight, of the window's rows that falls on an expert.");
    }

    /// <summary>Name of a verdict for clients.</summary>
    public static string VerdictOf(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Stable => "stable",
        DriftVerdict.Moderate => "moderate",
        DriftVerdict.Large => "large",
        _ => "too_few_rows",
    };

    static string? NoteOf(ServedModel model) =>
        model.BaselineTrouble is not null ? "The bundle's baseline cannot be used; the server's log says why. Copy the bundle again to watch its drift."
        : model.Baseline is null ? "The bundle has no baseline: it was trained before there was one, or without rows to make it of. Train it again to watch its drift."
        : null;

    // Every answer asks: what makes a watch is made where there is none.
    DriftWatch Of(ServedModel model) => _watches.TryGetValue(model, out var watch) ? watch : Add(model);

    DriftWatch Add(ServedModel model) => _watches.GetValue(model, m => new DriftWatch(m, options));

    /// <summary>All models that serve, compared once for all gauges of a reading.</summary>
    ImmutableArray<ModelDrift> Compared(ModelFolder models)
    {
        lock (_comparing)
        {
            if (_comparedAt is { } at && time.GetElapsedTime(at) < Fresh) return _compared;
            var compared = ImmutableArray.CreateBuilder<ModelDrift>();
            foreach (var state in models.States)
            {
                using var lease = models.Lease(state.Name);
                if (lease is null) continue;
                var tally = Of(lease.Model).Read();
                compared.Add(new ModelDrift(state.Name, tally.Rows > 0 && lease.Model.Baseline is { } baseline ? baseline.Compare(tally) : [], [.. tally.Experts()]));
            }

            (_compared, _comparedAt) = (compared.DrainToImmutable(), time.GetTimestamp());
            return _compared;
        }
    }

    List<Measurement<double>> Of(ModelFolder models, Action<ScenarioDrift, Action<double, KeyValuePair<string, object?>[]>> tell)
    {
        var measured = new List<Measurement<double>>();
        foreach (var model in Compared(models))
        {
            foreach (var drift in model.Scenarios) tell(drift, (value, tags) => measured.Add(new Measurement<double>(value, [new("model", model.Name), .. tags])));
        }

        return measured;
    }

    List<Measurement<double>> Experts(ModelFolder models)
    {
        var measured = new List<Measurement<double>>();
        foreach (var model in Compared(models))
        {
            foreach (var (layer, shares) in model.Experts)
                measured.AddRange(shares.Select((share, k) => new Measurement<double>(share, new("model", model.Name), new("layer", layer), new("expert", k))));
        }

        return measured;
    }

    static string KindOf(DriftKind kind) => kind switch
    {
        DriftKind.Score => "score",
        DriftKind.Field => "field",
        _ => "experts",
    };

    static ScenarioDriftDescription Describe(ScenarioDrift drift) =>
        new(drift.Scenario, drift.Rows, drift.BaselineRows, VerdictOf(drift.Verdict), Of(drift, DriftKind.Score), Of(drift, DriftKind.Field), Of(drift, DriftKind.Experts));

    static FindingDescription[] Of(ScenarioDrift drift, DriftKind kind) =>
    [
        .. drift.Findings.Where(f => f.Kind == kind).Select(f => new FindingDescription(
            f.Name, f.Psi, double.IsFinite(f.Noise) ? f.Noise : null, VerdictOf(f.Verdict), f.Distance, f.Unknown, f.BaselineUnknown, f.MostChanged)),
    ];

    /// <summary>What the gauges of a model show.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Scenarios">Empty where there is nothing to compare.</param>
    /// <param name="Experts">Shares of the experts by layer.</param>
    readonly record struct ModelDrift(string Name, ImmutableArray<ScenarioDrift> Scenarios, ImmutableArray<(string Layer, double[] Shares)> Experts);
}
