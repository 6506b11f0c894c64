using System.Collections.Immutable;

namespace Switchyard.Reports;

/// <summary>What a report is about.</summary>
public enum ReportKind
{
    /// <summary>One trained model.</summary>
    Run,

    /// <summary>Several models on the same rows.</summary>
    Comparison,
}

/// <summary>How a sentence of the summary is marked.</summary>
public enum Tone
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Something to look at.</summary>
    Bad,

    /// <summary>A fact.</summary>
    Neutral,
}

/// <summary>A sentence of the summary.</summary>
public sealed record SummaryLine(string Text, Tone Tone = Tone.Neutral);

/// <summary>Figures that belong together.</summary>
/// <param name="Id">Unique in the document; letters, digits and hyphens.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Text">Sentences before the figures.</param>
/// <param name="Figures">The figures; there may be none where the text says why.</param>
public sealed record Section(string Id, string Title, ImmutableArray<string> Text, ImmutableArray<Figure> Figures);

/// <summary>Where the numbers come from.</summary>
public sealed record Provenance
{
    /// <summary>The command that makes the same again; null where it is not known.</summary>
    public string? Command { get; init; }

    /// <summary>The configuration with every default written out, as YAML; null where it is not known.</summary>
    public string? Configuration { get; init; }

    /// <summary>Text of the comparison's file as it was compared; null for a run, and where it is not known.</summary>
    public string? Comparison { get; init; }

    /// <summary>Names and values.</summary>
    public ImmutableArray<ImmutableArray<string>> Facts { get; init; } = [];
}

/// <summary>
/// A report before it is drawn: sentences, and figures that are tables with a note how to draw them. docs/reports.md describes its JSON.
/// </summary>
public sealed record ReportDocument
{
    /// <summary>Version of the layout.</summary>
    public int Version { get; } = 1;

    public required ReportKind Kind { get; init; }

    public required string Title { get; init; }

    /// <summary>When the report was made; from the caller's <see cref="TimeProvider"/>.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The program that made it, with its version.</summary>
    public required string Product { get; init; }

    /// <summary>What the report is of, in one sentence.</summary>
    public required string Opening { get; init; }

    /// <summary>What to know first, in plain words.</summary>
    public required ImmutableArray<SummaryLine> Summary { get; init; }

    public required ImmutableArray<Section> Sections { get; init; }

    public required Provenance Provenance { get; init; }

    /// <summary>All figures, in order.</summary>
    public IEnumerable<Figure> Figures() => Sections.SelectMany(s => s.Figures);

    /// <summary>The document as JSON, safe inside an HTML script element.</summary>
    public string ToJson() => DocumentJson.Write(this);
}
