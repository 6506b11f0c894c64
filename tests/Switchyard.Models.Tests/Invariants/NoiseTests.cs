using Switchyard.Engine;

namespace Switchyard.Models.Tests;

public sealed class NoiseTests
{
    [Theory]
    [InlineData(NoiseDecay.Constant, 0.0, 0.5)]
    [InlineData(NoiseDecay.Constant, 0.9, 0.5)]
    [InlineData(NoiseDecay.Linear, 0.0, 0.5)]
    [InlineData(NoiseDecay.Linear, 0.25, 0.4)]
    [InlineData(NoiseDecay.Linear, 1.0, 0.1)]
    [InlineData(NoiseDecay.Cosine, 0.0, 0.5)]
    [InlineData(NoiseDecay.Cosine, 0.5, 0.3)]
    [InlineData(NoiseDecay.Cosine, 1.0, 0.1)]
    public void At_Decay_FallsFromSigmaToFloor(NoiseDecay decay, double progress, double expected) =>
        new NoiseSchedule { Sigma = 0.5, Floor = 0.1, Decay = decay }.At(6, progress).ShouldBe(expected, 1e-12);

    [Fact]
    public void At_NoSigma_IsOneOverExperts() => new NoiseSchedule().At(8, 0.3).ShouldBe(0.125);

    [Fact]
    public void Noise_ManyDraws_HasTheDeviationAskedFor()
    {
        var draws = Draw(sigma: 0.5f);
        draws.Average(d => (double)d).ShouldBe(0, 0.01);
        Math.Sqrt(draws.Average(d => (double)d * d)).ShouldBe(0.5, 0.01);
        (draws.Count(d => Math.Abs(d) > 1) / (double)draws.Length).ShouldBe(0.0455, 0.005);
        draws.Distinct().Count().ShouldBeGreaterThan(draws.Length * 9 / 10);
    }

    [Fact]
    public void Noise_SameSeedStepAndSite_SameBits() => Draw().ShouldBe(Draw());

    [Fact]
    public void Noise_OtherSeedStepOrSite_IsIndependent()
    {
        var first = Draw();
        foreach (var other in (float[][])[Draw(seed: 2), Draw(step: 1), Draw(site: 1)])
        {
            var correlation = first.Zip(other, (a, b) => (double)a * b).Average();
            correlation.ShouldBe(0, 0.02);
            other.ShouldNotBe(first);
        }
    }

    [Fact]
    public void Noise_RowOfALargerBatch_SameBits() => Draw(rows: 3).ShouldBe([.. Draw(rows: 4000).Take(3 * 7)]);

    /// <summary>A model's step draws the same noise however many rows came before: seed and step alone decide.</summary>
    static float[] Draw(ulong seed = 1, long step = 0, int site = 0, float sigma = 1, int rows = 4000)
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1)) { Seed = seed, StepNumber = step };
        return g.Value(g.Noise(g.Zeros(rows, 7), sigma, site)).ToArray();
    }
}
