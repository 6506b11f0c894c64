using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Switchyard.Data;

/// <summary>What a run reads and how it is to be understood: the data part of the configuration, already parsed.</summary>
public sealed record DataSpec
{
    [Description("The files to read. Two sources are joined on a key.")]
    public required ImmutableArray<SourceSpec> Sources { get; init; }

    [Description("The fields a model may read.")]
    public required ImmutableArray<FieldSpec> Fields { get; init; }

    [Description("Scenario columns, coarse to fine. A leaf is a combination of one node per level.")]
    public ImmutableArray<string> Scenario { get; init; } = [];

    [Description("What to do with a scenario value that training has not seen, or that is missing.")]
    public UnknownScenario UnknownScenario { get; init; } = UnknownScenario.Error;

    [Description("The targets, in the order in which they are reported.")]
    public required ImmutableArray<TaskSpec> Tasks { get; init; }

    [Description("Column that names the list a row belongs to (search id, user id): the group of GAUC, NDCG and MRR.")]
    public string? Group { get; init; }

    [Description("Column with a non-negative weight of every row in the loss.")]
    public string? Weight { get; init; }

    [Description("Conditions a row must meet to be read at all.")]
    public ImmutableArray<Condition> Filter { get; init; } = [];

    [Description("Which rows train, which validate, which test.")]
    public required SplitSpec Split { get; init; }

    /// <summary>The same with full paths of the sources: it reads the same files from wherever it is kept.</summary>
    public DataSpec Located(string baseDirectory) => this with
    {
        Sources = [.. Sources.Select(s => s.Path is null or SourceFiles.StandardInput ? s : s with { Path = Path.GetFullPath(s.Path, baseDirectory) })],
    };
}

/// <summary>One source of rows: a text file, several files, standard input, or a database query.</summary>
public sealed record SourceSpec
{
    [Description("File path, relative to the configuration; a pattern with * reads several files in ordinal order of their names; - is standard input. A name ending in .gz is unpacked. With query: a SQLite database.")]
    public string? Path { get; init; }

    [Description("csv or jsonl (an object per line). Default: jsonl for .jsonl and .ndjson, also with .gz, csv otherwise.")]
    public SourceFormat? Format { get; init; }

    [Description("A SELECT whose result is read, from the SQLite database path or the PostgreSQL database connection. Without ORDER BY the order of the rows, and all that depends on it, may change from run to run.")]
    public string? Query { get; init; }

    [Description("Name of the environment variable that holds the connection string of a PostgreSQL database (Host=…;Database=…;Username=…;Password=…). The string itself is never stored.")]
    public string? Connection { get; init; }

    [Description("CSV: character between values. Default: tab for .tsv and .tsv.gz, comma otherwise.")]
    public char? Separator { get; init; }

    [Description("CSV: column names of a file without a header line. JSON Lines: the keys to read. Default: those in the first MiB of the file.")]
    public ImmutableArray<string> Columns { get; init; } = [];

    [Description("Only for the second source: the columns that join it to the first (left join).")]
    public ImmutableArray<string> JoinOn { get; init; } = [];

    [Description("Part the rows belong to when parts are separate files: train, validation or test. A part without conditions holds exactly the rows of the sources that name it.")]
    public Part? Part { get; init; }

    /// <summary>What to call the source in messages. A connection that is no variable's name may hold a password, and is never shown.</summary>
    internal string Name => Path ?? (Connection is not { } connection ? "" : SourceChecks.IsVariable(connection) ? $"the query on {connection}" : "the query");
}

/// <summary>How the rows of a text file are written.</summary>
public enum SourceFormat
{
    /// <summary>A line of values, separated.</summary>
    Csv,

    /// <summary>A JSON object per line.</summary>
    Jsonl,
}

/// <summary>The three parts of a run's rows.</summary>
public enum Part { Train, Validation, Test }

/// <summary>What to do with a scenario value that training has not seen.</summary>
public enum UnknownScenario
{
    /// <summary>Refuse the row, with a count.</summary>
    Error,

    /// <summary>Score it with the mean embedding and the mean gate of its siblings (node −1).</summary>
    Parent,
}

public enum FieldType { Categorical, Numeric, MultiValue, Sequence }

public enum NumericEncoding { Buckets, Standardise }

public enum Pooling { Mean, Sum }

/// <summary>How the values of a sequence stand in its column.</summary>
public enum SequenceOrder { OldestFirst, NewestFirst }

public enum FieldRole { Feature, Position }

/// <summary>What a field describes: of a request with many candidates, only what describes the item differs from row to row.</summary>
public enum FieldSide
{
    /// <summary>The candidate, or the candidate together with the user: differs from row to row.</summary>
    Item,

