using Switchyard.Engine;

namespace Switchyard.Models.Tests;

public sealed class PepNetTests
{
    const int Inputs = 6, Rows = 20;

    /// <summary>What a scaling net reads is a constant to it: the same scores, the same gradient of its weights, another one of x.</summary>
    [Fact]
    public void Backward_CutGradients_ScalingNetsDoNotTrainWhatTheyRead()
    {
        var options = new PepNetOptions { TowerWidths = [5], ScaleTowers = false };
        var (cutLogits, cut, cutInput) = Run(options);
        var (logits, all, input) = Run(options with { CutGradients = false });

        cutLogits.ShouldBe(logits);
        foreach (var (name, gradient) in all) cut[name].ShouldBe(gradient, name);
        cut.Keys.ShouldContain("scenario.scale.hidden.weight");
        cutInput.ShouldNotBe(input);
    }

    [Fact]
    public void Backward_PriorOfTheTowers_TrainsTheFieldsThroughIt()
    {
        // The tower's own path is closed: what is left of x's gradient came through the nets that scale its units.
        var (_, _, through) = Run(new PepNetOptions { TowerWidths = [5], ScaleEmbeddings = false }, p => p.Name.Contains("hidden.0.weight", StringComparison.Ordinal));
        through.ShouldContain(v => v != 0);
        var (_, _, none) = Run(new PepNetOptions { TowerWidths = [5], ScaleEmbeddings = false, ScaleTowers = false }, p => p.Name.Contains("hidden.0.weight", StringComparison.Ordinal));
        none.ShouldAllBe(v => v == 0);
    }

    [Theory]
    [InlineData(true, 2 * Inputs)]
    [InlineData(false, Inputs)]
    public void Build_ScalingNetsOfTowers_ReadXOnce(bool scaleEmbeddings, int width)
    {
        var parameters = new ParameterSet(3);
        new PepNetOptions { TowerWidths = [5], ScaleEmbeddings = scaleEmbeddings }.Build(new Scope(parameters), new ModelShape(Inputs, [2], 1));
        parameters.Dense.Single(p => p.Name == "tower.0.scale.0.hidden.weight").Rows.ShouldBe(width);
    }

    static (float[] Logits, Dictionary<string, float[]> Gradients, float[] Input) Run(PepNetOptions options, Func<Parameter, bool>? zero = null)
    {
        var parameters = new ParameterSet(3);
        var model = options.Build(new Scope(parameters), new ModelShape(Inputs, [2], 1));
        foreach (var parameter in parameters.Dense.Where(p => zero?.Invoke(p) ?? false)) parameters.Values(parameter).Clear();
        parameters.Touch();
        var g = new Graph(GraphMode.Train, parameters);
        var random = new SeededRandom(2, "x");
        var x = g.Input([.. Enumerable.Range(0, Rows * Inputs).Select(_ => (float)random.NextNormal())], Rows, Inputs, needsGrad: true);
        var logits = new Tensor[1];
        model.Forward(g, x, new ScenarioPath([[.. Enumerable.Range(0, Rows).Select(r => r % 2)]]), logits);
        g.Grad(logits[0]).Fill(1);
        g.RunBackward(g.Zeros(1, 1));
        return (g.Value(logits[0]).ToArray(), parameters.Dense.ToDictionary(p => p.Name, p => g.Gradients!.Of(p).ToArray()), g.Grad(x).ToArray());
    }
}
