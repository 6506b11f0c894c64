using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>What a name stands for that somebody wants a report of.</summary>
public abstract record ReportSubject
{
    /// <summary>A run's configuration, output folder or bundle, or a comparison's file, output folder or report.json.</summary>
    /// <param name="name">The name.</param>
    /// <param name="overrides">Texts <c>path=value</c> that change a configuration.</param>
    /// <exception cref="InputException">It is none of these.</exception>
    public static ReportSubject Of(string name, IReadOnlyList<string> overrides)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(overrides);
        if (Path.GetExtension(name) is ".yaml" or ".yml") return OfYaml(name, overrides);
        if (overrides.Count > 0 && !File.Exists(Path.Combine(name, RunConfiguration.DefaultFileName))) throw new InputException("--set changes a configuration; name one in place of the folder.");
        if (Path.GetExtension(name) == ".json") return File.Exists(name) ? new ComparedFile(name) : throw Missing(name);
        if (!Directory.Exists(name)) throw File.Exists(name) ? Neither(name) : Missing(name);
        if (File.Exists(Path.Combine(name, "manifest.json"))) return new TrainedBundle(name, null);
        if (File.Exists(Path.Combine(name, "model", "manifest.json"))) return new TrainedBundle(Path.Combine(name, "model"), null);
        if (File.Exists(Path.Combine(name, "report.json")) && Directory.Exists(Path.Combine(name, "results"))) return new ComparedFile(Path.Combine(name, "report.json"));
        if (Directory.Exists(Path.Combine(name, "results"))) throw new InputException($"{name} has results of a comparison but no report.json: it is not finished; run switchyard compare again, or with --report-only.");
        if (File.Exists(Path.Combine(name, RunConfiguration.DefaultFileName))) return OfYaml(Path.Combine(name, RunConfiguration.DefaultFileName), overrides);
        if (File.Exists(MetricLogReader.PathIn(name))) throw new InputException($"{name} has a log but no model yet: its training is not over; wait for it, or train again with --resume.");
        throw Neither(name);
    }

    static ReportSubject OfYaml(string path, IReadOnlyList<string> overrides)
    {
        if (!File.Exists(path)) throw Missing(path);
        if (IsComparison(path)) return new ComparedModels(ComparisonConfiguration.Load(path, overrides));
        var run = RunConfiguration.Load(path, overrides);
        return File.Exists(Path.Combine(run.BundleDirectory, "manifest.json"))
            ? new TrainedBundle(run.BundleDirectory, run)
            : throw new InputException($"{path}: there is no model in {run.BundleDirectory} yet; run switchyard train {path} first.");
    }

    /// <summary>A comparison's file says what its base is and which variants there are; a run's has neither.</summary>
    static bool IsComparison(string path) =>
        YamlReader.Read(RunDocument.ReadText(path), path, hasLines: true, Environment.GetEnvironmentVariable) is MapNode root && root.Has("base") && root.Has("variants");

    static InputException Missing(string name) => new($"there is no {name}; name a run (its configuration, output folder or model bundle) or a comparison (its file, output folder or report.json).");

    static InputException Neither(string name) =>
        new($"{name} is neither a run nor a comparison: it holds no manifest.json, model/manifest.json or report.json with results; name a run's configuration, output folder or bundle, or a comparison's file or output folder.");
}

/// <summary>A trained model.</summary>
/// <param name="Bundle">Folder of its bundle.</param>
/// <param name="Configuration">The run that was named; null where the bundle was.</param>
public sealed record TrainedBundle(string Bundle, RunConfiguration? Configuration) : ReportSubject;

/// <summary>A comparison by its file.</summary>
/// <param name="Comparison">The comparison.</param>
public sealed record ComparedModels(ComparisonConfiguration Comparison) : ReportSubject;

/// <summary>A comparison by its report.</summary>
/// <param name="Json">Its report.json.</param>
public sealed record ComparedFile(string Json) : ReportSubject;
