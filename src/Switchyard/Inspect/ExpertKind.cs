namespace Switchyard;

/// <summary>In which way a row uses an expert.</summary>
public enum ExpertKind
{
    /// <summary>Chosen as specific to the row's scenario or task.</summary>
    Specific,

    /// <summary>Chosen as shared by all.</summary>
    Shared,

    /// <summary>Mixed with any weight: chosen as specific, as shared, or both.</summary>
    Chosen,

    /// <summary>The mixing weight itself.</summary>
    Weight,
}

/// <summary>The kinds as reports write them.</summary>
public static class ExpertKindNames
{
    /// <summary>specific, shared, chosen or weight.</summary>
    public static string Name(this ExpertKind kind) => kind.ToString().ToLowerInvariant();
}
