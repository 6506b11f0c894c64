using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>A training that starts from a bundle: what the bundle knows, what is new, what stays frozen, which old rows are replayed.</summary>
sealed class ModelUpdate : IDisposable
{
    readonly UpdateOptions _options;
    readonly RunConfiguration _configuration;
    readonly IRunReporter _reporter;
    readonly HashSet<string> _frozen;
    readonly Dataset? _oldRows;

    /// <param name="start">The bundle.</param>
    /// <param name="frozen">Names of the bundle's weights that stay as they are.</param>
    /// <param name="configuration">The run.</param>
    /// <param name="reporter">Hears what is done.</param>
    /// <param name="oldRows">The rows that the bundle was trained on; null where nothing needs them.</param>
    ModelUpdate(LoadedBundle start, HashSet<string> frozen, RunConfiguration configuration, IRunReporter reporter, Dataset? oldRows)
    {
        (Start, _frozen, _options, _configuration, _reporter, _oldRows) = (start, frozen, configuration.Update, configuration, reporter, oldRows);
        Fusion = CarriedFusion.Of(start, reporter);
        Ancestor = new BundleAncestor(NameOf(start), start.WeightsSha256, start.Ranker.Schema.Fingerprint());
    }

    /// <summary>The bundle.</summary>
    public LoadedBundle Start { get; }

    /// <summary>Its fusion.yaml; null where it has none. Read now: the updated bundle may take its place.</summary>
    public CarriedFusion? Fusion { get; }

    /// <summary>Which bundle it is, wherever it lies.</summary>
    public BundleAncestor Ancestor { get; }

    /// <summary>Loads a bundle and checks, before any row is read, that the configuration can go on from it.</summary>
    /// <exception cref="InputException">It cannot; or the rows to replay are not there.</exception>
    public static ModelUpdate Begin(string bundle, RunConfiguration configuration, IRunReporter reporter, CancellationToken cancellation)
    {
        var start = ModelBundle.Load(bundle, cancellation);
        GrownRanker.RequireShapes(start.Ranker, configuration.Model.Options);
        RequireTasks(start.Ranker.Schema, configuration);
        Dataset.RequireGrowable(configuration.Data, start.Ranker.Schema);
        var frozen = WeightSelection.Choose(configuration.Update.Freeze, start.Ranker.Parameters, "update.freeze");
        var options = configuration.Model.Options.Complete(ModelShape.Of(start.Ranker.Schema), start.Ranker.Options);
        foreach (var difference in GrownRanker.OptionDifferences(start.Ranker.Options, options)) reporter.Message($"unlike the bundle: {difference}");
        TellOfHistories(start.Ranker.Schema, reporter);
        return new ModelUpdate(start, frozen, configuration, reporter, OpenOldRows(start, configuration, reporter, cancellation));
    }

    /// <summary>What else than the configuration decides the result.</summary>
    public IEnumerable<KeyValuePair<string, string>> Identity
    {
        get
        {
            yield return new("weights of the bundle to start from", Start.WeightsSha256);
            yield return new("schema of the bundle to start from", Ancestor.Schema);
            if (_options.Replay > 0) yield return new("fingerprint of the rows to replay", _oldRows!.Fingerprint);
        }
    }

