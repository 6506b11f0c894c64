using System.CommandLine;
using Switchyard.Data;
using Switchyard.Ui;

namespace Switchyard.Cli;

/// <summary><c>switchyard ui</c>: the live page of the runs of a folder, until told to stop.</summary>
static class UiCommand
{
    public static Command Create(TextWriter output, CancellationToken cancellation)
    {
        var folder = new Argument<string>("runs") { Description = "Folder of runs: every folder below it with a metrics.jsonl is shown, those that train live." };
        var port = Port();
        var record = new Option<string[]>("--record")
        {
            Description = "File of requests recorded by serve --record (also .gz), or a folder of them: the page shows their way through a run's model. May be given several times.",
            HelpName = "file",
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var command = new ExampleCommand(
            "ui",
            "Show runs on a local page: losses, validation, experts; those that train, live.",
            "switchyard ui runs",
            "switchyard ui runs/census-income --ui-port 8090",
            "switchyard ui runs --record requests.jsonl")
        {
            folder,
            port,
            record,
        };
        command.SetAction(result =>
        {
            var options = new PageOptions { Folder = result.GetRequiredValue(folder), Port = Checked(result.GetValue(port)), Records = [.. result.GetValue(record)!] };
            Show(options, output, cancellation).GetAwaiter().GetResult();
            return 0;
        });
        return command;
    }

    public static Option<int> Port() => new("--ui-port") { Description = "Port of 127.0.0.1 for the page. Default: a free one.", HelpName = "port" };

    /// <exception cref="InputException">There is no such port.</exception>
    public static int Checked(int port) => port is >= 0 and <= 65535 ? port : throw new InputException($"--ui-port {port}: a port is a number from 0 (any free one) to 65535.");

    static async Task Show(PageOptions options, TextWriter output, CancellationToken cancellation)
    {
        var page = await PageServer.StartAsync(options, cancellation: cancellation).ConfigureAwait(false);
        await using (page.ConfigureAwait(false))
        {
            await output.WriteLineAsync($"page: {page.Address} (Ctrl+C ends it)").ConfigureAwait(false);
            await WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends when the user says so.</summary>
    public static async Task WaitAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellation.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), stopped)) await stopped.Task.ConfigureAwait(false);
    }
}
