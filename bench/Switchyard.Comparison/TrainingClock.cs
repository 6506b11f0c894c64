using System.Diagnostics;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Comparison;

/// <summary>Times a run from its call: when training began and when its last validation was over.</summary>
sealed class TrainingClock : IRunReporter
{
    readonly long _called = Stopwatch.GetTimestamp();
    long _began;
    long _ended;

    /// <summary>Seconds of steps and validations.</summary>
    public double Training => Stopwatch.GetElapsedTime(_began, _ended).TotalSeconds;

    /// <summary>The same with everything before it: import, the bundle to start from.</summary>
    public double WithImport => Stopwatch.GetElapsedTime(_called, _ended).TotalSeconds;

    public void TrainingStarted(int epochs, string monitor) => _began = Stopwatch.GetTimestamp();

    public void OnStep(in StepReport report)
    {
    }

    public void OnValidation(in ValidationReport report) => _ended = Stopwatch.GetTimestamp();

    public void Report(ImportProgress value)
    {
    }

    public void Message(string text)
    {
    }

    public void Warning(string text)
    {
    }

    public void Result(string text)
    {
    }
}
