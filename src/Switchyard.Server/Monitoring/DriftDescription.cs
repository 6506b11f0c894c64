namespace Switchyard.Server;

/// <summary>What <c>GET /v1/models/{name}/drift</c> says.</summary>
sealed record DriftDescription(
    string Model,
    string Version,
    int Sample,
    int WindowRows,
    long SeenRows,
    long Rows,
    BaselineDescription? Baseline,
    string? Note,
    IReadOnlyList<ScenarioDriftDescription>? Scenarios);

/// <summary>Which rows the baseline was made of.</summary>
sealed record BaselineDescription(string Part, long Rows);

/// <summary>A scenario's rows against those of the baseline.</summary>
sealed record ScenarioDriftDescription(
    string Scenario,
    long Rows,
    long BaselineRows,
    string Verdict,
    IReadOnlyList<FindingDescription> Scores,
    IReadOnlyList<FindingDescription> Fields,
    IReadOnlyList<FindingDescription> Experts);

/// <summary>How far one distribution is from the baseline.</summary>
sealed record FindingDescription(string Name, double Psi, double? Noise, string Verdict, double Distance, double? Unknown, double? BaselineUnknown, string MostChanged);
