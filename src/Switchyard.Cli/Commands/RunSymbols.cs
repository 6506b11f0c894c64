using System.CommandLine;
using Switchyard.Data;

namespace Switchyard.Cli;

/// <summary>Arguments and options that several commands have.</summary>
static class RunSymbols
{
    public static Argument<string> Configuration() => new("configuration")
    {
        Description = $"The run's YAML file, or a folder with a {RunConfiguration.DefaultFileName} (docs/configuration.md).",
    };

    public static Argument<string> Model() => new("model")
    {
        Description = "Folder of a model bundle, or the configuration (.yaml) of the run that trained it.",
    };

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
