using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard;

/// <summary>Hears what a run does, step by step, on the thread that does it. Implementations must be quick: a step calls them.</summary>
public interface IRunReporter : ITrainingObserver, IProgress<ImportProgress>
{
    /// <summary>Training begins; steps and validations follow.</summary>
    /// <param name="epochs">Epochs at most.</param>
    /// <param name="monitor">Name of what decides the best weights.</param>
    void TrainingStarted(int epochs, string monitor);

    /// <summary>Something worth knowing: what was read, what was left out, where something was written.</summary>
    void Message(string text);

    /// <summary>Something the user should look at, although the run goes on.</summary>
    void Warning(string text);

    /// <summary>The result itself (a table, the path of the model): the only text that belongs on standard output.</summary>
    void Result(string text);
}
