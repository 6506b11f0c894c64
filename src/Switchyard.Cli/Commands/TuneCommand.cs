using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard tune</c>: a file of ranges to the best configuration on the validation rows.</summary>
static class TuneCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var file = new Argument<string>("file") { Description = "The YAML file that says which run to tune and what to try (docs/tuning.md)." };
        var set = new Option<string[]>("--set")
        {
            Description = "Override a value of the file (trials=5), or else of the run that it tunes (training.epochs=2). May be given several times.",
            HelpName = "path=value",
            Arity = ArgumentArity.ZeroOrMore,
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };
        var json = new Option<string?>("--json") { Description = "Also write the report to this file.", HelpName = "file" };
        var onlyBest = new Option<bool>("--only-best") { Description = "Print the file of the best configuration instead of tables." };
        var command = new ExampleCommand(
            "tune",
            "Tune a run's settings on the validation rows: random search, successive halving or a grid. The same command goes on after a stop.",
            "switchyard tune samples/census-income/tune.yaml",
            "switchyard tune samples/census-income/tune.yaml --set trials=30 --set seeds=[1,2,3] --json report.json",
            "switchyard train $(switchyard tune samples/census-income/tune.yaml --only-best)")
        {
            file,
            set,
            json,
            onlyBest,
        };
        command.SetAction(result => console.Run(reporter =>
        {
            var tune = TuneConfiguration.Load(result.GetRequiredValue(file), result.GetValue(set));
            try
            {
                Run.Tune(tune, result.GetValue(json), result.GetValue(onlyBest), reporter, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                reporter.Message($"finished trials are kept in {Path.GetRelativePath(Directory.GetCurrentDirectory(), tune.OutputDirectory)}; the same command goes on from there");
                throw;
            }
        }));
        return command;
    }
}
