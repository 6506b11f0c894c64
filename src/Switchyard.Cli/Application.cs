using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary>Commands, and the one place where exceptions become a line on standard error and an exit code.</summary>
/// <param name="output">Results: tables, predictions, help.</param>
/// <param name="error">Progress, messages, errors.</param>
/// <param name="cancellation">Ctrl+C.</param>
sealed class Application(TextWriter output, TextWriter error, CancellationToken cancellation)
{
    /// <summary>replay found a score that must have the bits of its record and does not, or a record that cannot be replayed.</summary>
    public const int ReplayDiffers = 1;

    /// <summary>Wrong input: file, configuration or command line.</summary>
    public const int InputError = 2;

    /// <summary>compare --fail-on-loss found a cell that a variant significantly loses.</summary>
    public const int LossFound = 3;

    /// <summary>A defect of the program (EX_SOFTWARE of sysexits.h).</summary>
    public const int InternalError = 70;

    /// <summary>Ended by Ctrl+C (128 + SIGINT), as shells report it.</summary>
    public const int Cancelled = 130;

    public int Run(IReadOnlyList<string> args)
    {
        var verbose = new Option<bool>("--verbose") { Description = "Show the stack trace of an error.", Recursive = true };
        var result = Root(verbose).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is ParseErrorAction)
            return Misused(result);
        try
        {
            return result.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            error.WriteLine("cancelled");
            return Cancelled;
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            return Failed($"error: {e.Message}", e, InputError);
        }
        catch (OutOfMemoryException e)
        {
            return Failed("error: there is not enough memory; lower training.shuffle_rows or training.batch_size, make tables smaller (embedding, min_count, hash_buckets), or give the process more", e, InputError);
        }
#pragma warning disable CA1031 // The boundary: whatever happens below ends as one line and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failed($"internal error: {e.GetType().Name}: {e.Message}; run with --verbose for details", e, InternalError);
        }

        int Failed(string line, Exception e, int code)
        {
            error.WriteLine(OneLine.Of(line));
            if (result.GetValue(verbose)) error.WriteLine(e);
            return code;
        }
    }

    RootCommand Root(Option<bool> verbose)
    {
        var root = new RootCommand("Switchyard trains one ranking model for several scenarios and several targets, and scores with it.")
        {
            HelpName = "switchyard",
        };
        root.Options.Add(verbose);
        var console = new ConsoleOutput(output, error);
        root.Subcommands.Add(InitCommand.Create(console, cancellation));
        root.Subcommands.Add(ValidateCommand.Create(console, cancellation));
        root.Subcommands.Add(ImportCommand.Create(console, cancellation));
        root.Subcommands.Add(TrainCommand.Create(console, cancellation));
        root.Subcommands.Add(UiCommand.Create(output, cancellation));
        root.Subcommands.Add(TuneCommand.Create(console, cancellation));
        root.Subcommands.Add(FuseCommand.Create(console, cancellation));
        root.Subcommands.Add(EvaluateCommand.Create(console, cancellation));
        root.Subcommands.Add(PredictCommand.Create(console, cancellation));
        root.Subcommands.Add(FeaturesCommand.Create(console, cancellation));
        root.Subcommands.Add(GenerateCommand.Create(console, cancellation));
        root.Subcommands.Add(ImportanceCommand.Create(console, cancellation));
        root.Subcommands.Add(CompareCommand.Create(console, cancellation));
        root.Subcommands.Add(InspectCommand.Create(console, cancellation));
        root.Subcommands.Add(ExportCommand.Create(console, cancellation));
        root.Subcommands.Add(DriftCommand.Create(console, cancellation));
        root.Subcommands.Add(ReportCommand.Create(console, cancellation));
        root.Subcommands.Add(ServeCommand.Create(cancellation));
        root.Subcommands.Add(ReplayCommand.Create(output, cancellation));
        root.Subcommands.Add(KeysCommand.Create(output));
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExampleHelpAction((HelpAction)help.Action!);
        return root;
    }

    // The library names types of the program.
    static string Text(ParseError problem)
    {
        var text = problem.Message.ReplaceLineEndings(" ");
        if (!text.StartsWith("Cannot parse argument", StringComparison.Ordinal) || problem.SymbolResult is not OptionResult { Option: var option } result || result.Tokens is not [.., var token]) return text;
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        var expected = type.IsEnum ? string.Join(" or ", Enum.GetNames(type).Select(n => n.ToLowerInvariant()))
            : type == typeof(int) || type == typeof(long) || type == typeof(ulong) ? "a whole number"
            : type == typeof(double) || type == typeof(float) ? "a number"
            : null;
        return expected is null ? text : $"{option.Name} {token.Value}: expected {expected}.";
    }

    static string Meant(string problem, ParseResult result)
    {
        if (result.UnmatchedTokens.FirstOrDefault(t => problem.Contains($"'{t}'", StringComparison.Ordinal)) is not { } token) return "";
        var command = result.CommandResult.Command;
        var names = token.StartsWith('-') ? command.Options.Select(o => o.Name) : command.Subcommands.Select(c => c.Name);
        return Suggestion.Nearest(token, names) is { } nearest ? $" Did you mean '{nearest}'?" : "";
    }

    int Misused(ParseResult result)
    {
        // 'Required command was not provided' beside 'Unrecognized command' says the same thing twice.
        var problems = result.UnmatchedTokens.Count > 0 && result.Errors.Count > 1
            ? result.Errors.Where(e => result.UnmatchedTokens.Any(t => e.Message.Contains(t, StringComparison.Ordinal)))
            : result.Errors;
        foreach (var problem in problems)
            error.WriteLine($"error: {Text(problem)}{Meant(problem.Message, result)}");
        var command = "";
        for (SymbolResult? at = result.CommandResult; at is CommandResult { Command: not RootCommand } named; at = at.Parent) command = $" {named.Command.Name}{command}";
        error.WriteLine($"Run 'switchyard{command} --help' to see what is accepted.");
        return InputError;
    }
}
