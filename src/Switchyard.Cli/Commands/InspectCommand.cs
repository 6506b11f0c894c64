using System.CommandLine;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary><c>switchyard inspect</c>: which experts the scenarios and tasks of a model choose.</summary>
static class InspectCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var defaults = new InspectOptions();
        var model = RunSymbols.Model();
        var configuration = RunSymbols.OtherConfiguration();
        var set = RunSymbols.Set();
        var part = RunSymbols.Part();
        var rows = new Option<long?>("--rows") { Description = "Rows to count over at most; of more, a sample. Default: all.", HelpName = "rows" };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the sample.", HelpName = "number", DefaultValueFactory = _ => defaults.Seed };
        var dead = new Option<double>("--dead") { Description = "Share of all rows below which an expert counts as dead.", HelpName = "share", DefaultValueFactory = _ => defaults.DeadBelow };
        var against = new Option<string?>("--against") { Description = "Bundle (or configuration of the run) to measure the gates' drift from, on the same rows.", HelpName = "model" };
        var csv = new Option<string?>("--csv") { Description = "Also write the shares to this file, a line per layer, gate, kind and expert.", HelpName = "file" };
        var json = new Option<string?>("--json") { Description = "Also write everything to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "inspect",
            "Show which experts every scenario and task chooses as specific and shared, how much they overlap, and which experts nobody uses.",
            "switchyard inspect samples/census-income/switchyard.yaml",
            "switchyard inspect runs/day2/model --against runs/day1/model --json drift.json")
        {
            model,
            configuration,
            set,
            part,
            rows,
            seed,
            dead,
            against,
            csv,
            json,
        };
        command.SetAction(result =>
        {
            var (bundle, run) = RunSymbols.Resolve(result.GetRequiredValue(model), result.GetValue(configuration), result.GetValue(set)!);
            var options = new InspectOptions
            {
                Part = RunSymbols.PartNamed(result.GetValue(part)),
                Rows = Positive(result.GetValue(rows)),
                Seed = result.GetValue(seed),
                DeadBelow = Share(result.GetValue(dead)),
                Against = result.GetValue(against) is { } other ? RunSymbols.Resolve(other, null, []).Bundle : null,
                Csv = result.GetValue(csv),
                Json = result.GetValue(json),
            };
            InspectReport? report = null;
            var code = console.Run(reporter => report = Run.Inspect(bundle, run, options, reporter, cancellation));
            InspectWriter.Write(console.Results(), report!);
            return code;
        });
        return command;
    }

    static long Positive(long? rows) => rows switch
    {
        null => long.MaxValue,
        < 1 => throw new InputException($"--rows {rows}: read at least one row."),
        { } count => count,
    };

    static double Share(double dead) => dead is >= 0 and <= 1
        ? dead
        : throw new InputException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"--dead {dead}: give a share from 0 to 1, for example 0.001."));
}
