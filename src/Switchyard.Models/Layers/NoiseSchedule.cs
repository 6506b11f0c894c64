using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Switchyard.Models;

public enum NoiseDecay { Constant, Linear, Cosine }

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
