using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Models;

public enum NoiseDecay { Constant, Linear, Cosine }

/// <summary>What the strength of a row's noise follows.</summary>
public enum NoiseFollow
{
    /// <summary>Every row has the same.</summary>
    None,

    /// <summary>The entropy of the row's own gate: rows that waver are tried elsewhere.</summary>
    Entropy,

    /// <summary>One less that entropy: rows that are sure are tried elsewhere.</summary>
    Certainty,
}

/// <summary>Standard deviation of the exploration noise over the planned training.</summary>
public sealed record NoiseSchedule
{
    [Description("Standard deviation at the start; default 1 / experts. 0 = no noise.")]
    [Range(0.0, 1e6)]
    public double? Sigma { get; init; }

    [Description("constant, linear or cosine: how the deviation falls to floor over the planned epochs.")]
    public NoiseDecay Decay { get; init; } = NoiseDecay.Constant;

    [Description("Deviation at the end of a linear or cosine decay.")]
    [Range(0.0, 1e6)]
    public double Floor { get; init; }

    [Description(
        "What the deviation of a row is multiplied by. none: nothing; entropy: the entropy of its own gate without noise, as a share of the " +
        "largest; certainty: 1 less that.")]
    [AbsentMeansDefault]
    public NoiseFollow Follow { get; init; } = NoiseFollow.None;

    /// <param name="experts">Experts of the layer.</param>
    /// <param name="progress">Share of the planned training that is done, 0 to 1.</param>
    public double At(int experts, double progress)
    {
        var start = Sigma ?? 1.0 / experts;
        var left = Decay switch
        {
            NoiseDecay.Linear => 1 - progress,
            NoiseDecay.Cosine => (1 + Math.Cos(Math.PI * progress)) / 2,
            _ => 1,
        };
        return Decay == NoiseDecay.Constant ? start : Floor + (start - Floor) * left;
    }
}
