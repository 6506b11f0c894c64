using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Training;

/// <summary>The training loop: epochs, schedule, validation, early stopping. The best weights are always restored.</summary>
public sealed class Trainer
{
    // Code is compiled and compiled again in the first steps of a process: they say nothing of the model's speed.
    const int WarmSteps = 50;

    readonly Ranker _ranker;
    readonly TrainingOptions _options;
    readonly TrainingStep _step;
    readonly BestWeights _best = new();
    readonly LossWindow _losses;
    long? _started;
    int _epoch;
    long _steps;
    long _epochRows;
    double _epochSeconds;
    double _loss;
    long _rows;
    double _seconds;
    int _warmSteps;
    long _coldRows;
    double _coldSeconds;
    double _totalSeconds;
    double _rateFactor = 1;
    double? _bestValue;
    long _bestStep;
    int _bestEpoch;
    int _sinceBest;
    bool _validationDue;
    bool _stopped;
    bool _stoppedByRequest;

    /// <param name="ranker">What to train.</param>
    /// <param name="options">How.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="frozen">Weights to leave as they are; null for none.</param>
    public Trainer(Ranker ranker, TrainingOptions options, WorkerPool pool, FrozenWeights? frozen = null)
    {
        (_ranker, _options) = (ranker, options);
        _step = new TrainingStep(ranker, options, pool, frozen);
        _losses = new LossWindow(ranker.Schema.Tasks.Length);
    }

    /// <summary>Where checkpoints are saved, at the steps the options name and when the run is cancelled; null for none.</summary>
    public CheckpointStore? Checkpoints { get; init; }

    /// <summary>True where the weights to begin with are a model's: they are validated too, and kept where no step betters them.</summary>
    public bool ValidateFirst { get; init; }

    /// <summary>
    /// Epoch after which <see cref="Fit"/> returns although more are planned; 0 = none. Schedules run over all planned epochs, so that a
    /// trainer that resumes from the checkpoint goes on as if it had not paused.
    /// </summary>
    public int PauseAfter { get; init; }

    /// <summary>What somebody asks of the run while it trains; null (default) for nobody. It is looked at between two steps.</summary>
    public TrainingControl? Control { get; init; }

    /// <summary>The clock of the speeds it reports.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Steps taken, those before a checkpoint included.</summary>
    public long Steps => _step.Optimizer.Steps;

    /// <summary>Seconds of training since the clock was started; 0 while it stands.</summary>
    double Elapsed => _started is { } started ? Time.GetElapsedTime(started).TotalSeconds : 0;

    /// <summary>
    /// Takes the state of the newest whole checkpoint, before <see cref="Fit"/>, which then goes on bit for bit as if it had never
    /// stopped. Everything stays as it is where there is none.
    /// </summary>
    /// <returns>Its step; 0 where there is none.</returns>
    /// <exception cref="InputException">The checkpoint is of another run.</exception>
    public long Resume()
    {
        if (Checkpoints?.Find() is not { } found) return 0;
        _step.Optimizer.Load(found.State.Optimizer, _best, arrays => CheckpointFile.Read(found.Arrays, arrays));
        var at = found.State.Position;
        (_epoch, _steps, _epochRows, _epochSeconds, _loss) = (at.Epoch, at.StepInEpoch, at.RowsInEpoch, at.SecondsInEpoch, at.Loss);
        (_rows, _seconds, _validationDue, _stopped) = (at.Rows, at.Seconds, at.ValidationDue, at.Stopped);
        (_bestValue, _bestStep, _bestEpoch, _sinceBest) = (at.BestValue, at.BestStep, at.BestEpoch, at.SinceBest);
        (_totalSeconds, _rateFactor, _stoppedByRequest) = (at.TotalSeconds, at.RateFactor, at.StoppedByRequest);
        _losses.Load(at.Losses);
        return _step.Optimizer.Steps;
    }

