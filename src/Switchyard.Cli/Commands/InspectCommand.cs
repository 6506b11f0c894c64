using System.CommandLine;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary><c>switchyard inspect</c>: which experts the scenarios and tasks of a model choose.</summary>
static class InspectCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var model = RunSymbols.Model();
        var configuration = new Option<string?>("--configuration", "-c")
        {
            Description = "Configuration whose sources and split are read. Default: the one the bundle was trained with.",
            HelpName = "file",
        };
        var set = RunSymbols.Set();
        var part = new Option<string?>("--part") { Description = "Rows to count over: train, validation or test. Default: test; where it is empty, validation.", HelpName = "part" };
        var rows = new Option<long?>("--rows") { Description = "Read only the first rows of the part.", HelpName = "count" };
        var dead = new Option<double>("--dead") { Description = "Share of all rows below which an expert counts as dead.", HelpName = "share", DefaultValueFactory = _ => 0.001 };
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
                Part = PartOf(result.GetValue(part)),
                Rows = Positive(result.GetValue(rows)),
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

    static Part? PartOf(string? name)
    {
        if (name is null) return null;
        foreach (var part in Enum.GetValues<Part>())
        {
            if (part.Name() == name) return part;
        }

        throw new InputException($"--part {name}: there is no such part; use train, validation or test.");
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
