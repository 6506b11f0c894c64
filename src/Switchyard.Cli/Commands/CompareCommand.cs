using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary><c>switchyard compare</c>: variants of a run × seeds to one report.</summary>
static class CompareCommand
{
    const int MostNamed = 6;

    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var file = new Argument<string>("comparison") { Description = "The comparison's YAML file: a base run and its variants (docs/comparing.md)." };
        var set = RunSymbols.Set();
        set.Description = "Override a value of the base run, for example training.epochs=3. May be given several times.";
        var only = new Option<string?>("--only") { Description = "Train these variants only, separated by commas.", HelpName = "names" };
        var seeds = new Option<string?>("--seeds") { Description = "Train these seeds only, of those of the file, separated by commas.", HelpName = "numbers" };
        var json = new Option<string?>("--json") { Description = "Also write the report as JSON to this file.", HelpName = "file" };
        var markdown = new Option<string?>("--markdown") { Description = "Also write the report as Markdown to this file.", HelpName = "file" };
        var failOnLoss = new Option<bool>("--fail-on-loss")
        {
            Description = $"Exit with {Application.LossFound} where a variant significantly loses a cell against the controls single or pooled.",
        };
        var reportOnly = new Option<bool>("--report-only") { Description = "Train nothing: report the runs that are finished." };
        var command = new ExampleCommand(
            "compare",
            "Train every variant of a run with every seed, and report where they differ, with intervals, and which scenario pays for the gain of another. A second call trains only what is missing.",
            "switchyard compare samples/census-income/compare.yaml",
            "switchyard compare samples/census-income/compare.yaml --only mmoe,aesm2 --seeds 1",
            "switchyard compare samples/census-income/compare.yaml --report-only --fail-on-loss --json comparison.json")
        {
            file,
            set,
            only,
            seeds,
            json,
            markdown,
            failOnLoss,
            reportOnly,
        };
        command.SetAction(result =>
        {
            var comparison = ComparisonConfiguration.Load(result.GetRequiredValue(file), result.GetValue(set));
            var options = new CompareOptions
            {
                Only = Items("--only", result.GetValue(only)),
                Seeds = [.. Items("--seeds", result.GetValue(seeds)).Select(Seed)],
                Json = result.GetValue(json),
                Markdown = result.GetValue(markdown),
                ReportOnly = result.GetValue(reportOnly),
                Command = ["switchyard", .. result.Tokens.Select(t => t.Value)],
            };
            if (result.GetValue(failOnLoss) && comparison is { Single: null, Pooled: null })
                throw new InputException($"--fail-on-loss: {comparison.File} has no control to lose against; add a variant called single or pooled, or name one under 'single' or 'pooled'.");
            if (result.GetValue(failOnLoss) && comparison.Options.Seeds.Length < 2)
                throw new InputException($"--fail-on-loss: {comparison.File} has one seed, whose intervals do not hold for another; name at least two under 'seeds'.");
            ComparisonReport? report = null;
            console.Run(reporter => report = Run.Compare(comparison, options, reporter, cancellation));
            CompareWriter.Write(console.Results(), report!);
            if (!result.GetValue(failOnLoss)) return 0;
            if (report!.Unfinished is { IsEmpty: false } unfinished)
            {
                var named = string.Join("; ", unfinished.Take(MostNamed)) + (unfinished.Length > MostNamed ? $" and {unfinished.Length - MostNamed} more" : "");
                throw new InputException($"--fail-on-loss: nothing is judged before every run of {comparison.File} is finished; there is no result of {named}. Train them, or take out of the file what fails.");
            }

            foreach (var loss in report.Losses)
                console.Results().WriteLine(string.Create(CultureInfo.InvariantCulture, $"loss: {loss.Variant} against {loss.Reference} in {loss.Of.Scenario} {loss.Of.Task} ({loss.Bootstrap!.Value:+0.0000;-0.0000})"));
            return report.HasLoss ? Application.LossFound : 0;
        });
        return command;
    }

    static ImmutableArray<string> Items(string option, string? text)
    {
        if (text is null) return [];
        var items = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return items.Length > 0 ? [.. items] : throw new InputException($"{option}: nothing is named; leave it out for all.");
    }

    static ulong Seed(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
        ? seed
        : throw new InputException($"--seeds {text}: a seed is a whole number from 0.");
}
