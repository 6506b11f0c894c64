using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard import</c>: sources to the binary column file.</summary>
static class ImportCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var configuration = RunSymbols.Configuration();
        var set = RunSymbols.Set();
        var command = new ExampleCommand(
            "import",
            "Read the sources once and leave a binary column file; print rows, labels and fields. Train does this by itself where needed.",
            "switchyard import samples/census-income/switchyard.yaml",
            "zcat log.csv.gz | switchyard train run.yaml --set sources=-")
        {
            configuration,
            set,
        };
        command.SetAction(result => console.Run(reporter =>
            Run.Import(RunConfiguration.Load(result.GetRequiredValue(configuration), result.GetValue(set)), reporter, cancellation)));
        return command;
    }
}
