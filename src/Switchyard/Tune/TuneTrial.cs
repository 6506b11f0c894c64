using System.Collections.Immutable;

namespace Switchyard;

/// <summary>A configuration to try.</summary>
/// <param name="Number">From 1; those of start first.</param>
/// <param name="Name">Name of a configuration of start; null for none.</param>
/// <param name="Settings">What it changes in the run to tune.</param>
/// <param name="Configuration">The whole of it.</param>
sealed record TuneTrial(int Number, string? Name, ImmutableArray<TuneSetting> Settings, RunConfiguration Configuration)
{
    /// <summary>How messages call it.</summary>
    public string Label => Name is null ? $"trial {Number}" : $"trial {Number} ({Name})";

    /// <summary>The run of one training seed.</summary>
    public RunConfiguration WithSeed(ulong seed) => Configuration with { Training = Configuration.Training with { Seed = seed } };
}
