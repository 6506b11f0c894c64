using System.CommandLine;
using Switchyard.Data;
using Switchyard.Reports;

namespace Switchyard.Cli;

/// <summary><c>switchyard report</c>: a run or a comparison to one HTML file.</summary>
static class ReportCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var subject = new Argument<string>("run") { Description = "Configuration (.yaml), output folder or model bundle of a run; or file, output folder or report.json of a comparison." };
        var output = new Option<string>("--output", "-o") { Description = "The HTML file.", HelpName = "file", DefaultValueFactory = _ => "report.html" };
        var json = new Option<string?>("--json") { Description = "Also write the document as JSON to this file (docs/reports.md).", HelpName = "file" };
        var csv = new Option<string?>("--csv") { Description = "Also write every figure's table as CSV to this folder.", HelpName = "folder" };
        var importance = new Option<string>("--importance")
        {
            Description = "Field importance of a run: none, fast (10,000 rows, 2 permutations) or full (as switchyard importance).",
            HelpName = "effort",
            DefaultValueFactory = _ => "fast",
        };
        importance.AcceptOnlyFromAmong("none", "fast", "full");
        var configuration = RunSymbols.OtherConfiguration();
        var set = RunSymbols.Set();
        var command = new ExampleCommand(
            "report",
            "Write a report of a trained model, or of compared ones, as one HTML file that needs no network: quality of every scenario and task, curves, experts, fields, and what to conclude.",
            "switchyard report samples/census-income/switchyard.yaml",
            "switchyard report samples/census-income/compare.yaml --output comparison.html --csv tables")
        {
            subject,
            output,
            json,
            csv,
            importance,
            configuration,
            set,
        };
        command.SetAction(result =>
        {
            var name = result.GetRequiredValue(subject);
            var options = new ReportOptions
            {
                Output = result.GetRequiredValue(output),
                Json = result.GetValue(json),
                Csv = result.GetValue(csv),
                Importance = Enum.Parse<ImportanceEffort>(result.GetRequiredValue(importance), ignoreCase: true),
                Command = CommandText.Of(["switchyard", .. result.Tokens.Select(t => t.Value)]),
            };
            var other = result.GetValue(configuration);
            return console.Run(reporter => Write(ReportSubject.Of(name, other is null ? result.GetValue(set)! : []), other, result.GetValue(set)!, options, reporter, cancellation));
        });
        return command;
    }

    static void Write(ReportSubject subject, string? configuration, string[] overrides, ReportOptions options, IRunReporter reporter, CancellationToken cancellation)
    {
        if (configuration is not null && subject is not TrainedBundle { Configuration: null })
            throw new InputException("--configuration names other rows for a model bundle; name the bundle's folder, or leave it out.");
        switch (subject)
        {
            case TrainedBundle run:
                Report.OfRun(run.Bundle, configuration is null ? run.Configuration : RunConfiguration.Load(configuration, overrides), options, reporter, cancellation);
                break;
            case ComparedModels compared:
                Report.OfComparison(compared.Comparison, options, reporter, cancellation);
                break;
            case ComparedFile compared:
                Report.OfComparison(compared.Json, options, reporter);
                break;
        }
    }
}
