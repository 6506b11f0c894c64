using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Kernels;
using Switchyard.Models;

namespace Switchyard.Training;

/// <summary>Outcome of a validation.</summary>
/// <param name="Value">Value of the monitor; null where it is undefined, which never counts as a new best.</param>
/// <param name="HigherIsBetter">Direction of the monitor.</param>
public readonly record struct Validation(double? Value, bool HigherIsBetter);

/// <summary>Loss since the last report.</summary>
/// <param name="Step">Steps taken in all.</param>
/// <param name="Epoch">Epoch, 1-based.</param>
/// <param name="StepInEpoch">Steps taken in this epoch.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far, auxiliary terms included.</param>
/// <param name="AuxiliaryLoss">Auxiliary terms of the last step.</param>
/// <param name="RowsPerSecond">Training rows per second in this epoch, validation left out.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
public readonly record struct StepReport(
    long Step, int Epoch, long StepInEpoch, long StepsPerEpoch, double Loss, double AuxiliaryLoss, double RowsPerSecond, double LearningRate);

/// <summary>A finished validation.</summary>
/// <param name="Step">Steps taken in all.</param>
/// <param name="Epoch">Epoch, 1-based.</param>
/// <param name="Loss">Mean training loss of this epoch so far.</param>
/// <param name="RowsPerSecond">Training rows per second in this epoch.</param>
/// <param name="Value">Value of the monitor.</param>
/// <param name="Best">Best value so far.</param>
/// <param name="Improved">True where this is the best so far.</param>
public readonly record struct ValidationReport(
    long Step, int Epoch, double Loss, double RowsPerSecond, double? Value, double? Best, bool Improved);

/// <summary>What a training run came to.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Epochs">Epochs begun.</param>
/// <param name="BestStep">Step of the weights that were kept.</param>
/// <param name="BestEpoch">Epoch of the weights that were kept.</param>
/// <param name="BestValue">Monitor at these weights; null where no validation had a value.</param>
/// <param name="StoppedEarly">True where patience ran out.</param>
/// <param name="RowsPerSecond">Training rows per second over all epochs, validation left out.</param>
public sealed record TrainingResult(
    long Steps, int Epochs, long BestStep, int BestEpoch, double? BestValue, bool StoppedEarly, double RowsPerSecond);

/// <summary>Hears what happens during training; called on the training thread.</summary>
public interface ITrainingObserver
{
    void OnStep(in StepReport report);

    void OnValidation(in ValidationReport report);
}

/// <summary>The training loop: epochs, schedule, validation, early stopping. The best weights are always restored.</summary>
public sealed class Trainer
{
    readonly Ranker _ranker;
    readonly TrainingOptions _options;
    readonly TrainingStep _step;
    readonly BestWeights _best = new();
    double _seconds;
    long _rows;
    double? _bestValue;
    long _bestStep;
    int _bestEpoch;
    int _sinceBest;

    public Trainer(Ranker ranker, TrainingOptions options, WorkerPool pool)
    {
        (_ranker, _options) = (ranker, options);
        _step = new TrainingStep(ranker, options, pool);
    }

    /// <summary>Trains until the epochs are over, patience runs out or the token is cancelled; leaves the best weights in the ranker.</summary>
    /// <param name="train">Training rows; rewound for every epoch.</param>
    /// <param name="validate">Evaluates the ranker as it is; called after every epoch or every ValidateEvery steps.</param>
    /// <param name="observer">Hears of steps and validations.</param>
    /// <param name="cancellation">Ends the run between two steps with <see cref="OperationCanceledException"/>.</param>
    public TrainingResult Fit(IBatchSource train, Func<Validation> validate, ITrainingObserver observer, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validate);
        ArgumentNullException.ThrowIfNull(observer);
        var batch = new Batch(_ranker.Schema, _options.BatchSize);
        var stepsPerEpoch = (train.RowCount + _options.BatchSize - 1) / _options.BatchSize;
        var epoch = 0;
        var stopped = false;
        while (epoch < _options.Epochs && !stopped)
        {
            epoch++;
            stopped = RunEpoch(epoch, stepsPerEpoch, train, batch, validate, observer, cancellation);
        }

        if (_bestStep > 0) _step.Optimizer.Restore(_best);
        else _step.Optimizer.BeforeReadAll();
        return new TrainingResult(
            _step.Optimizer.Steps, epoch, _bestStep > 0 ? _bestStep : _step.Optimizer.Steps, _bestStep > 0 ? _bestEpoch : epoch, _bestValue, stopped,
            _seconds > 0 ? _rows / _seconds : 0);
    }

    bool RunEpoch(
        int epoch, long stepsPerEpoch, IBatchSource train, Batch batch, Func<Validation> validate, ITrainingObserver observer,
        CancellationToken cancellation)
    {
        train.Rewind(epoch);
        double loss = 0, seconds = 0;
        long steps = 0, rows = 0;
        var clock = Stopwatch.StartNew();
        while (train.Next(batch, _options.BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var done = _step.Optimizer.Steps;
            var rate = _options.Schedule.At(_options.LearningRate, done, stepsPerEpoch, _options.Epochs);
            loss += _step.Run(batch, rate, Math.Min(1, (double)done / (stepsPerEpoch * _options.Epochs)));
            steps++;
            rows += batch.Count;
            var now = seconds + clock.Elapsed.TotalSeconds;
            observer.OnStep(new StepReport(
                done + 1, epoch, steps, stepsPerEpoch, loss / steps, _step.AuxiliaryLoss, rows / Math.Max(now, 1e-9), rate));
            var atEnd = steps == stepsPerEpoch;
            var last = atEnd && epoch == _options.Epochs;
            if (!last && (_options.ValidateEvery == 0 ? !atEnd : (done + 1) % _options.ValidateEvery != 0)) continue;
            seconds += clock.Elapsed.TotalSeconds;
            var stop = Validate(epoch, loss / steps, rows / Math.Max(seconds, 1e-9), validate, observer);
            clock.Restart();
            if (stop)
            {
                Account(rows, seconds);
                return true;
            }
        }

        Account(rows, seconds + clock.Elapsed.TotalSeconds);
        return false;
    }

    void Account(long rows, double seconds)
    {
        _rows += rows;
        _seconds += seconds;
    }

    bool Validate(int epoch, double loss, double rowsPerSecond, Func<Validation> validate, ITrainingObserver observer)
    {
        _step.Optimizer.BeforeReadAll();
        var validation = validate();
        var improved = validation.Value is { } value &&
            (_bestValue is not { } best || (validation.HigherIsBetter ? value > best : value < best));
        if (improved)
        {
            (_bestValue, _bestStep, _bestEpoch, _sinceBest) = (validation.Value, _step.Optimizer.Steps, epoch, 0);
            _step.Optimizer.MarkBest(_best);
        }
        else
        {
            _sinceBest++;
        }

        observer.OnValidation(new ValidationReport(_step.Optimizer.Steps, epoch, loss, rowsPerSecond, validation.Value, _bestValue, improved));
        return _options.Patience > 0 && _sinceBest >= _options.Patience;
    }
}
