using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard importance</c>: what a model loses without each field, per scenario and task.</summary>
static class ImportanceCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var defaults = new ImportanceOptions();
        var model = RunSymbols.Model();
        var configuration = RunSymbols.OtherConfiguration();
        var set = RunSymbols.Set();
        var part = RunSymbols.Part();
        var repeats = new Option<int>("--repeats") { Description = "Permutations of every field.", HelpName = "count", DefaultValueFactory = _ => defaults.Repeats };
        var rows = new Option<int>("--rows") { Description = "Rows to score at most, held in memory; of more, a sample.", HelpName = "rows", DefaultValueFactory = _ => defaults.Rows };
        var seed = new Option<ulong>("--seed") { Description = "Seed of sample and permutations.", HelpName = "number", DefaultValueFactory = _ => defaults.Seed };
        var across = new Option<bool>("--across-scenarios") { Description = "Permute over all rows instead of within every scenario." };
        var json = new Option<string?>("--json") { Description = "Also write everything to this file.", HelpName = "file" };
        var csv = new Option<string?>("--csv") { Description = "Also write a line for every field, scenario and task to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "importance",
            "Permute each field among the rows and print what AUC and log loss lose by it, in every scenario and task, with 95 % intervals.",
            "switchyard importance samples/census-income/switchyard.yaml",
            "switchyard importance runs/trivago-t1n/model --rows 50000 --repeats 3 --csv importance.csv")
        {
            model,
            configuration,
            set,
            part,
            repeats,
            rows,
            seed,
            across,
            json,
            csv,
        };
        command.SetAction(result =>
        {
            var (bundle, run) = RunSymbols.Resolve(result.GetRequiredValue(model), result.GetValue(configuration), result.GetValue(set)!);
            var options = new ImportanceOptions
            {
                Part = RunSymbols.PartNamed(result.GetValue(part)),
                Repeats = result.GetValue(repeats),
                Rows = result.GetValue(rows),
                Seed = result.GetValue(seed),
                AcrossScenarios = result.GetValue(across),
            };
            return console.Run(reporter => Run.Importance(bundle, run, options, result.GetValue(json), result.GetValue(csv), reporter, cancellation));
        });
        return command;
    }
}
