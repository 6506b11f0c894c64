using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard;

public enum TuneMethod
{
    /// <summary>Every trial is drawn and trained to its end.</summary>
    Random,

    /// <summary>Successive halving (Jamieson, Talwalkar 2016): all trials begin, the better ones go on.</summary>
    Halving,

    /// <summary>Every combination.</summary>
    Grid,
}

/// <summary>What a tune run tries. Read from a YAML file; docs/tuning.md describes every key.</summary>
public sealed record TuneOptions : IValidatableObject
{
    [Description("Configuration of the run to tune (its file, or a folder with a switchyard.yaml), relative to this file.")]
    public required string Base { get; init; }

    [Description("Folder for results, report and best configuration, relative to this file. Default: runs/ and the name of this file.")]
    public string? Output { get; init; }

    [Description("random: every trial is trained to its end. halving: all trials begin, and the best of them go on. grid: every combination of the values.")]
    public TuneMethod Method { get; init; } = TuneMethod.Random;

    [Description("Configurations to draw, besides those of start. A grid has as many as it has.")]
    [Range(0, 100000)]
    public int Trials { get; init; } = 20;

    [Description("Seed of the draws. A draw depends on it, its number and its key alone: more trials or more ranges keep the earlier draws.")]
    public ulong Seed { get; init; } = 1;

    [Description("Values of training.seed with which every trial is trained; its value is their mean. Two or more show the noise.")]
    public ImmutableArray<ulong> Seeds { get; init; } = [1];

    [Description("Halving: one of so many trials goes on to the next rung.")]
    [Range(2, 100)]
    public int Eta { get; init; } = 3;

    [Description("Halving: epochs of the first rung; every further rung has eta times as many, the last one training.epochs.")]
    [Range(1, 100000)]
    public int MinEpochs { get; init; } = 1;

    [Description("Halving: epochs after which trials are compared, ascending, instead of min_epochs. The last rung is training.epochs in any case.")]
    [Range(1, 100000)]
    public ImmutableArray<int> Rungs { get; init; } = [];

    [Description("Leave out drawn configurations that the rules of the run refuse (more experts chosen than there are), instead of stopping before the first training.")]
    public bool SkipInvalid { get; init; }

    [Description("Values of the run that all trials have, by dotted key: {training.epochs: 6}.")]
    public TuneSettings Set { get; init; } = TuneSettings.None;

    [Description("Configurations tried first, each a mapping from dotted keys to values; the key name calls it by a name. {name: base} is the run as it is.")]
    public ImmutableArray<TuneSettings> Start { get; init; } = [];

    [Description("What is drawn: a mapping from dotted keys of the run (model.experts, training.learning_rate, fields[0].embedding) to a list of values or a range.")]
    public TuneRanges Ranges { get; init; } = TuneRanges.None;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Seeds.IsEmpty) yield return new ValidationResult("name at least one seed.", [nameof(Seeds)]);
        if (Seeds.Distinct().Count() < Seeds.Length) yield return new ValidationResult("a seed is given twice; a second training with it would only repeat the first.", [nameof(Seeds)]);
        if (!Rungs.SequenceEqual(Rungs.Distinct().Order())) yield return new ValidationResult("epochs must ascend.", [nameof(Rungs)]);
        if (Ranges.Keys.IsEmpty && Start.IsEmpty) yield return new ValidationResult("there is nothing to try; name a key of the run and its values, for example {training.learning_rate: {min: 1e-4, max: 1e-2, log: true}}.", [nameof(Ranges)]);
        if (Method == TuneMethod.Grid)
        {
            foreach (var range in Ranges.Items.Where(r => r.Grid.IsDefault))
                yield return new ValidationResult($"{range.Key} has no end of values; for a grid give a list, integer: true or a step.", [nameof(Ranges)]);
        }
    }
}

/// <summary>Values by dotted key, in the order written.</summary>
public sealed class TuneSettings
{
    internal TuneSettings(string? name, ImmutableArray<TuneSetting> items) => (Name, Items) = (name, items);

    public static TuneSettings None { get; } = new(null, []);

    /// <summary>What the configuration is called in tables; null for no name.</summary>
    public string? Name { get; }

    internal ImmutableArray<TuneSetting> Items { get; }
}

/// <summary>A value for a key.</summary>
/// <param name="Key">Dotted key.</param>
/// <param name="Value">The value.</param>
/// <param name="Place">Where the key was written.</param>
readonly record struct TuneSetting(string Key, ConfigurationNode Value, Place Place)
{
    /// <summary>The value as YAML on one line.</summary>
    public string Text => YamlText.Value(Value);
}

/// <summary>Ranges by dotted key, in the order written.</summary>
public sealed class TuneRanges
{
    internal TuneRanges(ImmutableArray<TuneRange> items) => Items = items;

    public static TuneRanges None { get; } = new([]);

    /// <summary>The keys.</summary>
    public ImmutableArray<string> Keys => [.. Items.Select(r => r.Key)];

    internal ImmutableArray<TuneRange> Items { get; }
}
