using System.Runtime.InteropServices;
using Switchyard.Cli;

using var stop = new CancellationTokenSource();
// The first Ctrl+C or SIGTERM lets the run end cleanly, the second ends the process.
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
});
return new Application(Console.Out, Console.Error, stop.Token).Run(args);

/// <summary>Said here, so that no generator makes it public.</summary>
sealed partial class Program;
