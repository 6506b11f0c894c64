using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard evaluate</c>: a model bundle to a table scenario × task.</summary>
static class EvaluateCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var model = RunSymbols.Model();
        var configuration = RunSymbols.OtherConfiguration();
        var set = RunSymbols.Set();
        var json = new Option<string?>("--json") { Description = "Also write the metrics to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "evaluate",
            "Score the test rows with a trained model and print rows, AUC, GAUC, NDCG, MRR, log loss and calibration of every scenario and task.",
            "switchyard evaluate samples/census-income/switchyard.yaml --json metrics.json",
            "switchyard evaluate runs/trivago-t1n/model --configuration next-week.yaml")
        {
            model,
            configuration,
            set,
            json,
        };
        command.SetAction(result =>
        {
            var (bundle, run) = RunSymbols.Resolve(result.GetRequiredValue(model), result.GetValue(configuration), result.GetValue(set)!);
            return console.Run(reporter => Run.Evaluate(bundle, run, result.GetValue(json), reporter, cancellation));
        });
        return command;
    }
}