    /// <summary>Trains until the epochs are over, patience runs out, <see cref="Control"/> says stop or the token is cancelled; then leaves the best weights in the ranker. A cancelled run leaves the last ones.</summary>
    /// <param name="train">Training rows; rewound for every epoch.</param>
    /// <param name="validate">Evaluates the ranker as it is, and may be cancelled; called after every epoch or every ValidateEvery steps.</param>
    /// <param name="observer">Hears of steps and validations.</param>
    /// <param name="cancellation">Ends the run between two steps, after a checkpoint, with <see cref="TrainingInterruptedException"/>;
    /// where there is no checkpoint, with <see cref="OperationCanceledException"/>.</param>
    public TrainingResult Fit(IBatchSource train, Func<Validation> validate, ITrainingObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validate);
        ArgumentNullException.ThrowIfNull(observer);
        Control?.Begin(Checkpoints is not null);
        try
        {
            return Run(train, validate, observer, cancellation);
        }
        finally
        {
            Control?.End();
        }
    }

    TrainingResult Run(IBatchSource train, Func<Validation> validate, ITrainingObserver observer, CancellationToken cancellation)
    {
        var batch = new Batch(_ranker.Schema, _options.BatchSize);
        var stepsPerEpoch = (train.RowCount + _options.BatchSize - 1) / _options.BatchSize;
        if (_validationDue || (ValidateFirst && _step.Optimizer.Steps == 0)) Validate(validate, observer, cancellation);
        var inEpoch = _epoch > 0 && _steps < stepsPerEpoch;
        var until = PauseAfter > 0 ? Math.Min(PauseAfter, _options.Epochs) : _options.Epochs;
        while (!_stopped && (inEpoch || _epoch < until))
        {
            if (!inEpoch)
            {
                _epoch++;
                (_steps, _epochRows, _epochSeconds, _loss) = (0, 0, 0, 0);
            }

            inEpoch = false;
            RunEpoch(stepsPerEpoch, train, batch, validate, observer, cancellation);
        }

        var hasBest = _bestValue is not null;
        if (hasBest) _step.Optimizer.Restore(_best);
        else _step.Optimizer.BeforeReadAll();
        return new TrainingResult(
            _step.Optimizer.Steps, _epoch, hasBest ? _bestStep : _step.Optimizer.Steps, hasBest ? _bestEpoch : _epoch, _bestValue,
            _stopped && !_stoppedByRequest, _seconds > 0 ? _rows / _seconds : _coldSeconds > 0 ? _coldRows / _coldSeconds : 0)
        {
            StoppedByRequest = _stoppedByRequest,
            RateFactor = _rateFactor,
        };
    }

    /// <summary>An epoch, or what is left of it after resuming.</summary>
    void RunEpoch(
        long stepsPerEpoch, IBatchSource train, Batch batch, Func<Validation> validate, ITrainingObserver observer, CancellationToken cancellation)
    {
        train.Rewind(_epoch);

        // The batches before the checkpoint are read and dropped: a thousandth of the time that training on them took.
        for (var skipped = 0L; skipped < _steps; skipped++)
        {
            if (cancellation.IsCancellationRequested) Interrupt(observer, cancellation);
            train.Next(batch, _options.BatchSize);
        }

        _started = Time.GetTimestamp();
        while (train.Next(batch, _options.BatchSize))
        {
            if (cancellation.IsCancellationRequested) Interrupt(observer, cancellation);
            var done = _step.Optimizer.Steps;
            var rate = _rateFactor * _options.Schedule.At(_options.LearningRate, done, stepsPerEpoch, _options.Epochs);
            _step.NotesGates = observer.WantsGates(done + 1);
            _loss += _step.Run(batch, rate, Math.Min(1, (double)done / Math.Max(1, stepsPerEpoch * _options.Epochs - 1)));
            _losses.Add(_step);
            if (_step.NotesGates) observer.OnGates(done + 1, _step.Graph, batch);
            _steps++;
            _epochRows += batch.Count;
            if (_warmSteps < WarmSteps) _coldRows += batch.Count;
            else _rows += batch.Count;
            if (++_warmSteps == WarmSteps)
            {
                StopClock(cold: true);
                _started = Time.GetTimestamp();
            }

            var elapsed = Elapsed;
            observer.OnStep(new StepReport(
                done + 1, _epoch, _steps, stepsPerEpoch, _loss / _steps, _step.AuxiliaryLoss, _epochRows / Math.Max(_epochSeconds + elapsed, 1e-9), rate,
                _totalSeconds + elapsed, _losses));
            var atEnd = _steps == stepsPerEpoch;
            var last = atEnd && _epoch == _options.Epochs;
            var asked = Control is { } control && (last || control.Asked) ? Obey(control, last, observer) : default;
            var stopping = asked.Stop && !last;
            var validating = last || stopping || (_options.ValidateEvery == 0 ? atEnd : (done + 1) % _options.ValidateEvery == 0);
            var saving = atEnd || asked.Checkpoint || (_options.CheckpointEvery > 0 && (done + 1) % _options.CheckpointEvery == 0);
            if (!validating && !saving) continue;
            StopClock();
            if (stopping) _stoppedByRequest = true;
            if (validating) Validate(validate, observer, cancellation);
            if (saving || _stopped) Save(observer);
            if (asked.Checkpoint && Checkpoints?.Newest == done + 1) observer.OnControl(new ControlReport(done + 1, ControlAction.Checkpoint, null));
            if (_stopped) return;
            _started = Time.GetTimestamp();
        }

        StopClock();
    }

    /// <summary>What was asked since the step before. A rate counts from the next step on, a checkpoint is told of once it is saved.</summary>
    TrainingRequests Obey(TrainingControl control, bool last, ITrainingObserver observer)
    {
        var asked = control.Take(last);
        var step = _step.Optimizer.Steps;
        if (asked.RateBy != 1)
        {
            _rateFactor = Math.Clamp(_rateFactor * asked.RateBy, TrainingControl.SmallestRate, TrainingControl.LargestRate);
            observer.OnControl(new ControlReport(step, ControlAction.Rate, _rateFactor));
        }

        if (asked.Stop) observer.OnControl(new ControlReport(step, ControlAction.Stop, null));
        return asked;
    }

    /// <summary>Validations and checkpoints do not count as training time.</summary>
    void StopClock(bool cold = false)
    {
        var seconds = Elapsed;
        _started = null;
        _epochSeconds += seconds;
        _totalSeconds += seconds;
        if (cold || _warmSteps < WarmSteps) _coldSeconds += seconds;
        else _seconds += seconds;
    }

    void Interrupt(ITrainingObserver observer, CancellationToken cancellation)
    {
        StopClock();
        Save(observer);
        if (Checkpoints is { Newest: > 0 and var step }) throw new TrainingInterruptedException(step, cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    void Save(ITrainingObserver observer)
    {
        if (Checkpoints is null || _step.Optimizer.Steps == 0) return;
        observer.OnSaving();
        var position = new TrainingPosition
        {
            Epoch = _epoch,
            StepInEpoch = _steps,
            RowsInEpoch = _epochRows,
            SecondsInEpoch = _epochSeconds,
            Loss = _loss,
            Rows = _rows,
            Seconds = _seconds,
            BestValue = _bestValue,
            BestStep = _bestStep,
            BestEpoch = _bestEpoch,
            SinceBest = _sinceBest,
            ValidationDue = _validationDue,
            Stopped = _stopped,
            TotalSeconds = _totalSeconds,
            RateFactor = _rateFactor,
            StoppedByRequest = _stoppedByRequest,
            Losses = _losses.Save(),
        };
        var hasBest = _bestValue is not null;
        Checkpoints.Save(position, _step.Optimizer.Sizes(hasBest), _step.Optimizer.Arrays(_best, hasBest));
    }

    void Validate(Func<Validation> validate, ITrainingObserver observer, CancellationToken cancellation)
    {
        _step.Optimizer.BeforeReadAll();
        Validation validation;
        try
        {
            _validationDue = true;
            validation = validate();
            _validationDue = false;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Interrupt(observer, cancellation);
            throw;
        }

        var improved = validation.Value is { } value &&
            (_bestValue is not { } best || (validation.HigherIsBetter ? value > best : value < best));
        if (improved)
        {
            (_bestValue, _bestStep, _bestEpoch, _sinceBest) = (validation.Value, _step.Optimizer.Steps, _epoch, 0);
            _step.Optimizer.MarkBest(_best);
        }
        else if (_bestValue is not null)
        {
            // A monitor that has never had a value says nothing about when to stop.
            _sinceBest++;
        }

        observer.OnValidation(new ValidationReport(
            _step.Optimizer.Steps, _epoch, _steps > 0 ? _loss / _steps : 0, _epochRows / Math.Max(_epochSeconds, 1e-9), validation.Value, _bestValue, improved,
            _totalSeconds));
        _stopped = _stoppedByRequest || (_options.Patience > 0 && _sinceBest >= _options.Patience);
    }
}
