using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>Heads of (scenario, task) pairs.</summary>
public sealed class CgcLayerTests
{
    const int Inputs = 6, Rows = 30;

    static readonly CgcShape Shape = new(2, 3, new ExpertOptions { Widths = [5, 4] });

    [Fact]
    public void Forward_RowsOfOneScenario_OnlyItsHeadsAndTheSharedExpertsGetAGradient()
    {
        var (g, layer, parameters) = Layer(3);
        var mixed = new Tensor[2];
        layer.Forward(g, Input(g), NodeIndex.Constant(1), mixed);
        foreach (var t in mixed) g.Grad(t).Fill(1);
        g.RunBackward(g.Zeros(1, 1));

        foreach (var parameter in parameters.Dense)
        {
            var gradient = g.Gradients!.Of(parameter).ToArray();
            var axes = parameter.Place.Axes;
            if (axes.Stack is null && axes.Cols is null)
            {
                gradient.ShouldContain(v => v != 0, parameter.Name);
                continue;
            }

            for (var i = 0; i < gradient.Length; i++)
            {
                var scenario = axes.Stack is null ? i % parameter.Cols / (parameter.Cols / 3) : i / (gradient.Length / 3);
                if (scenario != 1) gradient[i].ShouldBe(0, parameter.Name);
            }

            gradient.ShouldContain(v => v != 0, parameter.Name);
        }
    }

    /// <summary>Multiplications are counted where they are done: an expert or a gate of another scenario costs a row nothing.</summary>
    [Fact]
    public void Forward_MoreScenarios_SameWork()
    {
        long Active(int scenarios)
        {
            var (g, layer, _) = Layer(scenarios);
            layer.Forward(g, Input(g), NodeIndex.PerRow([.. Enumerable.Range(0, Rows).Select(r => r % scenarios)]), new Tensor[2]);
            return g.Work.Active;
        }

        Active(5).ShouldBe(Active(2));
    }

    [Fact]
    public void Forward_EqualHeadsInEveryScenario_UnknownRowsAreLikeTheOthers()
    {
        var (g, layer, parameters) = Layer(3);
        foreach (var parameter in parameters.Dense)
        {
            var values = parameters.Values(parameter);
            if (parameter.Place.Axes.Stack is not null) for (var i = 0; i < values.Length; i++) values[i] = values[i % (values.Length / 3)];
            if (parameter.Place.Axes.Cols is null) continue;
            for (var i = 0; i < values.Length; i++) values[i] = values[i / parameter.Cols * parameter.Cols + i % (parameter.Cols / 3)];
        }

        parameters.Touch();
        var (known, unknown) = (new Tensor[2], new Tensor[2]);
        layer.Forward(g, Input(g), NodeIndex.Constant(2), known);
        layer.Forward(g, Input(g), NodeIndex.Constant(-1), unknown);
        for (var t = 0; t < 2; t++) g.Value(unknown[t]).ToArray().ShouldBe(g.Value(known[t]).ToArray(), 1e-5);
    }

    static (Graph Graph, CgcLayer Layer, ParameterSet Parameters) Layer(int scenarios)
    {
        var parameters = new ParameterSet(4);
        var layer = new CgcLayer(new Scope(parameters).Sub("cgc"), new Members("tasks", 2), new Members("scenarios", scenarios), Inputs, Shape);
        return (new Graph(GraphMode.Train, parameters), layer, parameters);
    }

    static Tensor Input(Graph g)
    {
        var random = new SeededRandom(2, "x");
        return g.Input([.. Enumerable.Range(0, Rows * Inputs).Select(_ => (float)random.NextNormal())], Rows, Inputs, needsGrad: true);
    }
}
