using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard drift</c>: how far the rows of a file are from those a model was trained on.</summary>
static class DriftCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var input = new Argument<string>("file") { Description = "CSV, TSV or JSON Lines (also .gz) with the columns the model reads; - is standard input." };
        var model = new Option<string>("--model", "-m") { Description = "Folder of a model bundle, or the configuration (.yaml) of the run that trained it.", HelpName = "model", Required = true };
        var separator = new Option<string?>("--separator") { Description = "Character between values of the input; tab for a tab. Default: as the model's own source had it.", HelpName = "character" };
        var json = new Option<string?>("--json") { Description = "Also write everything to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "drift",
            "Compare the scores, fields and experts of a file's rows with those of the model's training: population stability index, by scenario.",
            "switchyard drift today.csv --model runs/census-income/model",
            "switchyard drift today.csv.gz --model switchyard.yaml --json drift.json")
        {
            input,
            model,
            separator,
            json,
        };
        command.SetAction(result => console.Run(reporter => Run.Drift(
            RunSymbols.Resolve(result.GetRequiredValue(model), null, []).Bundle,
            result.GetRequiredValue(input),
            result.GetValue(json),
            PredictCommand.Separator(result.GetValue(separator)),
            reporter,
            cancellation)));
        return command;
    }
}
