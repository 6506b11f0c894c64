using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>How a figure's table is drawn.</summary>
public enum FigureKind
{
    /// <summary>Colours over x and y.</summary>
    Heat,

    /// <summary>Lines over x, one a series.</summary>
    Line,

    /// <summary>Points with whiskers, one a category and series.</summary>
    Interval,

    /// <summary>Bars, one a category and series.</summary>
    Bar,

    /// <summary>Points with labels.</summary>
    Scatter,

    /// <summary>Streams from one node to another.</summary>
    Flow,

    /// <summary>Only the table.</summary>
    Table,
}

/// <summary>What a column holds.</summary>
public enum ColumnType
{
    Text,
    Number,
    Integer,
}

/// <summary>A column of a figure's table.</summary>
/// <param name="Name">How encodings and CSV files name it.</param>
/// <param name="Title">How people read it.</param>
/// <param name="Type">What it holds.</param>
public sealed record Column(string Name, string Title, ColumnType Type = ColumnType.Text)
{
    /// <summary>Unit of the numbers; null for none.</summary>
    public string? Unit { get; init; }

    /// <summary>Decimals that are shown; null for the usual four.</summary>
    public int? Digits { get; init; }

    public static Column Number(string name, string title, int? digits = null) => new(name, title, ColumnType.Number) { Digits = digits };

    public static Column Integer(string name, string title) => new(name, title, ColumnType.Integer);
}

/// <summary>Which column is drawn as what. Which of these count depends on the kind; docs/reports.md lists them.</summary>
public sealed record Encoding
{
    public string? X { get; init; }

    public string? Y { get; init; }

    public string? Value { get; init; }

    /// <summary>Lower end of the interval.</summary>
    public string? Low { get; init; }

    /// <summary>Upper end of the interval.</summary>
    public string? High { get; init; }

    /// <summary>What is printed in place of the value.</summary>
    public string? Text { get; init; }

    public string? Series { get; init; }

    public string? Category { get; init; }

    public string? Label { get; init; }

    public string? Size { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    /// <summary>Column of the flow that a stream starts from.</summary>
    public string? Layer { get; init; }

    /// <summary>sequential or diverging.</summary>
    public string? Scale { get; init; }

    /// <summary>Middle of a diverging scale.</summary>
    public double? Center { get; init; }

    /// <summary>Value that intervals are read against.</summary>
    public double? Zero { get; init; }

    /// <summary>diagonal: a reference line where y = x.</summary>
    public string? Dash { get; init; }

    /// <summary>Column that says gain, loss or undecided; without it intervals are drawn without a verdict.</summary>
    public string? Verdict { get; init; }

    /// <summary>Whether y is logarithmic.</summary>
    public bool? Log { get; init; }
}

/// <summary>A table and how it is drawn: every figure has a table, a text and a CSV file by construction.</summary>
public sealed record Figure
{
    /// <summary>Unique in the document; lower-case letters, digits and hyphens. Name of its CSV file.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>What it shows and what to read from these numbers.</summary>
    public required string Description { get; init; }

    public required FigureKind Kind { get; init; }

    public Encoding Encoding { get; init; } = new();

    public required ImmutableArray<Column> Columns { get; init; }

    /// <summary>One value a column.</summary>
    public required ImmutableArray<FigureValue[]> Rows { get; init; }

    /// <summary>Columns of which one value is shown at a time; null where all rows are drawn together.</summary>
    public ImmutableArray<string>? Select { get; init; }

    /// <summary>Small print; null for none.</summary>
    public string? Note { get; init; }
}
