using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

/// <summary>Says nothing: for runs inside a program.</summary>
public sealed class SilentReporter : IRunReporter
{
    public static SilentReporter Instance { get; } = new();

    public void TrainingStarted(int epochs, string monitor)
    {
    }

    public void OnStep(in StepReport report)
    {
    }

    public void OnValidation(in ValidationReport report)
    {
    }

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
