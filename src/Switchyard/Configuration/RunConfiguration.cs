using System.ComponentModel;
using Switchyard.Data;
using Switchyard.Evaluation;
using Switchyard.Models;
using Switchyard.Training;

namespace Switchyard;

/// <summary>An architecture by name with its options.</summary>
/// <param name="Name">Name in the configuration: aesm2, mmoe, …</param>
/// <param name="Options">The architecture's options record.</param>
public sealed record ModelChoice(string Name, ModelOptions Options);

/// <summary>
/// One run: what to read, what to train, how to judge it, where to put it. Read from one YAML file; docs/configuration.md
/// describes every key.
/// </summary>
public sealed record RunConfiguration
{
    /// <summary>File looked for where a folder is given, and the file name that leaves the run its folder's name.</summary>
    public const string DefaultFileName = "switchyard.yaml";

    [Description("Name of the run. Default: the name of the file, or of its folder where the file is called switchyard.yaml.")]
    public required string Name { get; init; }

    [Description("Folder for the model bundle (model), the metric log (metrics.jsonl) and checkpoints, relative to this file. Column files lie beside it, in .columns, shared by runs. Default: runs/ and the name.")]
    public required string Output { get; init; }

    /// <summary>The file as it was named by the caller.</summary>
    public required string File { get; init; }

    /// <summary>Absolute folder that relative paths of the configuration start from.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Sources, fields, scenario tree, tasks, filter and split.</summary>
    public required DataSpec Data { get; init; }

    /// <summary>The architecture.</summary>
    public required ModelChoice Model { get; init; }

    /// <summary>How to train it.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>How to measure it.</summary>
    public required EvaluationOptions Evaluation { get; init; }

    /// <summary>How to train a bundle further, where the run starts from one.</summary>
    public UpdateOptions Update { get; init; } = new();

    /// <summary>Absolute form of <see cref="Output"/>.</summary>
    public string OutputDirectory => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Path.Combine(BaseDirectory, Output)));

    /// <summary>Absolute folder of the model bundle.</summary>
    public string BundleDirectory => Path.Combine(OutputDirectory, "model");

    /// <summary>Folder of the column file: beside the outputs, so that runs over the same rows share one import.</summary>
    public string ColumnDirectory => Path.Combine(Path.GetDirectoryName(OutputDirectory) ?? OutputDirectory, ".columns");

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">The file, or a folder that holds a <see cref="DefaultFileName"/>.</param>
    /// <param name="overrides">Texts <c>path=value</c> applied before anything is checked: <c>training.seed=2</c>,
    /// <c>fields[0].min_count=3</c>, <c>model={name: mmoe, experts: 6}</c>.</param>
    /// <exception cref="InputException">The file cannot be read or is not a valid configuration. The message has one line, with
    /// file, line and column (or the override), what was found and what is accepted.</exception>
    public static RunConfiguration Load(string path, IEnumerable<string>? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RunDocument.Load(path, overrides).Read();
    }

    /// <summary>Reads a configuration from text, for example the one that a bundle keeps.</summary>
    /// <param name="yaml">The text; JSON is accepted too, being YAML.</param>
    /// <param name="file">Name used in messages.</param>
    /// <param name="baseDirectory">Folder that relative paths start from.</param>
    /// <param name="overrides">See <see cref="Load"/>.</param>
    /// <param name="environment">Looks up environment variables; the process's own by default.</param>
    /// <param name="models">Options record of every architecture, by name; <see cref="ModelZoo.Options"/> by default.</param>
    /// <exception cref="InputException">See <see cref="Load"/>.</exception>
    public static RunConfiguration Parse(
        string yaml,
        string file,
        string baseDirectory,
        IEnumerable<string>? overrides = null,
        Func<string, string?>? environment = null,
        IReadOnlyDictionary<string, Type>? models = null)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return RunDocument.Parse(yaml, file, baseDirectory, overrides, environment ?? Environment.GetEnvironmentVariable, models ?? ModelZoo.Options).Read();
    }

    /// <summary>Every value of the run, defaults included, as YAML that <see cref="Parse"/> reads back.</summary>
    public string ToYaml() => YamlText.Write(RunConfigurationWriter.Write(this));

    /// <summary>Every value of the run, defaults included, as JSON: keys in a fixed order, so that equal runs give equal text.</summary>
    public string ToJson() => ToJson(whole: true);

    /// <param name="whole">False leaves out defaults of options that came after configurations had been kept.</param>
    internal string ToJson(bool whole) => JsonText.Write(RunConfigurationWriter.Write(this), whole);
}
