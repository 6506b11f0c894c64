using System.CommandLine;
using Switchyard.Data;
using Switchyard.Server;

namespace Switchyard.Cli;

/// <summary><c>switchyard replay</c>: recorded requests, scored again.</summary>
static class ReplayCommand
{
    public static Command Create(TextWriter output, CancellationToken cancellation)
    {
        var files = new Argument<string[]>("file") { Description = "Files that a server started with --record has written, or folders of them.", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string>("--model") { Description = "Bundle (or configuration of the run) that scores the requests.", HelpName = "folder", Required = true };
        var name = new Option<string?>("--name") { Description = "Only records of the model of this name. Default: all.", HelpName = "name" };
        var list = new Option<int>("--list") { Description = "Differences to list, at most.", HelpName = "count", DefaultValueFactory = _ => 10 };
        var threads = new Option<int>("--threads") { Description = "Threads that score; 0 = all cores.", HelpName = "count", DefaultValueFactory = _ => 0 };
        var json = new Option<string?>("--json") { Description = "Also write everything to this file.", HelpName = "file" };
        var command = new ExampleCommand(
            "replay",
            $"Score recorded requests again: the version that served them must give the same bits (exit code {Application.ReplayDiffers} where it does not); of another version, the differences are shown.",
            "switchyard replay requests.jsonl --model models/trips/3",
            "switchyard replay records --model models/trips/4 --json changes.json")
        {
            files,
            model,
            name,
            list,
            threads,
            json,
        };
        command.SetAction(result =>
        {
            var options = new ReplayOptions
            {
                Files = result.GetRequiredValue(files),
                Bundle = RunSymbols.Resolve(result.GetRequiredValue(model), null, []).Bundle,
                Model = result.GetValue(name),
                Listed = NotNegative("--list", result.GetValue(list)),
                Threads = NotNegative("--threads", result.GetValue(threads)),
                Json = result.GetValue(json),
            };
            var report = Replay.Run(options, cancellation);
            ReplayWriter.Write(output, report);
            return report.HasFailed ? Application.ReplayDiffers : 0;
        });
        return command;
    }

    static int NotNegative(string option, int value) => value >= 0 ? value : throw new InputException($"{option} {value}: give 0 or more.");
}
