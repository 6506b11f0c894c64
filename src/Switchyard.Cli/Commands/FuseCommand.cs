using System.Collections.Immutable;
using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard fuse</c>: an objective to the weights of a bundle's fused score.</summary>
static class FuseCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var defaults = new FuseOptions { Gain = ImmutableSortedDictionary<string, double>.Empty };
        var model = RunSymbols.Model();
        var configuration = RunSymbols.OtherConfiguration();
        var set = RunSymbols.Set();
        var objective = new Option<string>("--objective") { Description = "What a row with label 1 is worth, by task: \"click: 1, book: 5\". A row is worth the sum.", HelpName = "worths", Required = true };
        var top = new Option<int>("--top") { Description = "The k of NDCG@k.", HelpName = "rank", DefaultValueFactory = _ => defaults.TopK };
        var formula = new Option<string?>("--formula") { Description = "Formula whose weights are searched. Default: the product of all scores, each to the power of a weight.", HelpName = "formula" };
        var ranges = new Option<string?>("--ranges") { Description = "Smallest and largest value of weights: \"a: [0, 2], b: [-1, 1]\". With --formula, its weights. Default: 0 to 1.", HelpName = "ranges" };
        var levels = new Option<int?>("--levels") { Description = "Scenario levels, from the coarsest on, whose nodes may have weights of their own; 0 for the same weights everywhere. Default: all.", HelpName = "count" };
        var minGroups = new Option<int>("--min-groups") { Description = "Groups from which a scenario has weights of its own.", HelpName = "count", DefaultValueFactory = _ => defaults.MinGroups };
        var draws = new Option<int>("--draws") { Description = "Weights drawn before the best are improved.", HelpName = "count", DefaultValueFactory = _ => defaults.Draws };
        var folds = new Option<int>("--folds") { Description = "Folds of the groups: what is found without a fold is measured on it.", HelpName = "count", DefaultValueFactory = _ => defaults.Folds };
        var groups = new Option<int>("--groups") { Description = "Groups to read at most, held in memory; of more, a sample.", HelpName = "count", DefaultValueFactory = _ => defaults.Groups };
        var seed = new Option<ulong>("--seed") { Description = "Seed of draws, folds, sample and intervals.", HelpName = "number", DefaultValueFactory = _ => defaults.Seed };
        var output = new Option<string?>("--output", "-o") { Description = "File to write. Default: fusion.yaml in the bundle.", HelpName = "file" };
        var json = new Option<string?>("--json") { Description = "Also write the report to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "fuse",
            "Search the weights with which the tasks' scores order lists best, on the validation rows, per scenario, and write them to the bundle.",
            "switchyard fuse runs/trivago-t1n/model --objective \"click: 1, book: 5\"",
            "switchyard fuse runs/trivago-t1n/model --objective \"book: 1\" --formula \"book + a * click\" --ranges \"a: [0, 1]\" --levels 0")
        {
            model,
            configuration,
            set,
            objective,
            top,
            formula,
            ranges,
            levels,
            minGroups,
            draws,
            folds,
            groups,
            seed,
            output,
            json,
        };
        command.SetAction(result =>
        {
            var (bundle, run) = RunSymbols.Resolve(result.GetRequiredValue(model), result.GetValue(configuration), result.GetValue(set)!);
            var options = new FuseOptions
            {
                Gain = FuseOptions.ParseGain(result.GetRequiredValue(objective)),
                TopK = result.GetValue(top),
                Formula = result.GetValue(formula),
                Ranges = result.GetValue(ranges) is { } text ? FuseOptions.ParseRanges(text) : defaults.Ranges,
                Levels = result.GetValue(levels),
                MinGroups = result.GetValue(minGroups),
                Draws = result.GetValue(draws),
                Folds = result.GetValue(folds),
                Groups = result.GetValue(groups),
                Seed = result.GetValue(seed),
            };
            return console.Run(reporter => Run.Fuse(bundle, options, run, result.GetValue(output), result.GetValue(json), reporter, cancellation));
        });
        return command;
    }
}
