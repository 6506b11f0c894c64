using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Training.Tests;

/// <summary>A small training that can be stopped after any step and taken up by a new trainer, as by a new process.</summary>
sealed class CheckpointRun : IDisposable
{
    /// <summary>Batches of an epoch; the last one is smaller.</summary>
    public const int StepsPerEpoch = 4;

    static readonly Aesm2Options Model = new()
    {
        Experts = 4,
        Expert = new ExpertOptions { Widths = [6], BatchNorm = true, Dropout = 0.2 },
        TowerWidths = [4],
        IndicatorWidth = 2,
    };

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    readonly WorkerPool _pool = new(2);
    readonly Schema _schema = TinyData.Schema([2], [-1, 0]);
    readonly Batch _rows;

    public CheckpointRun() => _rows = TinyData.Rows(_schema, 25 * StepsPerEpoch - 7, 3, unobserved: 0.2);

    /// <summary>Rare rows of the larger table rest for many steps, the best validation lies in the middle, and patience ends the run.</summary>
    public TrainingOptions Options { get; init; } = new() { Epochs = 6, Patience = 2, BatchSize = 25, WeightDecay = 0.01 };

    /// <summary>Values of the validations, by their step.</summary>
    public Func<long, double?> Monitor { get; init; } = step => step % 7 == 0 ? null : -Math.Abs(step - 9.4);

    public bool ValidateFirst { get; init; }

    /// <summary>What somebody asks in a step; null for a run without control.</summary>
    public Action<long, TrainingControl>? Ask { get; init; }

    /// <summary>Step in whose validation the run is cancelled, once; 0 for none.</summary>
    public long CancelInValidation { get; set; }

    /// <summary>The control of the last run.</summary>
    public TrainingControl? Control { get; private set; }

    /// <summary>Whether every step shows its gates.</summary>
    public bool Gates { get; set; }

    public Dictionary<string, string> Identity { get; } = new() { ["training.seed"] = "1" };

    public List<string> Warnings { get; } = [];

    public string Checkpoints => Path.Combine(_folder.FullName, "checkpoints");

    public string[] Found => [.. Directory.EnumerateFileSystemEntries(Checkpoints).Select(f => Path.GetFileName(f)).Where(f => f != ".lock").Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        _pool.Dispose();
        _folder.Delete(recursive: true);
    }

    public void Clear()
    {
        if (Directory.Exists(Checkpoints)) Directory.Delete(Checkpoints, recursive: true);
    }

    /// <summary>Trains to the end without checkpoints.</summary>
    public Outcome Uninterrupted() => Fit(null, false, _ => { });

    /// <summary>Trains until the step and there is cancelled, or torn away as by a crash; false where the run was over before.</summary>
    public bool StopAfter(long step, bool crash, bool resume = false, Action<CheckpointStep>? reached = null)
    {
        using var cancel = new CancellationTokenSource();
        try
        {
            Fit(
                reached ?? (_ => { }),
                resume,
                s =>
                {
                    if (s < step) return;
                    if (crash) throw new CrashException();
                    cancel.Cancel();
                },
                cancellation: cancel.Token);
            return false;
        }
        catch (CrashException)
        {
            return true;
        }
        catch (TrainingInterruptedException e)
        {
            e.Step.ShouldBe(step);
            return true;
        }
    }

    public Outcome Resume() => ResumeUntil(0);

    /// <summary>Goes on until the epoch is over; 0 = to the end.</summary>
    public Outcome ResumeUntil(int epoch) => Fit(_ => { }, true, _ => { }, epoch);

