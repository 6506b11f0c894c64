using Switchyard.Data;

namespace Switchyard;

public static partial class Run
{
    /// <summary>
    /// Reads a sample of a log, proposes fields, scenario columns, tasks, group and split, writes them as a commented configuration
    /// that <see cref="Train"/> accepts as it is, and reports what each column was taken for and what is unsure.
    /// </summary>
    /// <exception cref="InputException">The log cannot be read, has no row or no column to learn from; or the configuration is there
    /// already and <see cref="InitOptions.Force"/> is not set.</exception>
    public static void Init(InitOptions options, IRunReporter reporter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reporter);
        if (File.Exists(options.Output) && !options.Force)
            throw new InputException($"{options.Output} is there already; name another file with --output, or replace it with --force.");
        TextFile.RequireWritable(("--output", options.Output));
        var full = Path.GetFullPath(options.Output);
        var proposal = Proposal.For(LogSample.Read(options, cancellation));
        var yaml = ProposalYaml.Write(proposal, Path.GetDirectoryName(full)!);
        // What init writes, train must read: better no file than a wrong one.
        RunConfiguration.Parse(yaml, options.Output, Path.GetDirectoryName(full)!);
        TextFile.Write(options.Output, writer => writer.Write(yaml));
        reporter.Result(ProposalText.Write(proposal));
        reporter.Result($"wrote {options.Output}; next: switchyard validate {options.Output}, then switchyard train {options.Output}");
    }
}
