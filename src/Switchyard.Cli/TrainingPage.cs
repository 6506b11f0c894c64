using Switchyard.Data;
using Switchyard.Training;
using Switchyard.Ui;

namespace Switchyard.Cli;

/// <summary>The live page beside a training of this process.</summary>
/// <param name="Port">Port of 127.0.0.1; 0 for a free one.</param>
/// <param name="Keep">Go on showing after the training, until the user ends it.</param>
sealed record TrainingPage(int Port, bool Keep)
{
    /// <summary>What the options say; null for no page.</summary>
    /// <exception cref="InputException">They do not go together.</exception>
    public static TrainingPage? Of(bool ui, int? port, bool keep)
    {
        if (ui) return new TrainingPage(UiCommand.Checked(port ?? 0), keep);
        if (port is not null) throw new InputException("--ui-port: there is no page without --ui; add it, or leave the port out.");
        if (keep) throw new InputException("--ui-keep: there is no page without --ui; add it, or leave this out.");
        return null;
    }

    /// <summary>Trains with the page up.</summary>
    /// <param name="configuration">The run; its folder and those beside it are shown.</param>
    /// <param name="train">Trains, and obeys the control.</param>
    /// <param name="reporter">Hears the page's address.</param>
    /// <param name="cancellation">The user ends it.</param>
    public void Around(RunConfiguration configuration, Action<TrainingControl> train, IRunReporter reporter, CancellationToken cancellation)
    {
        var control = new TrainingControl();
        var output = configuration.OutputDirectory;
        var live = new LiveRun(output) { Stop = control.Stop, Checkpoint = control.SaveCheckpoint, ScaleRate = control.MultiplyRate };

        // Training stays on the caller's thread: on one of the pool's the page would wait for another.
        var page = PageServer.StartAsync(new PageOptions { Folder = Path.GetDirectoryName(output) ?? output, Port = Port, Live = live }, cancellation: cancellation).GetAwaiter().GetResult();
        try
        {
            reporter.Message($"page: {page.Address}");
            train(control);
            if (!Keep) return;
            reporter.Message($"the training has ended; its page stays at {page.Address} until Ctrl+C");
            UiCommand.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        finally
        {
            page.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
