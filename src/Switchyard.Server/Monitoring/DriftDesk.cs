using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>Watches the versions that answer for drift, and tells of it as metrics and as a page.</summary>
sealed class DriftDesk(DriftOptions options) : IServerObserver
{
    readonly ConditionalWeakTable<ServedModel, DriftWatch> _watches = [];

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
            baseline is null ? "The bundle has no baseline: it was trained before there was one, or without rows to make it of. Train it again to watch its drift." : null,
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

    DriftWatch Of(ServedModel model) => _watches.GetValue(model, m => new DriftWatch(m, options));

    List<Measurement<double>> Of(ModelFolder models, Action<ScenarioDrift, Action<double, KeyValuePair<string, object?>[]>> tell)
    {
        var measured = new List<Measurement<double>>();
        foreach (var state in models.States)
        {
            using var lease = models.Lease(state.Name);
            if (lease?.Model.Baseline is not { } baseline || Of(lease.Model).Read() is not { Rows: > 0 } tally) continue;
            foreach (var drift in baseline.Compare(tally)) tell(drift, (value, tags) => measured.Add(new Measurement<double>(value, [new("model", state.Name), .. tags])));
        }

        return measured;
    }

    List<Measurement<double>> Experts(ModelFolder models)
    {
        var measured = new List<Measurement<double>>();
        foreach (var state in models.States)
        {
            using var lease = models.Lease(state.Name);
            if (lease is null) continue;
            foreach (var (layer, shares) in Of(lease.Model).Read().Experts())
                measured.AddRange(shares.Select((share, k) => new Measurement<double>(share, new("model", state.Name), new("layer", layer), new("expert", k))));
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
}
