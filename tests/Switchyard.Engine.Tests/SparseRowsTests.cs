using Switchyard.Kernels;

namespace Switchyard.Engine.Tests;

/// <summary>Products whose output gradient is 0 nearly everywhere.</summary>
public sealed class SparseRowsTests
{
    const int Inputs = 37, Outputs = 72;

    /// <summary>A product with a bias takes no notice of zeros: its other gradients are the expected ones, to the bit.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(70, 1)]
    [InlineData(700, 3)]
    public void Backward_FewEntries_IsThatOfTheWholeProduct(int rows, int threads)
    {
        using var pool = new WorkerPool(threads);
        Gradients(biased: false, out var few).ShouldBe(Gradients(biased: true, out var all));
        few.ShouldBeLessThan(all / 5);

        int[] Gradients(bool biased, out long work)
        {
            var set = new ParameterSet(1);
            var scope = new Scope(set);
            var (weight, bias) = (scope.Parameter("w", Inputs, Outputs, Init.Normal(1)), scope.Parameter("b", 1, Outputs, Init.Normal(1)));
            var g = new Graph(GraphMode.Train, set, pool);
            var x = g.Input(Numbers.Normal(rows * Inputs, 2), rows, Inputs, needsGrad: true);

            // Twice by the same weight from the same input: the second adds to what the first left.
            for (ulong i = 0; i < 2; i++) Scatter(g, g.Linear(x, weight, biased ? bias : null), 3 + i);
            g.RunBackward(g.Zeros(1, 1));
            work = g.Work.Active - 2L * rows * Inputs * Outputs;
            return Numbers.Bits([.. g.Gradients!.Of(weight), .. g.Grad(x)]);
        }
    }

    [Fact]
    public void Of_ARowOfManyEntries_HasNoList()
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1));
        var (few, many) = (g.Zeros(300, Outputs), g.Zeros(300, Outputs));
        Scatter(g, few, 1);
        Scatter(g, many, 1);
        g.Grad(many).Slice(280 * Outputs, 10).Fill(1);

        SparseRows.Of(g, many).Found.ShouldBeFalse();
        var rows = SparseRows.Of(g, few);
        var entries = new float[few.Length];
        for (var row = 0; row < few.Rows; row++)
        {
            for (var i = rows.Start.Span[row]; i < rows.Start.Span[row + 1]; i++) entries[row * Outputs + rows.Column.Span[i]] = rows.Value.Span[i];
        }

        entries.ShouldBe(g.Grad(few).ToArray());
    }

    /// <summary>Fills a gradient: rows have no entry, or some up to one in eight columns, the last column among them.</summary>
    static void Scatter(Graph g, Tensor y, ulong seed)
    {
        var random = new SeededRandom(seed, "entries");
        var gradient = g.Grad(y);
        for (var row = 0; row < y.Rows; row++)
        {
            for (var i = 0; i < row % 10; i++) gradient[row * y.Cols + (i == 0 ? y.Cols - 1 : random.Next(y.Cols))] = (float)random.NextNormal();
        }
    }
}
