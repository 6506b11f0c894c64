using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Evaluation;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>Turns what happens in a training into metric events, and passes it on to who reports it.</summary>
/// <param name="configuration">The run.</param>
/// <param name="ranker">Its model.</param>
/// <param name="rows">Rows of every part.</param>
/// <param name="runId">What the training is told from others by (<see cref="RunEvent.RunId"/>).</param>
/// <param name="path">The log.</param>
/// <param name="cadence">How often it is written.</param>
/// <param name="watch">Who else hears the events.</param>
/// <param name="reporter">Hears steps and validations.</param>
sealed class MetricRecorder(
    RunConfiguration configuration, Ranker ranker, MetricRows rows, string runId, string path, MetricCadence cadence, RunWatch watch, IRunReporter reporter)
    : ITrainingObserver, IDisposable
{
    // The lines of a run with thousands of scenarios would otherwise be megabytes; the table and evaluate have all.
    const int MostScenarios = 40;

    readonly Schema _schema = ranker.Schema;
    readonly BatchExperts _experts = new(ranker.Schema);
    MetricLog? _log;
    EvaluationReport? _evaluation;
    long _total;
    long _step;
    double _seconds;
    bool _hasGates = true;

    /// <summary>The run id that the training had when its newest checkpoint was made, which an option added since changes; null where there is no checkpoint.</summary>
    public string? FormerId { get; init; }

    /// <summary>Training begins, or goes on.</summary>
    /// <param name="step">Step it goes on after; 0 for a new run.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    public void Begin(long step, long stepsPerEpoch)
    {
        var options = configuration.Training;
        _step = step;
        _total = stepsPerEpoch * options.Epochs;
        _log = new MetricLog(path, step, reporter.Warning, watch.Time, runId, FormerId);
        var run = new RunEvent
        {
            After = step,
            RunId = runId,
            Name = configuration.Name,
            Started = watch.Time.GetUtcNow(),
            Command = watch.Command,
            Model = configuration.Model.Name,
            Configuration = configuration.ToYaml(),
            Tasks = [.. _schema.Tasks.Select(t => t.Name)],
            MostScenarios = MostScenarios,
            Levels = [.. _schema.Levels.Select(l => new MetricLevel(l.Column, l.Nodes))],
            Parameters = ranker.Parameters.TrainedValues,
            Epochs = options.Epochs,
            StepsPerEpoch = stepsPerEpoch,
            BatchSize = options.BatchSize,
            Rows = rows,
            Monitor = options.Monitor,
            HigherIsBetter = EvaluationReport.HigherIsBetter(options.Monitor),
        };
        if (!_log.GoesOn) _log.Write(run);
        foreach (var sink in watch.Sinks) sink.Write(run);
    }

    /// <summary>A validation was measured; its cells go into the event of it.</summary>
    public void Evaluated(EvaluationReport report) => _evaluation = report;

    public void OnStep(in StepReport report)
    {
        (_step, _seconds) = (report.Step, report.Seconds);
        if (cadence.IsLogged(report.Step, _total)) Write(EventOf(report));
        reporter.OnStep(report);
    }

    public void OnValidation(in ValidationReport report)
    {
        _seconds = report.Seconds;
        Write(new ValidationEvent
        {
            Step = report.Step,
            Epoch = report.Epoch,
            Seconds = report.Seconds,
            Value = report.Value,
            Best = report.Best,
            Improved = report.Improved,
            Cells = _evaluation is null ? [] : [.. _evaluation.Cells.Where(c => c.Metrics.Rows > 0).GroupBy(c => c.Level).SelectMany(Largest).Select(CellOf)],
        });
        _evaluation = null;
        reporter.OnValidation(report);
    }

    public void OnControl(in ControlReport report)
    {
        Write(new ControlEvent(report.Step, report.Action, report.Value));
        reporter.OnControl(report);
    }

    public void OnSaving() => _log?.Flush();

    public bool WantsGates(long step) => _hasGates && cadence.CountsExperts(step, _total, configuration.Training.BatchSize);

    public void OnGates(long step, Graph graph, Batch batch)
    {
        _hasGates = graph.Gates.Length > 0;
        if (!_hasGates) return;
        Write(new ExpertsEvent { Step = step, Layers = _experts.Count(graph, batch) });
    }

    /// <summary>Training came to an end.</summary>
    public void End(TrainingResult result) => End(
        new EndEvent
        {
            Step = result.Steps,
            Seconds = _seconds,
            Reason = result.StoppedByRequest ? EndReason.Stopped : result.StoppedEarly ? EndReason.StoppedEarly : EndReason.Finished,
            BestStep = result.BestStep,
            BestEpoch = result.BestEpoch,
            BestValue = result.BestValue,
        });

    /// <summary>Training did not come to an end.</summary>
    public void End(Exception e) => End(
        e is OperationCanceledException
            ? new EndEvent { Step = _step, Seconds = _seconds, Reason = EndReason.Interrupted }
            : new EndEvent { Step = _step, Seconds = _seconds, Reason = EndReason.Failed, Message = OneLine.Of(e.Message) });

    public void Dispose() => _log?.Dispose();

    void End(EndEvent end)
    {
        Write(end);
        _log?.Dispose();
    }

    void Write(MetricEvent happened)
    {
        _log?.Write(happened);
        foreach (var sink in watch.Sinks) sink.Write(happened);
    }

    StepEvent EventOf(in StepReport report)
    {
        var (losses, tasks, auxiliary) = (report.Losses, new Dictionary<string, double>(), new Dictionary<string, double>());
        for (var t = 0; t < _schema.Tasks.Length; t++) tasks[_schema.Tasks[t].Name] = losses.Task(t);
        for (var i = 0; i < losses.Names.Length; i++) auxiliary[losses.Names[i]] = losses.Auxiliary(i);
        var logged = new StepEvent
        {
            Step = report.Step,
            Epoch = report.Epoch,
            Seconds = report.Seconds,
            Loss = report.Loss,
            Tasks = tasks,
            Auxiliary = auxiliary,
            AuxiliaryLoss = losses.AuxiliaryLoss,
            Rate = report.LearningRate,
            RowsPerSecond = report.RowsPerSecond,
            LeftSeconds = (_total - report.Step) * configuration.Training.BatchSize / Math.Max(report.RowsPerSecond, 1e-9),
        };
        losses.Clear();
        return logged;
    }

    /// <summary>The cells of a level, of its scenarios with the most rows where there are too many.</summary>
    static IEnumerable<Cell> Largest(IEnumerable<Cell> level)
    {
        var scenarios = level.GroupBy(c => c.Scenario).ToList();
        if (scenarios.Count <= MostScenarios) return level;
        var largest = scenarios.OrderByDescending(s => s.Sum(c => c.Metrics.Rows)).Take(MostScenarios).Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
        return level.Where(c => largest.Contains(c.Scenario));
    }

    MetricCell CellOf(Cell cell)
    {
        var isTotal = cell.Level == "total";
        return new MetricCell(
            isTotal ? null : ColumnsOf(cell.Level), isTotal ? null : cell.Scenario, cell.Task,
            cell.Metrics.Rows, cell.Metrics.Positives, cell.Metrics.Auc, cell.Metrics.LogLoss);
    }

    /// <summary>The columns from the root to a level of an evaluation.</summary>
    string ColumnsOf(string level)
    {
        var depth = level == "leaf" ? _schema.Levels.Length : int.Parse(level.AsSpan("level".Length), System.Globalization.CultureInfo.InvariantCulture);
        return string.Join('/', _schema.Levels.Take(depth).Select(l => l.Column));
    }
}
