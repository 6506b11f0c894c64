using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Training;

/// <summary>Outcome of a validation.</summary>
/// <param name="Value">Value of the monitor; null where it is undefined, which never counts as a new best.</param>
/// <param name="HigherIsBetter">Direction of the monitor.</param>
public readonly record struct Validation(double? Value, bool HigherIsBetter);

/// <summary>How training goes, after a step.</summary>
/// <param name="Step">Steps taken in all.</param>
/// <param name="Epoch">Epoch, 1-based.</param>
/// <param name="StepInEpoch">Steps taken in this epoch.</param>
/// <param name="StepsPerEpoch">Steps of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far, auxiliary terms included.</param>
/// <param name="AuxiliaryLoss">Auxiliary terms of the last step.</param>
/// <param name="RowsPerSecond">Training rows per second in this epoch, validation left out.</param>
/// <param name="LearningRate">Learning rate of the last step.</param>
/// <param name="Seconds">Seconds of training so far, validations left out; a run that was resumed counts those before.</param>
/// <param name="Losses">Parts of the loss, summed over steps until somebody clears them.</param>
public readonly record struct StepReport(
    long Step, int Epoch, long StepInEpoch, long StepsPerEpoch, double Loss, double AuxiliaryLoss, double RowsPerSecond, double LearningRate,
    double Seconds, LossWindow Losses);

/// <summary>A finished validation.</summary>
/// <param name="Step">Steps taken in all; 0 where the weights to begin with were validated.</param>
/// <param name="Epoch">Epoch, 1-based; 0 before the first.</param>
/// <param name="Loss">Mean training loss of this epoch so far.</param>
/// <param name="RowsPerSecond">Training rows per second in this epoch.</param>
/// <param name="Value">Value of the monitor.</param>
/// <param name="Best">Best value so far.</param>
/// <param name="Improved">True where this is the best so far.</param>
/// <param name="Seconds">Seconds of training so far, validations left out.</param>
public readonly record struct ValidationReport(
    long Step, int Epoch, double Loss, double RowsPerSecond, double? Value, double? Best, bool Improved, double Seconds);

/// <summary>What a training run came to.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Epochs">Epochs begun.</param>
/// <param name="BestStep">Step of the weights that were kept; 0 for those that training began with.</param>
/// <param name="BestEpoch">Epoch of the weights that were kept.</param>
/// <param name="BestValue">Monitor at these weights; null where no validation had a value.</param>
/// <param name="StoppedEarly">True where patience ran out.</param>
/// <param name="RowsPerSecond">Training rows per second over all epochs, validation left out, and where there are more steps than the
/// first 50 of the process's part, those too: code is compiled in them.</param>
public sealed record TrainingResult(
    long Steps, int Epochs, long BestStep, int BestEpoch, double? BestValue, bool StoppedEarly, double RowsPerSecond)
{
    /// <summary>True where <see cref="TrainingControl"/> asked for the end.</summary>
    public bool StoppedByRequest { get; init; }

    /// <summary>What the planned learning rate was multiplied by in the end; 1 where nobody asked for another.</summary>
    public double RateFactor { get; init; } = 1;
}

/// <summary>What a trainer was asked to do.</summary>
public enum ControlAction
{
    /// <summary>To end, with the best weights.</summary>
    Stop,

    /// <summary>To save a checkpoint.</summary>
    Checkpoint,

    /// <summary>To train on at another rate.</summary>
    Rate,
}

/// <summary>A request that was obeyed.</summary>
/// <param name="Step">Step after which it was.</param>
/// <param name="Action">What was asked.</param>
/// <param name="Value">Of a rate: what the planned learning rate is multiplied by from now on; null otherwise.</param>
public readonly record struct ControlReport(long Step, ControlAction Action, double? Value);

/// <summary>Hears what happens during training; called on the training thread.</summary>
public interface ITrainingObserver
{
    void OnStep(in StepReport report);

    void OnValidation(in ValidationReport report);

    /// <summary>A request was obeyed; a checkpoint that could not be saved is not told of.</summary>
    void OnControl(in ControlReport report)
    {
    }

    /// <summary>A checkpoint is about to be saved: a run that goes on from it hears nothing of the steps so far.</summary>
    void OnSaving()
    {
    }

    /// <summary>True where the gates of a step, counted from 1, are to be shown to <see cref="OnGates"/>; asked before every step.</summary>
    bool WantsGates(long step) => false;

    /// <summary>The gates of a step, before <see cref="OnStep"/>.</summary>
    /// <param name="step">The step, counted from 1.</param>
    /// <param name="graph">Its tape, with <see cref="Graph.Gates"/>; it lives until the next step.</param>
    /// <param name="batch">Its rows.</param>
    void OnGates(long step, Graph graph, Batch batch)
    {
    }
}
