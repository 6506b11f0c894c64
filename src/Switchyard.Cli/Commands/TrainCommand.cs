using System.CommandLine;
using System.Globalization;
using Switchyard.Data;
using Switchyard.Interop;
using Switchyard.Reports;
using Switchyard.Training;

namespace Switchyard.Cli;

/// <summary><c>switchyard train</c>: a configuration to a model bundle and its table.</summary>
static class TrainCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var configuration = RunSymbols.Configuration();
        var set = RunSymbols.Set();
        var json = new Option<string?>("--json") { Description = "Also write the metrics of the test rows to this file.", HelpName = "file" };
        var resume = new Option<bool>("--resume") { Description = "Go on from the last checkpoint of this run, as if it had never stopped (docs/checkpoints.md)." };
        var initFrom = new Option<string?>("--init-from")
        {
            Description = "Start from this bundle instead of random weights: new ids, scenarios and tasks are added (docs/updating.md).",
            HelpName = "bundle",
        };
        var tensorBoard = new Option<string?>("--tensorboard")
        {
            Description = "Also write what metrics.jsonl holds as an event file of TensorBoard, to a folder of the run's name in this one (docs/metrics.md).",
            HelpName = "folder",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Train nothing: print parameters, memory, FLOPs per row, expected time and disk. With --json, write them." };
        var ui = new Option<bool>("--ui") { Description = "Show the training on a local page while it runs, with buttons to stop it, save a checkpoint and lower the learning rate (docs/live.md)." };
        var port = new Option<int?>("--ui-port") { Description = "With --ui: port of 127.0.0.1 for the page. Default: a free one.", HelpName = "port" };
        var keep = new Option<bool>("--ui-keep") { Description = "With --ui: leave the page up when training has ended, until Ctrl+C." };
        var command = new ExampleCommand(
            "train",
            "Train a model, print its table on the test rows and save it as a bundle.",
            "switchyard train samples/census-income/switchyard.yaml",
            "switchyard train samples/trivago/t1n.yaml --set training.seed=2 --set output=runs/t1n-2",
            "switchyard train samples/census-income/switchyard.yaml --ui",
            "switchyard train samples/census-income/switchyard.yaml --tensorboard runs/events",
            "switchyard train samples/trivago/t1n.yaml --resume",
            "switchyard train samples/trivago/t1n.yaml --dry-run",
            "switchyard train friday.yaml --init-from runs/thursday/model --set update.replay=0.1",
            "switchyard train samples/trivago/t1n.yaml --set \"model={name: mmoe, experts: 6}\" --json mmoe.json")
        {
            configuration,
            set,
            json,
            resume,
            initFrom,
            tensorBoard,
            dryRun,
            ui,
            port,
            keep,
        };
        command.SetAction(result => console.Run(reporter =>
        {
            var (file, overrides, metrics) = (result.GetRequiredValue(configuration), result.GetValue(set), result.GetValue(json));
            var (start, events) = (result.GetValue(initFrom), result.GetValue(tensorBoard));
            var page = TrainingPage.Of(result.GetValue(ui), result.GetValue(port), result.GetValue(keep));
            if (result.GetValue(dryRun))
            {
                if (result.GetValue(resume)) throw new InputException("--dry-run trains nothing, so there is nothing to --resume; leave one of the two out.");
                if (start is not null) throw new InputException("--dry-run and --init-from cannot be given together: a dry run looks at a new model of the configuration, not at an update of a bundle; leave --init-from out, memory and time are almost the same.");
                if (page is not null) throw new InputException("--dry-run trains nothing, so there is nothing to show; leave --ui out.");
                if (events is not null) throw new InputException("--dry-run trains nothing, so there are no events to write; leave --tensorboard out.");
                Run.DryRun(RunConfiguration.Load(file, overrides), metrics, reporter, cancellation);
                return;
            }

            var run = RunConfiguration.Load(file, overrides);
            using var board = events is null ? null : new TensorBoardLog(events, reporter.Warning);
            var watch = new RunWatch { Command = ["switchyard", .. result.Tokens.Select(t => t.Value)], Sinks = board is null ? [] : [board] };
            try
            {
                if (page is null) Train(watch);
                else page.Around(run, control => Train(watch with { Control = control }), reporter, cancellation);
            }
            catch (TrainingInterruptedException e)
            {
                reporter.Message(string.Create(CultureInfo.InvariantCulture, $"saved after step {e.Step:N0}; to go on: {Again(file, overrides ?? [], metrics, start, events)}"));
                throw;
            }

            void Train(RunWatch by) => Run.Train(run, metrics, reporter, result.GetValue(resume), start, by, cancellation);
        }));
        return command;
    }

    static string Again(string configuration, string[] overrides, string? json, string? initFrom, string? tensorBoard)
    {
        List<string> words = ["switchyard", "train", configuration];
        foreach (var text in overrides) words.AddRange(["--set", text]);
        if (json is not null) words.AddRange(["--json", json]);
        if (initFrom is not null) words.AddRange(["--init-from", initFrom]);
        if (tensorBoard is not null) words.AddRange(["--tensorboard", tensorBoard]);
        words.Add("--resume");
        return CommandText.Of(words);
    }
}
