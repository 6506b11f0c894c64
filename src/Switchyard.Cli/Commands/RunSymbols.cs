using System.CommandLine;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary>Arguments and options that several commands have.</summary>
static class RunSymbols
{
    static IEnumerable<string> PartNames => Enum.GetValues<Part>().Select(p => p.Name());

    public static Argument<string> Configuration() => new("configuration")
    {
        Description = $"The run's YAML file, or a folder with a {RunConfiguration.DefaultFileName} (docs/configuration.md).",
    };

    public static Argument<string> Model() => new("model")
    {
        Description = "Folder of a model bundle, or the configuration (.yaml) of the run that trained it.",
    };

    /// <summary>Other rows than those of the run that trained the bundle.</summary>
    public static Option<string?> OtherConfiguration() => new("--configuration", "-c")
    {
        Description = "Configuration whose sources and split are read. Default: the one the bundle was trained with.",
        HelpName = "file",
    };

    public static Option<string?> Part() => new("--part")
    {
        Description = $"Rows to read: {string.Join(", ", PartNames)}. Default: test; where it is empty, validation.",
        HelpName = "part",
    };

    /// <summary>What the option <see cref="Part"/> says; null where it is not given.</summary>
    /// <exception cref="InputException">There is no such part.</exception>
    public static Part? PartNamed(string? name)
    {
        if (name is null) return null;
        foreach (var part in Enum.GetValues<Part>())
        {
            if (part.Name() == name) return part;
        }

        throw new InputException($"--part {name}: there is no such part; use {string.Join(", ", PartNames)}.");
    }

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Override a value of the configuration, for example training.seed=2 or \"model={name: mmoe, experts: 6}\". May be given several times.",
        HelpName = "path=value",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>What the argument <see cref="Model"/> stands for: the bundle's folder, and the configuration where one was named.</summary>
    /// <exception cref="InputException">Neither a bundle nor a configuration, or overrides without a configuration.</exception>
    public static (string Bundle, RunConfiguration? Configuration) Resolve(string model, string? configuration, IReadOnlyList<string> overrides)
    {
        var isConfiguration = Path.GetExtension(model) is ".yaml" or ".yml" || File.Exists(Path.Combine(model, RunConfiguration.DefaultFileName));
        if (isConfiguration && configuration is not null)
            throw new InputException($"'{model}' is a configuration already; remove --configuration, or name the bundle's folder instead.");
        if (isConfiguration)
        {
            var run = RunConfiguration.Load(model, overrides);
            return (run.BundleDirectory, run);
        }

        if (configuration is not null)
            return (model, RunConfiguration.Load(configuration, overrides));
        return overrides.Count == 0
            ? (model, null)
            : throw new InputException("--set changes a configuration; name one with --configuration, or in place of the bundle.");
    }
}
