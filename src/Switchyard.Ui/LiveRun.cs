namespace Switchyard.Ui;

/// <summary>
/// The run of this process: the only one that buttons act on. Its methods return at once, true where the run will act at its next step, and
/// log it; false where it cannot any more.
/// </summary>
/// <param name="Folder">Folder of its log.</param>
public sealed record LiveRun(string Folder)
{
    /// <summary>Ends training as early stopping does.</summary>
    public required Func<bool> Stop { get; init; }

    /// <summary>Saves a checkpoint; false also where the run keeps none.</summary>
    public required Func<bool> Checkpoint { get; init; }

    /// <summary>Multiplies the learning rate from here on.</summary>
    public required Func<double, bool> ScaleRate { get; init; }
}
