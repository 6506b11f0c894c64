using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard;

/// <summary>A run that is compared with others.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Run">The base run with the variant's changes.</param>
/// <param name="Size">How its size is marked; null leaves it to the number of weights.</param>
public sealed record Variant(string Name, RunConfiguration Run, VariantSize? Size);

/// <summary>A base run, and variants of it to train and compare. Read from one YAML file; docs/comparing.md describes every key.</summary>
public sealed record ComparisonConfiguration
{
    /// <summary>Name of the comparison.</summary>
    public required string Name { get; init; }

    /// <summary>The file as it was named by the caller.</summary>
    public required string File { get; init; }

    /// <summary>The file's text as it was read.</summary>
    public required string Text { get; init; }

    /// <summary>Absolute folder of results and reports.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>The run that variants change.</summary>
    public required RunConfiguration Base { get; init; }

    /// <summary>In the order of the file.</summary>
    public required ImmutableArray<Variant> Variants { get; init; }

    /// <summary>The other keys, with their defaults.</summary>
    public required ComparisonOptions Options { get; init; }

    /// <summary>Name of the variant that differences refer to.</summary>
    public required string Baseline { get; init; }

    /// <summary>Name of the control with a model per scenario; null where there is none.</summary>
    public string? Single { get; init; }

    /// <summary>Name of the control with one model for all scenarios; null where there is none.</summary>
    public string? Pooled { get; init; }

    /// <summary>The controls there are, each once.</summary>
    internal IEnumerable<string> Controls => new[] { Single, Pooled }.OfType<string>().Distinct();

    /// <summary>Whatever variants are compared with: the baseline and the controls, each once.</summary>
    internal IEnumerable<string> References => Controls.Prepend(Baseline).Distinct();

    /// <summary>Reads a comparison file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Texts <c>path=value</c> applied to the base run, as in <see cref="RunConfiguration.Load"/>.</param>
    /// <exception cref="InputException">The file, its base or a variant is wrong. One line, with file, line and column.</exception>
    public static ComparisonConfiguration Load(string path, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path)) throw new InputException($"{path} is a folder; name a comparison file (docs/comparing.md).");
        return Parse(RunDocument.ReadText(path), path, Path.GetDirectoryName(Path.GetFullPath(path))!, overrides);
    }

    /// <summary>Reads a comparison from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="file">Name used in messages.</param>
    /// <param name="folder">Folder that relative paths start from.</param>
    /// <param name="overrides">See <see cref="Load"/>.</param>
    /// <param name="environment">Looks up environment variables; the process's own by default.</param>
    /// <param name="models">Options record of every architecture, by name; <see cref="ModelZoo.Options"/> by default.</param>
    public static ComparisonConfiguration Parse(
        string yaml,
        string file,
        string folder,
        IEnumerable<string>? overrides = null,
        Func<string, string?>? environment = null,
        IReadOnlyDictionary<string, Type>? models = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        environment ??= Environment.GetEnvironmentVariable;
        var root = YamlReader.Read(yaml, file, hasLines: true, environment);
        return new ComparisonReader(yaml, file, folder, environment, models ?? ModelZoo.Options).Read(root, [.. overrides ?? []]);
    }
}