    /// <summary>The user: the same in all rows of a request.</summary>
    User,

    /// <summary>The request itself, such as its place or hour: the same in all its rows.</summary>
    Context,
}

/// <summary>One input field as configured.</summary>
public sealed record FieldSpec
{
    [Description("Name of the field; also the column it reads, unless column says otherwise.")]
    public required string Name { get; init; }

    [Description("Column of the source. Default: the field's name.")]
    public string? Column { get; init; }

    [Description("categorical, numeric, multi-value or sequence (ordered values; from a column, or with history from the log itself).")]
    public FieldType Type { get; init; } = FieldType.Categorical;

    [Description("Categorical, multi-value, sequence: a value must appear this many times in the training rows to get an id of its own; rarer and unseen ones share id 0.")]
    [Range(1, int.MaxValue)]
    public int MinCount { get; init; } = 1;

    [Description("Categorical, multi-value, sequence: hash values into this many ids instead of keeping a vocabulary. 0 = vocabulary.")]
    [Range(0, int.MaxValue)]
    public int HashBuckets { get; init; }

    [Description("Numeric: buckets (quantiles of the training rows, one embedding each) or standardise (one number, zero mean and unit variance on the training rows).")]
    public NumericEncoding Encoding { get; init; } = NumericEncoding.Buckets;

    [Description("Numeric with encoding buckets: how many quantile buckets to cut.")]
    [Range(2, 65536)]
    public int Buckets { get; init; } = 32;

    [Description("Multi-value, sequence: character between the values.")]
    public char Separator { get; init; } = '|';

    [Description("Multi-value, sequence: mean or sum of the values' embeddings.")]
    public Pooling Pooling { get; init; } = Pooling.Mean;

    [Description("Sequence: how many values are kept; older ones are cut off.")]
    [Range(1, 65536)]
    public int MaxLength { get; init; } = 50;

    [Description("Sequence: how the values stand in their column, oldest-first or newest-first.")]
    public SequenceOrder Order { get; init; } = SequenceOrder.OldestFirst;

    [Description("Sequence: build it from the log itself instead of reading a column: the last items of the same user in earlier rows.")]
    public HistorySpec? History { get; init; }

    [Description("Width of the field's embedding.")]
    [Range(1, 65536)]
    public int Embedding { get; init; } = 16;

    [Description("Name of another field whose vocabulary and embedding table this one uses; that field's min_count, hash_buckets and embedding apply, and values of both are counted together (those of a history are not: its rows are counted by the field it shares with).")]
    public string? Shares { get; init; }

    [Description("feature, or position: used in training, replaced by fixed in predict and serve.")]
    public FieldRole Role { get; init; } = FieldRole.Feature;

    [Description("Role position: the value that stands in for the real one when scoring.")]
    public string? Fixed { get; init; }

    [Description("What the field describes: user, item or context. Of rows that stand together and agree in all fields of user and context (the candidates of a request), scoring computes what only these say once. Changes the order of the network's input, never what it can learn.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public FieldSide Side { get; init; }
}

/// <summary>One target as configured.</summary>
public sealed record TaskSpec
{
    public required string Name { get; init; }

    [Description("A column of 0 and 1, or a comparison such as rating == 10.")]
    public required Condition Label { get; init; }

    [Description("Weight of the task in the loss.")]
    [Range(0.0, double.MaxValue)]
    public float Weight { get; init; } = 1f;

    [Description("Conditions under which the label is observed. Other rows add nothing to the task's loss and metrics.")]
    public ImmutableArray<Condition> Mask { get; init; } = [];

    [Description("Task, listed earlier, that this one is conditional on: the score is the product along the chain and the loss is taken over all rows (ESMM).")]
    public string? Given { get; init; }
}

/// <summary>Three conjunctions of conditions; a row that meets none is left out and counted.</summary>
public sealed record SplitSpec
{
    [Description("Conditions of the training rows.")]
    public ImmutableArray<Condition> Train { get; init; } = [];

    [Description("Conditions of the validation rows, which choose the best weights.")]
    public ImmutableArray<Condition> Validation { get; init; } = [];

    [Description("Conditions of the test rows, which are only measured.")]
    public ImmutableArray<Condition> Test { get; init; } = [];

    [Description("Seed of 'row mod N'.")]
    public ulong Seed { get; init; } = 1;

    [Description("'row mod N' hashes the row's text instead of its number, so that identical rows fall into one part.")]
    public bool KeepIdenticalRowsTogether { get; init; }
}