    /// <summary>The bundle's model with what is new in the rows.</summary>
    public GrownRanker Grow(Dataset data, CancellationToken cancellation)
    {
        var starts = TaskStartsOf(data, cancellation);
        var grown = new GrownRanker(
            Start.Ranker, data.Schema, _configuration.Model.Options, _configuration.Training.Seed,
            new GrowthPlan(_options.NewIds, starts.ToImmutableDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal)));
        _reporter.Message($"update of {(Ancestor.Run.Length > 0 ? Ancestor.Run : "a bundle")}: {GrowthText.Describe(Start.Ranker.Schema, data.Schema, starts)}");
        return grown;
    }

    /// <summary>The weights that stay as they are; null for none.</summary>
    public FrozenWeights? Freeze(GrownRanker grown)
    {
        if (_options.Freeze.IsEmpty) return null;
        var (frozen, parameters) = (new FrozenWeights(), grown.Ranker.Parameters);
        foreach (var parameter in parameters.Dense.Where(p => IsFrozen(grown.OldName(p)))) frozen.Add(parameter, grown.Kept(parameter));
        foreach (var table in parameters.Tables.Where(t => IsFrozen(grown.OldName(t)))) frozen.Add(table, grown.KeptRows(table));
        foreach (var buffer in parameters.Buffers.Where(b => IsFrozen(grown.OldName(b)))) frozen.Add(buffer, grown.Kept(buffer));
        _reporter.Message(string.Create(CultureInfo.InvariantCulture, $"frozen: {frozen.Values:N0} of {parameters.TrainedValues:N0} weights"));
        return frozen;

        // A task that stands elsewhere has its weights under another name in the grown model.
        bool IsFrozen(string? oldName) => oldName is not null && _frozen.Contains(oldName);
    }

    /// <summary>The training rows with those that are replayed among them.</summary>
    public IBatchSource WithReplay(IBatchSource rows)
    {
        if (_options.Replay == 0) return rows;
        var training = _configuration.Training;
        var old = _oldRows!.Open(Part.Train, new ShuffleOptions { Seed = training.Seed, BufferRows = training.ShuffleRows });
        var mixed = new ReplaySource(rows, old, _options.Replay, training.BatchSize);
        _reporter.Message(string.Create(CultureInfo.InvariantCulture, $"replayed in every epoch: {mixed.RowCount - rows.RowCount:N0} of {old.RowCount:N0} old rows"));
        return mixed;
    }

    /// <summary>Measures the bundle and the updated model on the same rows and reports both, side by side.</summary>
    /// <param name="data">The new rows.</param>
    /// <param name="measured">Which of them are measured.</param>
    /// <param name="updated">What the updated model came to on them.</param>
    /// <param name="evaluation">Measures the rest.</param>
    public UpdateReport Report(Dataset data, Part measured, Evaluation.EvaluationReport updated, UpdateEvaluation evaluation)
    {
        var newRows = Compare(data, measured, updated, evaluation, $"{measured.Name()}, before and after the update:");
        return new UpdateReport(Ancestor, newRows, CompareOldRows(evaluation));
    }

    Evaluation.ReportComparison? CompareOldRows(UpdateEvaluation evaluation)
    {
        if (!_options.MeasureOldRows || _oldRows is null) return null;
        try
        {
            return Compare(_oldRows, Part.Test, null, evaluation, $"test rows of the earlier run{(Ancestor.Run.Length > 0 ? $" {Ancestor.Run}" : "")}, before and after the update:");
        }
        catch (InputException e)
        {
            // The training is done, and its result does not depend on them.
            _reporter.Warning(NotMeasured(e));
            return null;
        }
    }

    public void Dispose() => _oldRows?.Dispose();

    Evaluation.ReportComparison? Compare(Dataset data, Part part, Evaluation.EvaluationReport? updated, UpdateEvaluation evaluation, string title)
    {
        if (data.Rows(part) == 0) return null;
        var comparison = evaluation.Compare(data, part, updated);
        _reporter.Result(title);
        _reporter.Result(comparison.ToMarkdown());
        return comparison;
    }

    /// <summary>New task → the old one whose weights it copies.</summary>
    SortedDictionary<string, string> TaskStartsOf(Dataset data, CancellationToken cancellation)
    {
        var old = Start.Ranker.Schema.Tasks.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var starts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string[] names = [.. data.Schema.Tasks.Select(t => t.Name)];
        int[] added = [.. Enumerable.Range(0, names.Length).Where(t => !old.Contains(names[t]))];
        foreach (var task in added.Select(t => names[t]).Where(t => _options.NewTasks.Of(t) is not (TaskStarts.Related or TaskStarts.Fresh))) starts[task] = _options.NewTasks.Of(task);
        int[] related = [.. added.Where(t => _options.NewTasks.Of(names[t]) == TaskStarts.Related)];
        if (related.Length == 0) return starts;
        using var rows = data.Open(Part.Train);
        var nearest = TaskRelations.Nearest(rows, related, [.. Enumerable.Range(0, names.Length).Except(added)], cancellation);
        foreach (var task in related)
        {
            if (nearest.TryGetValue(task, out var found))
            {
                starts[names[task]] = names[found.Task];
                _reporter.Message(string.Create(CultureInfo.InvariantCulture, $"task {names[task]} is most related to {names[found.Task]} (correlation {found.Correlation:0.000})"));
            }
            else
            {
                _reporter.Warning($"no old task's label goes with that of '{names[task]}' on the training rows: it starts random");
            }
        }

        return starts;
    }

    static void RequireTasks(Schema old, RunConfiguration configuration)
    {
        string[] known = [.. old.Tasks.Select(t => t.Name)];
        string[] configured = [.. configuration.Data.Tasks.Select(t => t.Name)];
        var starts = configuration.Update.NewTasks;
        foreach (var task in starts.ByTask.Keys.Where(t => !configured.Contains(t) || known.Contains(t)))
        {
            throw new InputException(configured.Contains(task)
                ? $"update.new_tasks: '{task}' is no new task: the bundle has it and goes on with its weights. Remove it there."
                : $"update.new_tasks: there is no task '{task}'{Names.Suggest(task, configured)} The tasks are: {string.Join(", ", configured)}.");
        }

        foreach (var start in starts.ByTask.Values.Append(starts.Others).Where(s => s is not (TaskStarts.Related or TaskStarts.Fresh) && !known.Contains(s)))
            throw new InputException($"update.new_tasks: the bundle has no task '{start}'{Names.Suggest(start, known)} Write related, fresh or one of: {string.Join(", ", known)}.");
    }

    static Dataset? OpenOldRows(LoadedBundle start, RunConfiguration configuration, IRunReporter reporter, CancellationToken cancellation)
    {
        var options = configuration.Update;
        if (options.Replay == 0 && !options.MeasureOldRows) return null;
        try
        {
            return OldRows.Open(start, configuration.ColumnDirectory, reporter, cancellation);
        }
        catch (InputException e) when (options.Replay > 0)
        {
            throw new InputException($"update.replay: the rows that the bundle was trained on cannot be read: {e.Message} Bring them back, or train without update.replay.", e);
        }
        catch (InputException e)
        {
            reporter.Warning(NotMeasured(e));
            return null;
        }
    }

    static string NotMeasured(InputException e) => $"the rows that the bundle was trained on cannot be read, so what it forgets of them is not measured: {e.Message}";

    static void TellOfHistories(Schema schema, IRunReporter reporter)
    {
        var histories = schema.Fields.Where(f => f.Encoder is SequenceEncoder { History: not null }).Select(f => f.Name).ToList();
        if (histories.Count > 0)
            reporter.Message($"histories ({string.Join(", ", histories)}) are built from the sources of this run alone: unless these begin with the earlier log, they start empty; docs/updating.md says how to name it");
    }

    static string NameOf(LoadedBundle start)
    {
        try
        {
            return Run.ConfigurationOf(start.Folder, start.Metadata).Name;
        }
        catch (InputException)
        {
            return "";
        }
    }
}
