using System.Globalization;
using Switchyard.Data;
using Switchyard.Generation;

namespace Switchyard;

/// <summary>What <see cref="Run.Generate"/> makes and where it puts it.</summary>
public sealed record GenerateOptions
{
    /// <summary>The world.</summary>
    public FundSearchOptions World { get; init; } = new();

    /// <summary>Rows of the log.</summary>
    public long Rows { get; init; } = 1_000_000;

    /// <summary>The log, .csv or .csv.gz. The configuration and the truth file are written beside it.</summary>
    public required string Output { get; init; }

    /// <summary>CSV for the true probabilities of every row; null for none.</summary>
    public string? Probabilities { get; init; }

    /// <summary>Replace files that are there already.</summary>
    public bool Force { get; init; }
}

public static partial class Run
{
    /// <summary>Name of the truth file, beside the log.</summary>
    public const string TruthFileName = "truth.json";

    const long RowsBetweenMessages = 1_000_000;

    /// <summary>
    /// Writes a made-up log, a configuration beside it that <see cref="Train"/> accepts as it is, and a truth file with what was
    /// planted and the best AUC a model can reach. Files are whole or not there.
    /// </summary>
    /// <exception cref="InputException">An option cannot be used, a file is there already, or cannot be written.</exception>
    public static Truth Generate(GenerateOptions options, IRunReporter reporter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(reporter);
        RequireUsable(options);
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.Output))!;
        var configuration = Path.Combine(folder, RunConfiguration.DefaultFileName);
        var truthFile = Path.Combine(folder, TruthFileName);
        if (!options.Force && new[] { options.Output, configuration, truthFile, options.Probabilities }.FirstOrDefault(File.Exists) is { } there)
            throw new InputException($"{there} is there already; name another folder with --output, or replace it with --force.");
        TextFile.RequireWritable(("--output", options.Output), ("--output", configuration), ("--output", truthFile), ("--probabilities", options.Probabilities));
        var world = new FundSearchWorld(options.World);
        var yaml = world.Configuration(Path.GetFileName(options.Output));
        RunConfiguration.Parse(yaml, configuration, folder);

        Truth? truth = null;
        TextFile.Write(options.Output, log =>
        {
            if (options.Probabilities is null) truth = Rows(log, null);
            else TextFile.Write(options.Probabilities, probabilities => truth = Rows(log, probabilities));
        });
        if (options.Rows < FundSearchOptions.FewestRows)
        {
            reporter.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"a log of {options.Rows} rows has less than a search a day: its validation or test part may be empty; give --rows {FundSearchOptions.FewestRows} or more"));
        }

        TextFile.Write(configuration, writer => writer.Write(yaml));
        TextFile.Write(truthFile, truth!.ToJson());
        reporter.Result(string.Create(CultureInfo.InvariantCulture, $"wrote {CountText.Of(options.Rows, "row")} to {options.Output}; {Shown(truthFile)} says what was planted"));
        reporter.Result($"next: switchyard validate {Shown(configuration)}, then switchyard train {Shown(configuration)}");
        return truth;

        Truth Rows(TextWriter log, TextWriter? probabilities) => GeneratedLog.Write(world, options.Rows, log, probabilities, Progress, cancellation);

        void Progress(long written)
        {
            if (written > 0 && written % RowsBetweenMessages == 0)
                reporter.Message(string.Create(CultureInfo.InvariantCulture, $"{written:N0} of {options.Rows:N0} rows"));
        }
    }

    static void RequireUsable(GenerateOptions options)
    {
        if (options.World.Problem is { } problem) throw new InputException($"--{problem}");
        if (options.Rows < 1) throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--rows {options.Rows}: give at least one row."));
        RequireCsv("--output", options.Output);
        if (options.Probabilities is not null) RequireCsv("--probabilities", options.Probabilities);
    }

    // By its name, the configuration's reader tells separator and compression; a pattern or a variable would name other files.
    static void RequireCsv(string option, string file)
    {
        if (!file.EndsWith(".csv", StringComparison.Ordinal) && !file.EndsWith(".csv.gz", StringComparison.Ordinal))
            throw new InputException($"{option} '{file}': name a file that ends in .csv or .csv.gz.");
        if (Path.GetFileName(file).AsSpan().ContainsAny('*', '$')) throw new InputException($"{option} {file}: a name with * or $ cannot stand in a configuration; name another file.");
    }
}
