using Switchyard.Engine;

namespace Switchyard.Models.Tests;

/// <summary>Towers of which a row computes its own.</summary>
public sealed class TowerBankTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Forward_EveryRow_ItsOwnTowerAndTheMeanWhereUnknown(int hidden)
    {
        const int members = 3, rows = 40, inputs = 5;
        int[] widths = [7, 4];
        var parameters = new ParameterSet(4);
        var bank = new TowerBank(new Scope(parameters).Sub("tower"), new Members("scenarios", members), inputs, [.. widths.Take(hidden)]);
        var g = new Graph(GraphMode.Score, parameters);
        var random = new SeededRandom(2, "x");
        var x = Enumerable.Range(0, rows * inputs).Select(_ => (float)random.NextNormal()).ToArray();
        int[] own = [.. Enumerable.Range(0, rows).Select(r => r % 4 - 1)];

        var logits = Forward(own);
        var each = Enumerable.Range(0, members).Select(m => Forward([.. own.Select(_ => m)])).ToArray();
        for (var row = 0; row < rows; row++)
        {
            if (own[row] >= 0) logits[row].ShouldBe(each[own[row]][row]);
            else logits[row].ShouldBe(each.Average(l => l[row]), 1e-5f);
        }

        each[0].ShouldNotBe(each[1]);

        float[] Forward(int[] nodes)
        {
            g.Reset();
            return g.Value(bank.Forward(g, g.Input(x, rows, inputs), NodeIndex.PerRow(nodes))).ToArray();
        }
    }
}
