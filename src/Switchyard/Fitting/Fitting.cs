using Switchyard.Data;
using Switchyard.Inference;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>A model trained on open rows.</summary>
/// <param name="Ranker">The model, with the weights that were best on the validation rows.</param>
/// <param name="Training">How training went.</param>
sealed record FittedModel(Ranker Ranker, TrainingResult Training);

/// <summary>Trains one configuration over rows that are open already: the part that train, tune and compare share.</summary>
static class Fitting
{
    /// <summary>Trains a new model. Saves checkpoints, and goes on from the newest, where there is a store for them.</summary>
    /// <param name="configuration">Model, training and evaluation; its data section must be the one that the rows were read by.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="pool">Workers.</param>
    /// <param name="checkpoints">Checkpoints of this very run; null for none.</param>
    /// <param name="pauseAfter">Epoch after which training stops for now, to go on from its checkpoint later; 0 = when it is over.</param>
    /// <param name="reporter">Hears of steps and validations.</param>
    /// <param name="record">Makes the log of the run; null for none.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    public static FittedModel Train(
        RunConfiguration configuration,
        FittingRows rows,
        WorkerPool pool,
        CheckpointStore? checkpoints,
        int pauseAfter,
        IRunReporter reporter,
        Func<Ranker, MetricRecorder>? record,
        CancellationToken cancellation)
    {
        var options = configuration.Training;
        var ranker = new Ranker(rows.Schema, configuration.Model.Options, options.Seed);
        using var recorder = record?.Invoke(ranker);
        var result = Run(Start, new Predictor(ranker, pool), rows, null, configuration, reporter, recorder, cancellation);
        return new FittedModel(ranker, result);

        Trainer Start()
        {
            var trainer = new Trainer(ranker, WithPatience(options, rows), pool) { Checkpoints = checkpoints, PauseAfter = pauseAfter };
            trainer.Resume();
            return trainer;
        }
    }

    /// <summary>Without a validation row, nothing says when to stop.</summary>
    public static TrainingOptions WithPatience(TrainingOptions options, FittingRows rows) =>
        rows.ValidationCount > 0 ? options : options with { Patience = 0 };

    /// <summary>Trains. The trainer is made and forgotten here: its gradients, moments and buffers must be free before a table's rows need memory.</summary>
    /// <param name="start">Makes the trainer.</param>
    /// <param name="predictor">Scores with the model that the trainer trains.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="mix">Adds rows to the training rows; null adds none.</param>
    /// <param name="configuration">The run.</param>
    /// <param name="reporter">Hears of steps and validations.</param>
    /// <param name="recorder">Writes the log, and tells the reporter; null where there is no log.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    public static TrainingResult Run(
        Func<Trainer> start,
        Predictor predictor,
        FittingRows rows,
        Func<IBatchSource, IBatchSource>? mix,
        RunConfiguration configuration,
        IRunReporter reporter,
        MetricRecorder? recorder,
        CancellationToken cancellation)
    {
        var options = configuration.Training;
        var own = rows.OpenTraining(options.Seed, options.ShuffleRows);
        using var train = mix is null ? own : mix(own);
        using var validation = rows.OpenValidation();
        var evaluation = new PartEvaluation(predictor, configuration.Evaluation);
        var trainer = start();
        reporter.TrainingStarted(options.Epochs, options.Monitor);
        if (recorder is null) return trainer.Fit(train, Validate, reporter, cancellation);
        recorder.Begin(trainer.Steps, (train.RowCount + options.BatchSize - 1) / options.BatchSize);
        try
        {
            var result = trainer.Fit(train, Validate, recorder, cancellation);
            recorder.End(result);
            return result;
        }
        catch (Exception e)
        {
            recorder.End(e);
            throw;
        }

        Validation Validate()
        {
            if (validation.RowCount == 0) return new Validation(null, true);
            var report = evaluation.Run(validation, fixPositions: true, cancellation);
            recorder?.Evaluated(report);
            var value = report.Monitor(options.Monitor);
            return new Validation(value.Value, value.HigherIsBetter);
        }
    }
}
