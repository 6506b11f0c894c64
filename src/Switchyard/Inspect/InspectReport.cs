namespace Switchyard;

/// <summary>Which experts the rows of a part choose in a saved model, and how far that is from another one.</summary>
public sealed record InspectReport
{
    /// <summary>Folder of the inspected bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>train, validation or test.</summary>
    public required string Part { get; init; }

    /// <summary>The threshold of <see cref="LayerUse.Dead"/>.</summary>
    public required double DeadBelow { get; init; }

    /// <summary>The counts.</summary>
    public required ExpertUse Use { get; init; }

    /// <summary>Folder of the bundle compared with; null where none is.</summary>
    public string? Against { get; init; }

    /// <summary>The comparison with it.</summary>
    public DriftReport? Drift { get; init; }

    /// <summary>The report for programs; docs/inspecting.md describes it.</summary>
    public string ToJson() => InspectJson.Write(this);

    /// <summary>Writes the shares as CSV; docs/inspecting.md describes its columns.</summary>
    public void WriteCsv(TextWriter writer) => InspectCsv.Write(this, writer);
}
