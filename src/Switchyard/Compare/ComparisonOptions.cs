using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard;

/// <summary>Whether a variant has about as many weights as the baseline, embedding tables left out, or its own number.</summary>
public enum VariantSize
{
    /// <summary>Within ten percent of the baseline.</summary>
    Equal,

    /// <summary>Any number: what is gained may come from the size.</summary>
    Own,
}

/// <summary>What the error of a difference is taken over.</summary>
public enum ResampleBy
{
    /// <summary>Groups (search lists, users): rows of one group are drawn together.</summary>
    Group,

    /// <summary>Rows, as if they were independent.</summary>
    Row,
}

/// <summary>The paired bootstrap.</summary>
public sealed record BootstrapOptions
{
    [Description("Resamples of the measured rows.")]
    [Range(100, 100000)]
    public int Samples { get; init; } = 1000;

    [Description("Seed of the resamples: every model sees the same ones.")]
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    [Description("What is drawn: group (rows of a group stay together; a row without a group is one by itself) or row.")]
    public ResampleBy By { get; init; } = ResampleBy.Group;
}

/// <summary>The keys of a comparison file beside its variants.</summary>
public sealed record ComparisonOptions : IValidatableObject
{
    [Description("Configuration of the run that every variant starts from, relative to this file.")]
    public required string Base { get; init; }

    [Description("Name of the comparison. Default: the name of the file.")]
    public string? Name { get; init; }

    [Description("Folder for results and reports, relative to this file. Default: runs/ and the name.")]
    public string? Output { get; init; }

    [Description("Seeds (training.seed) that every variant is trained with. One says nothing of the spread between seeds.")]
    public ImmutableArray<ulong> Seeds { get; init; } = [1, 2, 3];

    [Description("Variant that differences refer to. Default: the first one.")]
    public string? Baseline { get; init; }

    [Description("Variant with a model per scenario, for the verdict. Default: the variant called single, or else the first whose model is single.")]
    public string? Single { get; init; }

    [Description("Variant with one model for all scenarios, for the verdict. Default: the variant called pooled.")]
    public string? Pooled { get; init; }

    [Description("Cells of the verdict and of the tables: level1 (first column of the scenario × task) or leaf.")]
    public CellLevel Level { get; init; } = CellLevel.Level1;

    [Description("Coverage of the intervals; a p value below 1 minus this counts as significant.")]
    [Range(0.5, 0.9999)]
    public double Confidence { get; init; } = 0.95;

    [Description("How the error over rows is found.")]
    public BootstrapOptions Bootstrap { get; init; } = new();

    [Description("Whether every trained model is saved as a bundle in the output folder, under models.")]
    public bool KeepModels { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Seeds.IsEmpty) yield return new ValidationResult("there is no seed; name at least one, for example [1, 2, 3].", [nameof(Seeds)]);
        if (Seeds.Distinct().Count() < Seeds.Length) yield return new ValidationResult("a seed is given twice; the same seed gives the same model.", [nameof(Seeds)]);
    }
}

/// <summary>Which cells are shown and judged.</summary>
public enum CellLevel
{
    /// <summary>Nodes of the first scenario level.</summary>
    Level1,

    /// <summary>Nodes of the last one.</summary>
    Leaf,
}
