namespace Switchyard.Engine.Tests;

public sealed class TableGradientTests
{
    [Fact]
    public void Row_TouchedRows_AreListedOnceInOrderOfFirstTouch()
    {
        var gradient = new TableGradient(Table(1000, 3));
        foreach (var row in (int[])[7, 999, 7, 0, 999]) gradient.Row(row)[1] += 1;
        gradient.Rows.ToArray().ShouldBe([7, 999, 0]);
        gradient.Values.ToArray().ShouldBe([0, 2, 0, 0, 2, 0, 0, 1, 0]);
    }

    [Fact]
    public void Row_MoreRowsThanTheFirstBuffer_KeepsAll()
    {
        var gradient = new TableGradient(Table(5000, 2));
        for (var row = 4999; row >= 0; row--) gradient.Row(row).Fill(row);
        gradient.Count.ShouldBe(5000);
        for (var i = 0; i < 5000; i++) gradient.Values.Slice(2 * i, 2).ToArray().ShouldBe([gradient.Rows[i], gradient.Rows[i]]);
    }

    [Fact]
    public void Clear_TouchedAgain_StartsFromZero()
    {
        var gradient = new TableGradient(Table(10, 2));
        gradient.Row(4).Fill(9);
        gradient.Clear();
        gradient.Count.ShouldBe(0);
        gradient.Row(4).ToArray().ShouldBe([0, 0]);
        gradient.Rows.ToArray().ShouldBe([4]);
    }

    [Fact]
    public void Embed_Backward_TouchesTheBatchesRowsOnly()
    {
        var set = new ParameterSet(1);
        var table = new Scope(set).Table("t", 50, 2, Init.Normal(1));
        var g = new Graph(GraphMode.Train, set);
        EmbeddingInput[] fields =
        [
            new() { Table = table, Column = 0, Width = 2, Ids = [3, 9, 3] },
            new() { Table = table, Column = 2, Width = 2, Mean = true, Ids = [9, 41, 5], Offsets = [0, 2, 2, 3] },
        ];
        var x = g.Embed(fields, 3, 4);
        g.Grad(x).Fill(1);
        g.RunBackward(g.Zeros(1, 1));
        var gradient = g.Gradients!.Tables[0];
        gradient.Rows.ToArray().ShouldBe([3, 9, 41, 5]);
        gradient.Values.ToArray().ShouldBe([2, 2, 1.5f, 1.5f, 0.5f, 0.5f, 1, 1]);
    }

    /// <summary>More rows than are scattered at a time and than the gradient has room for at first; two fields share the table.</summary>
    [Fact]
    public void Embed_BackwardOfManyRows_EqualsTheSumInOrder()
    {
        const int rows = 1500, width = 3;
        var set = new ParameterSet(1);
        var table = new Scope(set).Table("t", 2000, width, Init.Normal(1));
        var random = new SeededRandom(1, "ids");
        int[] Ids() => [.. Enumerable.Range(0, rows).Select(_ => random.Next(2000))];
        EmbeddingInput[] fields =
        [
            new() { Table = table, Column = 0, Width = width, Ids = Ids() },
            new() { Table = table, Column = width, Width = width, Ids = Ids() },
        ];
        var g = new Graph(GraphMode.Train, set);
        var x = g.Embed(fields, rows, 2 * width);
        Numbers.Normal(x.Length, 4).CopyTo(g.Grad(x));
        var expected = new float[table.Values.Length];
        foreach (var field in fields)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var i = 0; i < width; i++) expected[field.Ids[row] * width + i] += g.Grad(x)[row * 2 * width + field.Column + i];
            }
        }

        g.RunBackward(g.Zeros(1, 1));
        var gradient = g.Gradients!.Tables[0];
        gradient.Rows.ToArray().ShouldBe([.. fields.SelectMany(f => f.Ids).Distinct()]);
        foreach (var row in gradient.Rows.ToArray()) Numbers.Bits(gradient.Row(row)).ShouldBe(Numbers.Bits(expected.AsSpan(row * width, width)));
    }

    [Fact]
    public void Embed_RowWithoutIds_IsZero()
    {
        var set = new ParameterSet(1);
        var table = new Scope(set).Table("t", 5, 2, Init.Constant(3));
        var g = new Graph(GraphMode.Score, set);
        EmbeddingInput[] fields = [new() { Table = table, Column = 0, Width = 2, Ids = [1, 2], Offsets = [0, 0, 2] }];
        g.Value(g.Embed(fields, 2, 2)).ToArray().ShouldBe([0, 0, 6, 6]);
    }

    [Fact]
    public void Embed_TablesOfNodes_RowReadsItsOwnAndTheMeanWhereUnknown()
    {
        var set = new ParameterSet(1);
        EmbeddingTable[] tables = [.. Enumerable.Range(0, 3).Select(n => new Scope(set).Table($"t{n}", 4, 1, Init.Constant(0)))];
        for (var n = 0; n < 3; n++) for (var id = 0; id < 4; id++) tables[n].Row(id)[0] = 10 * n + id;
        EmbeddingInput[] fields =
        [
            new() { Private = tables, Nodes = [2, -1, 0], Column = 0, Width = 1, Ids = [3, 1, 0] },
            new() { Private = tables, Nodes = [2, -1, 0], Column = 1, Width = 1, Mean = true, Ids = [1, 3, 0, 2], Offsets = [0, 2, 4, 4] },
        ];
        var g = new Graph(GraphMode.Train, set);
        var x = g.Embed(fields, 3, 2);
        g.Value(x).ToArray().ShouldBe([23, 22, 11, 11, 0, 0], 1e-5f);

        g.Grad(x).Fill(6);
        g.RunBackward(g.Zeros(1, 1));
        g.Gradients!.Tables[0].Rows.ToArray().ShouldBe([1, 0, 2]);
        g.Gradients.Tables[0].Values.ToArray().ShouldBe([2, 7, 1], 1e-5f);
        g.Gradients.Tables[2].Rows.ToArray().ShouldBe([3, 1, 0, 2]);
    }

    static EmbeddingTable Table(int rows, int width) => new Scope(new ParameterSet(1)).Table("t", rows, width, Init.Constant(0));
}
