using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

/// <summary>What a person sees of a search: one line a training, with the time left, and the steps of the training that runs.</summary>
/// <param name="reporter">Hears it.</param>
/// <param name="planned">Epochs that all trainings together have at most.</param>
sealed class TuneProgress(IRunReporter reporter, long planned) : IRunReporter
{
    TimeSpan _spent;
    long _trained;
    long _left = planned;
    long _started;

    /// <summary>A training begins.</summary>
    public void Begin() => _started = Stopwatch.GetTimestamp();

    /// <summary>A training is over.</summary>
    /// <param name="text">What it came to.</param>
    /// <param name="epochs">Epochs that were planned for it.</param>
    public void End(string text, int epochs)
    {
        _spent += Stopwatch.GetElapsedTime(_started);
        _trained += epochs;
        _left -= epochs;
        reporter.Message(_left > 0 ? $"{text}; about {ByteText.OfSeconds(_spent.TotalSeconds * _left / _trained)} left" : text);
    }

    /// <summary>A training was made before.</summary>
    public void Skip(int epochs) => _left -= epochs;

    public void TrainingStarted(int epochs, string monitor) => reporter.TrainingStarted(epochs, monitor);

    public void OnStep(in StepReport report) => reporter.OnStep(report);

    // A line a training is enough.
    public void OnValidation(in ValidationReport report)
    {
    }

    public void Report(ImportProgress value) => reporter.Report(value);

    public void Message(string text) => reporter.Message(text);

    public void Warning(string text) => reporter.Warning(text);

    public void Result(string text) => reporter.Result(text);
}