    Outcome Fit(Action<CheckpointStep>? reached, bool resume, Action<long> onStep, int pauseAfter = 0, CancellationToken cancellation = default)
    {
        var ranker = new Ranker(_schema, Model, 1);
        using var train = new Rotated(_rows);
        using var store = reached is null ? null : new CheckpointStore(Checkpoints, Identity, Options.KeepCheckpoints, Warnings.Add, reached);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var control = Control = Ask is null ? null : new TrainingControl();
        var trainer = new Trainer(ranker, Options, _pool) { Checkpoints = store, ValidateFirst = ValidateFirst, PauseAfter = pauseAfter, Control = control };
        var resumed = resume ? trainer.Resume() : 0;
        var heard = new Observer(OnStep) { Step = resumed, Gates = Gates };
        var result = trainer.Fit(train, Validate, heard, cancelled.Token);
        var p = ranker.Parameters;
        int[] weights = [.. Problem.Bits(p.DenseValues), .. p.Tables.SelectMany(t => Problem.Bits(t.Values)), .. p.Buffers.SelectMany(b => Problem.Bits(b.Values))];
        return new Outcome(resumed, result with { RowsPerSecond = 0 }, weights, heard.Losses) { Rates = heard.Rates, Means = heard.Means, Obeyed = heard.Obeyed, Saving = heard.Saving, Layers = heard.Layers, Validated = heard.Validated };

        void OnStep(long step)
        {
            if (control is not null) Ask!(step, control);
            onStep(step);
        }

        Validation Validate()
        {
            if (CancelInValidation > 0 && heard.Step == CancelInValidation)
            {
                CancelInValidation = 0;
                cancelled.Cancel();
                cancelled.Token.ThrowIfCancellationRequested();
            }

            // Half of the cancelled runs end in the validation, half after it.
            if (heard.Step % 2 == 0) cancellation.ThrowIfCancellationRequested();
            return new Validation(Monitor(heard.Step), true);
        }
    }

    /// <summary>What a run came to; losses are the means that every step reported.</summary>
    public sealed record Outcome(long Resumed, TrainingResult Result, int[] Weights, Dictionary<long, double> Losses)
    {
        /// <summary>Learning rate by step.</summary>
        public required Dictionary<long, double> Rates { get; init; }

        /// <summary>Mean loss of the first task and of the first auxiliary term since the fifth step before, or the one before that.</summary>
        public required Dictionary<long, (double Task, double Auxiliary)> Means { get; init; }

        public required List<ControlReport> Obeyed { get; init; }

        /// <summary>Steps of checkpoints that were about to be saved.</summary>
        public required List<long> Saving { get; init; }

        /// <summary>Layers whose gates were shown, by step.</summary>
        public required Dictionary<long, string[]> Layers { get; init; }

        /// <summary>Steps that were validated.</summary>
        public required List<long> Validated { get; init; }
    }

    /// <summary>Takes the place of a process that ends without a chance to save.</summary>
    sealed class CrashException : Exception;

    sealed class Observer(Action<long> onStep) : ITrainingObserver
    {
        public long Step { get; set; }

        public bool Gates { get; init; }

        public Dictionary<long, double> Losses { get; } = [];

        public Dictionary<long, double> Rates { get; } = [];

        public Dictionary<long, (double Task, double Auxiliary)> Means { get; } = [];

        public List<ControlReport> Obeyed { get; } = [];

        public List<long> Saving { get; } = [];

        public Dictionary<long, string[]> Layers { get; } = [];

        public List<long> Validated { get; } = [];

        public void OnStep(in StepReport report)
        {
            Step = report.Step;
            Losses[report.Step] = report.Loss;
            Rates[report.Step] = report.LearningRate;
            if (report.Step % 5 == 0)
            {
                Means[report.Step] = (report.Losses.Task(0), report.Losses.Auxiliary(0));
                report.Losses.Clear();
            }

            onStep(report.Step);
        }

        public void OnValidation(in ValidationReport report) => Validated.Add(report.Step);

        public void OnControl(in ControlReport report) => Obeyed.Add(report);

        public void OnSaving() => Saving.Add(Step);

        public bool WantsGates(long step) => Gates;

        public void OnGates(long step, Graph graph, Batch batch) => Layers[step] = [.. graph.Gates.ToArray().Select(g => g.Layer)];
    }

    /// <summary>Another order of the rows in every epoch, which depends on the epoch alone.</summary>
    sealed class Rotated(Batch rows) : IBatchSource
    {
        int _epoch;
        int _next;

        public Schema Schema => rows.Schema;

        public long RowCount => rows.Count;

        public void Rewind(int epoch) => (_epoch, _next) = (epoch, 0);

        public bool Next(Batch batch, int size)
        {
            var count = Math.Min(size, rows.Count - _next);
            if (count <= 0) return false;
            TinyData.Copy(rows, [.. Enumerable.Range(_next, count).Select(i => (i + 13 * _epoch) * 11 % rows.Count)], batch);
            _next += count;
            return true;
        }

        public void Dispose()
        {
        }
    }
}
