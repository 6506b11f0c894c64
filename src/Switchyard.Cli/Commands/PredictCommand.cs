using System.CommandLine;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary><c>switchyard predict</c>: rows to scores, a column per task.</summary>
static class PredictCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var model = RunSymbols.Model();
        var input = new Option<string>("--input", "-i")
        {
            Description = "CSV, TSV or JSON Lines (also .gz) with the columns the model reads; - is standard input. Unseen ids are allowed.",
            HelpName = "file",
            DefaultValueFactory = _ => "-",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "CSV with a column of scores per task, and a column fused where the bundle has a fusion.yaml; - is standard output.",
            HelpName = "file",
            DefaultValueFactory = _ => "-",
        };
        var separator = new Option<string?>("--separator")
        {
            Description = "Character between values of the input; tab for a tab. Default: as the model's own source had it.",
            HelpName = "character",
        };
        var keep = new Option<string[]>("--keep")
        {
            Description = "Input column to repeat before the scores, for example an id; * for all. May be given several times.",
            HelpName = "column",
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var command = new ExampleCommand(
            "predict",
            "Score rows with a trained model: CSV or JSON Lines in, CSV out, a column per task.",
            "switchyard predict samples/census-income/switchyard.yaml --input people.csv --output scores.csv --keep age",
            "zcat today.csv.gz | switchyard predict runs/trivago-t1n/model --keep search_id --keep item_id > scores.csv")
        {
            model,
            input,
            output,
            separator,
            keep,
        };
        command.SetAction(result => console.Run(reporter => Run.Predict(
            RunSymbols.Resolve(result.GetRequiredValue(model), null, []).Bundle,
            result.GetRequiredValue(input),
            result.GetRequiredValue(output),
            Separator(result.GetValue(separator)),
            result.GetRequiredValue(keep),
            reporter,
            cancellation)));
        return command;
    }

    /// <summary>What an option --separator says.</summary>
    /// <exception cref="InputException">It is several characters.</exception>
    internal static char? Separator(string? text) => text switch
    {
        null => null,
        "tab" or "\\t" => '\t',
        { Length: 1 } => text[0],
        _ => throw new InputException($"--separator {text}: give one character, or tab."),
    };
}
