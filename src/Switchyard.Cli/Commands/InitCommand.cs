using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard init</c>: a log to a proposed configuration.</summary>
static class InitCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var defaults = new InitOptions { Sources = [] };
        var log = new Argument<string[]>("log")
        {
            Description = "CSV or TSV files with a header line or JSON Lines, also .gz; a pattern in quotes reads several. Or a SQLite database.",
            Arity = ArgumentArity.OneOrMore,
        };
        var query = new Option<string?>("--query")
        {
            Description = "SELECT to read from a SQLite database. Default: all rows of its only table.",
            HelpName = "sql",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "Configuration to write.",
            HelpName = "file",
            DefaultValueFactory = _ => defaults.Output,
        };
        var rows = new Option<int>("--sample-rows")
        {
            Description = "Rows to look at, divided over the files.",
            HelpName = "rows",
            DefaultValueFactory = _ => defaults.SampleRows,
        };
        var force = new Option<bool>("--force") { Description = "Replace the configuration if it is there." };
        var command = new ExampleCommand(
            "init",
            "Look at a log and write a commented configuration for it: fields, scenario columns, tasks, group and split.",
            "switchyard init clicks.csv.gz",
            "switchyard init \"logs/2024-*.tsv\" --output runs/clicks.yaml --sample-rows 500000")
        {
            log,
            query,
            output,
            rows,
            force,
        };
        command.SetAction(result => console.Run(reporter => Run.Init(
            new InitOptions
            {
                Sources = [.. result.GetRequiredValue(log)],
                Query = result.GetValue(query),
                Output = result.GetRequiredValue(output),
                SampleRows = result.GetValue(rows),
                Force = result.GetValue(force),
            },
            reporter,
            cancellation)));
        return command;
    }
}
