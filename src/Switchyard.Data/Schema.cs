using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Switchyard.Data;

/// <summary>How a field enters the network.</summary>
public enum FieldKind
{
    /// <summary>One id per row, looked up in a table.</summary>
    Single,

    /// <summary>Any number of ids per row, looked up and pooled.</summary>
    Multiple,

    /// <summary>Any number of ids per row in order of age, oldest first, looked up and pooled.</summary>
    Sequence,

    /// <summary>Two numbers per row: the standardised value (0 where missing) and 1 where missing.</summary>
    Number,
}

/// <summary>An embedding table. Several fields may share one.</summary>
/// <param name="Name">Name of the field that owns it.</param>
/// <param name="Rows">Ids including out-of-vocabulary id 0 and, for buckets, the missing bucket.</param>
/// <param name="Width">Width of a vector.</param>
public sealed record Table(string Name, int Rows, int Width);

/// <summary>A field as the network sees it, frozen after the training rows were counted.</summary>
/// <param name="Name">Name in configuration, messages and reports.</param>
/// <param name="Kind">How it enters the network.</param>
/// <param name="Table">Index into <see cref="Schema.Tables"/>; −1 for <see cref="FieldKind.Number"/>.</param>
/// <param name="Pooling">How several ids become one vector.</param>
/// <param name="Role">Feature, or position (replaced by a fixed value when scoring).</param>
/// <param name="Encoder">How text becomes ids or numbers.</param>
public sealed record Field(string Name, FieldKind Kind, int Table, Pooling Pooling, FieldRole Role, FieldEncoder Encoder)
{
    /// <summary>Column of the source that the field reads. Default: its name.</summary>
    public string Column { get; init; } = Name;

    /// <summary>Role position: the text that stands in for the real value when scoring.</summary>
    public string? Fixed { get; init; }

    /// <summary>What the field describes. x has the fields of the user first, then those of the context, then all others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public FieldSide Side { get; init; }

    /// <summary>Whether a row has any number of ids: <see cref="FieldKind.Multiple"/> or <see cref="FieldKind.Sequence"/>.</summary>
    [JsonIgnore]
    public bool HasItems => Kind is FieldKind.Multiple or FieldKind.Sequence;
}

/// <summary>One level of the scenario tree: a column and its nodes in order of first appearance in training.</summary>
public sealed record ScenarioLevel(string Column, ImmutableArray<string> Nodes);

/// <summary>A task as the model sees it.</summary>
/// <param name="Name">Name in configuration, messages and reports.</param>
/// <param name="Given">Index of the task this one is conditional on, −1 for none. Always smaller than the task's own index.</param>
/// <param name="Weight">Weight in the loss.</param>
public sealed record TaskInfo(string Name, int Given, float Weight)
{
    /// <summary>The condition that is the label; null where a model was built without data.</summary>
    public Condition? Label { get; init; }

    /// <summary>Conditions under which the label is observed.</summary>
    public ImmutableArray<Condition> Mask { get; init; } = [];
}

/// <summary>What a trained model knows of its inputs: fields with encoders, tables, scenario tree, tasks. Part of every bundle.</summary>
public sealed partial record Schema
{
    public required ImmutableArray<Field> Fields { get; init; }

    public required ImmutableArray<Table> Tables { get; init; }

    public required ImmutableArray<ScenarioLevel> Levels { get; init; }

    public required ImmutableArray<TaskInfo> Tasks { get; init; }

    public required UnknownScenario UnknownScenario { get; init; }

    /// <summary>Column that names the list a row belongs to, if one is configured.</summary>
    public string? Group { get; init; }

    /// <summary>Column with the weight of every row, if one is configured.</summary>
    public string? Weight { get; init; }

    /// <summary>Width of x, the concatenation of all fields' vectors: those of user, then of context, then all others, each in field order.</summary>
    [JsonIgnore]
    public int Width => Fields.Sum(f => f.Kind == FieldKind.Number ? 2 : Tables[f.Table].Width);

    /// <summary>Number of leaf scenarios: the product of the levels' node counts; 1 without levels.</summary>
    [JsonIgnore]
    public int Leaves => Levels.Aggregate(1, (n, level) => n * level.Nodes.Length);
}
