namespace Switchyard.Ui;

/// <summary>The run of this process: the only one that buttons act on. Its methods return at once; the run acts at its next step and logs it.</summary>
/// <param name="Folder">Folder of its log.</param>
public sealed record LiveRun(string Folder)
{
    /// <summary>Ends training as early stopping does.</summary>
    public required Action Stop { get; init; }

    /// <summary>Saves a checkpoint.</summary>
    public required Action Checkpoint { get; init; }

    /// <summary>Multiplies the learning rate from here on.</summary>
    public required Action<double> ScaleRate { get; init; }
}
