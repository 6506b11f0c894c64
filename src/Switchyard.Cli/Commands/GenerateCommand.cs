using System.CommandLine;
using Switchyard.Generation;

namespace Switchyard.Cli;

/// <summary><c>switchyard generate</c>: a made-up log whose best achievable AUC is known.</summary>
static class GenerateCommand
{
    public static Command Create(ConsoleOutput console, CancellationToken cancellation)
    {
        var command = new ExampleCommand(
            "generate",
            "Write a made-up log with a planted structure, a configuration that trains on it, and what a model can reach at best (docs/generating.md).",
            "switchyard generate fund-search --rows 1000000 --output fund/log.csv.gz");
        command.Subcommands.Add(FundSearch(console, cancellation));
        return command;
    }

    static ExampleCommand FundSearch(ConsoleOutput console, CancellationToken cancellation)
    {
        var (world, files) = (new FundSearchOptions(), new GenerateOptions { Output = "log.csv.gz" });
        var output = new Option<string>("--output", "-o")
        {
            Description = "Log to write, .csv or .csv.gz; switchyard.yaml and truth.json are written beside it.",
            HelpName = "file",
            DefaultValueFactory = _ => files.Output,
        };
        var rows = new Option<long>("--rows") { Description = "Rows of the log.", HelpName = "rows", DefaultValueFactory = _ => files.Rows };
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same files, bit for bit.", HelpName = "number", DefaultValueFactory = _ => world.Seed };
        var channels = new Option<int>("--channels") { Description = "Nodes of the first scenario level.", HelpName = "number", DefaultValueFactory = _ => world.Channels };
        var domains = new Option<int>("--domains") { Description = "Nodes of the second scenario level.", HelpName = "number", DefaultValueFactory = _ => world.Domains };
        var alike = new Option<AlikeBy>("--alike")
        {
            Description = "Which scenarios share all their preferences: those of a family of domains, of a family of channels, or all.",
            HelpName = "domain|channel|all",
            DefaultValueFactory = _ => world.Alike,
        };
        var skew = new Option<double>("--skew")
        {
            Description = "How unequal the scenarios' shares are: (r + 1)^-skew for leaf r; 0 = equal. Not for 2 x 2 scenarios, whose shares are planted.",
            HelpName = "number",
            DefaultValueFactory = _ => world.Skew,
        };
        var probabilities = new Option<string?>("--probabilities") { Description = "Also write the true probabilities of every row to this CSV.", HelpName = "file" };
        var force = new Option<bool>("--force") { Description = "Replace files that are there." };
        var command = new ExampleCommand(
            "fund-search",
            "A fund search: channels and domains of very different traffic, click, purchase after it, and amount.",
            "switchyard generate fund-search --rows 1000000 --seed 1 --output fund/log.csv.gz",
            "switchyard generate fund-search --rows 5000000 --channels 2 --domains 12 --output wide/log.csv.gz --probabilities wide/true.csv.gz")
        {
            output,
            rows,
            seed,
            channels,
            domains,
            alike,
            skew,
            probabilities,
            force,
        };
        command.SetAction(result => console.Run(reporter => Run.Generate(
            new GenerateOptions
            {
                World = new FundSearchOptions
                {
                    Seed = result.GetValue(seed),
                    Channels = result.GetValue(channels),
                    Domains = result.GetValue(domains),
                    Alike = result.GetValue(alike),
                    Skew = result.GetValue(skew),
                },
                Rows = result.GetValue(rows),
                Output = result.GetRequiredValue(output),
                Probabilities = result.GetValue(probabilities),
                Force = result.GetValue(force),
            },
            reporter,
            cancellation)));
        return command;
    }
}
