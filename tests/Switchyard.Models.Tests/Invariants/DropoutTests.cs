using Switchyard.Engine;

namespace Switchyard.Models.Tests;

public sealed class DropoutTests
{
    const int Rows = 40;
    const int Inputs = 6;

    [Fact]
    public void Mix_DrawsOfOneStep_DropDifferentUnits()
    {
        var set = new ParameterSet(1);
        var bank = new ExpertBank(new Scope(set), 3, Inputs, new ExpertOptions { Widths = [8], Dropout = 0.5 });
        var g = new Graph(GraphMode.Train, set) { Seed = 3 };
        var (x, gate) = (Filled(g, Inputs), Filled(g, 3));
        var (first, again, second) = (bank.Mix(g, x, gate, 0), bank.Mix(g, x, gate, 0), bank.Mix(g, x, gate, 1));
        Trained.Bits(g.Value(again)).ShouldBe(Trained.Bits(g.Value(first)));
        Trained.Bits(g.Value(second)).ShouldNotBe(Trained.Bits(g.Value(first)));
    }

    /// <summary>With the same number for every weight, two tasks differ by what was dropped only; their first layer is one pass.</summary>
    [Theory]
    [InlineData(2, 0.5, false)]
    [InlineData(2, 0.0, true)]
    [InlineData(1, 0.5, true)]
    public void Forward_TwoTaskStreams_DropTheirOwnUnitsAfterTheFirstLayer(int layers, double dropout, bool same)
    {
        var set = new ParameterSet(1);
        var options = new Aesm2Options
        {
            Experts = 4,
            Expert = new ExpertOptions { Widths = [8], Dropout = dropout },
            Noise = new NoiseSchedule { Sigma = 0 },
            LayersPerLevel = layers,
            TowerWidths = [],
        };
        var model = options.Build(new Scope(set), new ModelShape(Inputs, [], 2));
        set.DenseValues.Fill(0.1f);
        set.Touch();
        var g = new Graph(GraphMode.Train, set) { Seed = 3 };
        var logits = new Tensor[2];
        model.Forward(g, Filled(g, Inputs), new ScenarioPath([]), logits);
        var equal = Trained.Bits(g.Value(logits[0])).AsSpan().SequenceEqual(Trained.Bits(g.Value(logits[1])));
        equal.ShouldBe(same);
    }

    static Tensor Filled(Graph g, int cols)
    {
        var x = g.New(Rows, cols, needsGrad: false);
        g.Value(x).Fill(0.5f);
        return x;
    }
}
