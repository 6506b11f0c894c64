using System.Collections.Immutable;

namespace Switchyard.Comparison;

/// <summary>
/// A model of the grid. Layers are half as wide as in protocol T1n (six experts 64 → 32, towers of 32), or what comes near: the world's functions
/// are simple, and all models train in minutes. Models of one level know the domains, the level whose nodes differ; the channel
/// reaches them as a field.
/// </summary>
/// <param name="Name">As tables have it; also part of a file name.</param>
/// <param name="Setting">Value of <c>model</c> in the configuration.</param>
/// <param name="Selects">Whether rows choose experts, so that choices can be compared with what was planted.</param>
sealed record SelectionModel(string Name, string Setting, bool Selects = false)
{
    /// <summary>The control: AESM² with every expert mixed.</summary>
    public const string Dense = "aesm2-dense";

    const string Widths = "{widths: [64, 32]}";
    const string Towers = "tower_widths: [32]";
    const string Experts = $"expert: {Widths}, {Towers}";

    public static ImmutableArray<SelectionModel> All { get; } =
    [
        new("aesm2-noise-1", $"{{name: aesm2, noise: {{sigma: 1, decay: linear}}, {Experts}}}", Selects: true),
        new(Dense, $"{{name: aesm2, select: false, {Experts}}}"),
        new("mmoe", $"{{name: mmoe, {Experts}}}"),
        new("aesm2", $"{{name: aesm2, {Experts}}}", Selects: true),
        new("hard_sharing", $"{{name: hard_sharing, bottom_widths: [256, 128], {Towers}}}"),
        new("single", $"{{name: single, level: 2, network: {Widths}, {Towers}}}"),
        new("star", "{name: star, level: 2, widths: [64, 32]}"),
        new("cesaa", $"{{name: cesaa, level: 2, experts: 6, {Experts}}}"),
        new("ple", $"{{name: ple, {Experts}}}"),
        new("hinet", $"{{name: hinet, level: 2, sub_experts: 1, own_experts: 1, shared_experts: 1, sub_expert: {Widths}, {Experts}}}"),
    ];
}
