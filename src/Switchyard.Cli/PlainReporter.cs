using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Cli;

/// <summary>Plain lines: one per validation, and one now and then while a long epoch or import runs.</summary>
sealed class PlainReporter(TextWriter output, TextWriter error, TimeProvider time) : IRunReporter
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    int _epochs;
    string _monitor = "";
    long _started;
    long _lastLine = time.GetTimestamp();

    public void TrainingStarted(int epochs, string monitor)
    {
        (_epochs, _monitor) = (epochs, monitor);
        _started = _lastLine = time.GetTimestamp();
    }

    public void OnStep(in StepReport report)
    {
        if (IsDue()) error.WriteLine($"{Reporting.Step(report, _epochs)}  {Reporting.TimeLeft(report, _epochs, time.GetElapsedTime(_started))}");
    }

    public void OnValidation(in ValidationReport report)
    {
        _lastLine = time.GetTimestamp();
        error.WriteLine(Reporting.Validation(report, _epochs, _monitor));
    }

    public void Report(ImportProgress value)
    {
        if (IsDue()) error.WriteLine(Reporting.Import(value));
    }

    public void Message(string text) => error.WriteLine(text);

    public void Warning(string text) => error.WriteLine(OneLine.Of($"warning: {text}"));

    public void Result(string text) => output.WriteLine(text);

    bool IsDue()
    {
        if (time.GetElapsedTime(_lastLine) < Interval) return false;
        _lastLine = time.GetTimestamp();
        return true;
    }
}
