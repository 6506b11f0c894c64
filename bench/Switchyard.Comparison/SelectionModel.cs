using System.Collections.Immutable;
using Switchyard.Models;

namespace Switchyard.Comparison;

/// <summary>A model of the grid. Sizes are the defaults: those of protocol T1n (six experts 128 → 64, towers of 64), or what comes near.</summary>
/// <param name="Name">As tables have it; also part of a file name.</param>
/// <param name="Setting">Value of <c>model</c> in the configuration.</param>
/// <param name="Selects">Whether rows choose experts, so that choices can be compared with what was planted.</param>
sealed record SelectionModel(string Name, string Setting, bool Selects = false)
{
    /// <summary>The control: AESM² with every expert mixed.</summary>
    public const string Dense = "aesm2-dense";

    public static ImmutableArray<SelectionModel> All { get; } =
    [
        new("aesm2-noise-1", "{name: aesm2, noise: {sigma: 1, decay: linear}}", Selects: true),
        new("aesm2", "aesm2", Selects: true),
        new(Dense, "{name: aesm2, select: false}"),
        .. OfTheZoo("mmoe", "hard_sharing", "ple", "hinet", "cesaa", "single", "star"),
    ];

    static IEnumerable<SelectionModel> OfTheZoo(params string[] names) => names.Where(ModelZoo.Options.ContainsKey).Select(n => new SelectionModel(n, n));
}
