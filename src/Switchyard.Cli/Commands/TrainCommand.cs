using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard train</c>: a configuration to a model bundle and its table.</summary>
static class TrainCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var configuration = RunSymbols.Configuration();
        var set = RunSymbols.Set();
        var json = new Option<string?>("--json") { Description = "Also write the metrics of the test rows to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "train",
            "Train a model, print its table on the test rows and save it as a bundle.",
            "switchyard train samples/census-income/switchyard.yaml",
            "switchyard train samples/trivago/t1n.yaml --set training.seed=2 --set output=runs/t1n-2",
            "switchyard train samples/trivago/t1n.yaml --set \"model={name: mmoe, experts: 6}\" --json mmoe.json")
        {
            configuration,
            set,
            json,
        };
        command.SetAction(result => console.Run(reporter =>
            Run.Train(
                RunConfiguration.Load(result.GetRequiredValue(configuration), result.GetValue(set)), result.GetValue(json), reporter, cancellation)));
        return command;
    }
}
