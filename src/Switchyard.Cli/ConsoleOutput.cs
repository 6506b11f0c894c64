using Spectre.Console;

namespace Switchyard.Cli;

/// <summary>Chooses how a command reports: a progress bar on a terminal, plain lines anywhere else, never both.</summary>
sealed class ConsoleOutput(TextWriter output, TextWriter error)
{
    const int PlainWidth = 80;

    /// <summary>
    /// Standard output for a result that is drawn: in colour on a terminal (unless NO_COLOR is set), plain characters of 80 columns anywhere else.
    /// </summary>
    public IAnsiConsole Results()
    {
        var terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!terminal) console.Profile.Width = PlainWidth;
        return console;
    }

    /// <summary>Runs a command with a reporter; returns the exit code 0.</summary>
    public int Run(Action<IRunReporter> command)
    {
        // Progress goes to standard error, so that results can be piped.
        if (ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected)
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
            if (console.Profile.Capabilities is { Ansi: true, Interactive: true })
            {
                TerminalReporter.Run(console, output, command);
                return 0;
            }
        }

        command(new PlainReporter(output, error, TimeProvider.System));
        return 0;
    }
}
