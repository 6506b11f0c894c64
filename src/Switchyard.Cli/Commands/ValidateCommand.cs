using System.CommandLine;

namespace Switchyard.Cli;

/// <summary><c>switchyard validate</c>: a configuration and its rows to PASS, WARN and FAIL lines.</summary>
static class ValidateCommand
{
    /// <summary>A line says FAIL (or WARN, with --strict).</summary>
    public const int Failed = 1;

    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var configuration = RunSymbols.Configuration();
        var set = RunSymbols.Set();
        var json = new Option<string?>("--json") { Description = "Also write the report to this file.", HelpName = "file" };
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 on WARN lines too." };
        var command = new ExampleCommand(
            "validate",
            "Check a configuration and all its rows. Exit code: 0 without a FAIL line, 1 with one, 2 where the input cannot be read at all.",
            "switchyard validate samples/census-income/switchyard.yaml",
            "switchyard validate run.yaml --json report.json --strict")
        {
            configuration,
            set,
            json,
            strict,
        };
        command.SetAction(result =>
        {
            var worst = Verdict.Pass;
            console.Run(reporter => worst = Run.Validate(
                RunConfiguration.Load(result.GetRequiredValue(configuration), result.GetValue(set)), result.GetValue(json), reporter, cancellation).Worst);
            return worst >= (result.GetValue(strict) ? Verdict.Warn : Verdict.Fail) ? Failed : 0;
        });
        return command;
    }
}
