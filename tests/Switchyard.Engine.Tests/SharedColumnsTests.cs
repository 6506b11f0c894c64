namespace Switchyard.Engine.Tests;

/// <summary>
/// Rows that are said to share their first columns and do not: a product that computes these once a request reads those of its first row, and
/// whoever stops sharing is found out.
/// </summary>
public sealed class SharedColumnsTests
{
    const int Width = 5, Outputs = 3, Each = 4;

    readonly ParameterSet _set = new(1);

    [Theory]
    [InlineData(4, 2)]
    [InlineData(4, 5)]
    [InlineData(40, 2)]
    [InlineData(40, 5)]
    public void Linear_AnyRows_ReadsThemOncePerRequest(int rows, int columns)
    {
        var scope = new Scope(_set);
        var (weight, bias) = (scope.Parameter("weight", Width, Outputs, Init.Linear(5)), scope.Parameter("bias", 1, Outputs, Init.Linear(5)));
        var x = Values(rows);
        var once = Once(x, Width, columns, Enumerable.Range(0, rows));
        foreach (var relu in new[] { false, true })
        {
            var (g, plain) = (Sharing(rows), new Graph(GraphMode.Score, _set));
            var expected = plain.Value(plain.Linear(plain.Input(once, rows, Width), weight, bias, relu)).ToArray();
            var input = Shared(g, x, rows, columns);
            g.Value(g.Linear(input, weight, bias, relu)).ToArray().ShouldBe(expected);
            g.Value(g.Linear(g.Detach(input), weight, bias, relu)).ToArray().ShouldBe(expected);
        }
    }

    /// <summary>Expert 0 has all rows, expert 1 three of every request, expert 2 one, which has nobody to share with.</summary>
    [Theory]
    [InlineData(8, 2)]
    [InlineData(8, 5)]
    [InlineData(80, 2)]
    [InlineData(80, 5)]
    public void ExpertLinear_GatheredAndFull_ReadsThemOncePerRequestOfAnExpert(int rows, int columns)
    {
        const int experts = 3;
        var scope = new Scope(_set);
        var (weight, bias) = (scope.Parameter("weight", Width, Outputs, Init.Linear(5), experts), scope.Parameter("bias", 1, Outputs, Init.Linear(5), experts));
        float[] gate = [.. Enumerable.Range(0, rows).SelectMany(row => new[] { 1f, row % Each > 0 ? 1f : 0f, row % Each == 1 ? 1f : 0f })];
        var x = Values(rows);
        var g = Sharing(rows);
        var dispatch = Route(g);
        var y = g.Value(g.ExpertLinear(Shared(g, x, rows, columns), weight, bias, dispatch, gather: true, relu: true)).ToArray();
        dispatch.Full(0).ShouldBeTrue();

        for (var e = 0; e < experts; e++)
        {
            var own = dispatch.RowOfPair.Slice(dispatch.Start[e], dispatch.Count(e)).ToArray();
            var plain = new Graph(GraphMode.Score, _set);
            var input = plain.Input(e < 2 ? Once(x, Width, columns, own) : x, rows, Width);
            var expected = plain.Value(plain.ExpertLinear(input, weight, bias, Route(plain), gather: true, relu: true)).ToArray();
            var pairs = (dispatch.Start[e] * Outputs)..((dispatch.Start[e] + own.Length) * Outputs);
            y[pairs].ShouldBe(expected[pairs], $"expert {e}");
        }

        Dispatch Route(Graph graph)
        {
            var tensor = graph.Input(gate, rows, experts);
            return graph.Route(new ReadOnlySpan<Tensor>(in tensor));
        }
    }

    [Theory]
    [InlineData(8, 2)]
    [InlineData(8, 5)]
    [InlineData(80, 2)]
    [InlineData(80, 5)]
    public void MemberLinear_AnyRows_ReadsThemOncePerRequestOfAMember(int rows, int columns)
    {
        const int members = 3;
        var scope = new Scope(_set);
        var (weight, bias) = (scope.Parameter("weight", Width, members * Outputs, Init.Linear(5)), scope.Parameter("bias", 1, members * Outputs, Init.Linear(5)));
        int[] ids = [.. Enumerable.Range(0, rows).Select(row => row % 2)];
        var x = Values(rows);
        var (g, plain) = (Sharing(rows), new Graph(GraphMode.Score, _set));
        var once = Once(Once(x, Width, columns, Enumerable.Range(0, rows).Where(row => row % 2 == 0)), Width, columns, Enumerable.Range(0, rows).Where(row => row % 2 == 1));

        var y = g.Value(g.MemberLinear(Shared(g, x, rows, columns), weight, bias, g.OwnRows(NodeIndex.PerRow(ids), rows, members).Dispatch)).ToArray();

        y.ShouldBe(plain.Value(plain.MemberLinear(plain.Input(once, rows, Width), weight, bias, plain.OwnRows(NodeIndex.PerRow(ids), rows, members).Dispatch)).ToArray());
    }

    [Fact]
    public void Concat_FirstColumnsShared_HandsThemOn()
    {
        const int rows = 16;
        var weight = new Scope(_set).Parameter("weight", Width + 1, Outputs, Init.Linear(5));
        var (x, more) = (Values(rows), Enumerable.Range(0, rows).Select(i => (float)i).ToArray());
        var (g, plain) = (Sharing(rows), new Graph(GraphMode.Score, _set));

        var y = g.Value(g.Linear(g.Concat(Shared(g, x, rows, 2), g.Input(more, rows, 1)), weight)).ToArray();

        var once = plain.Input(Once(x, Width, 2, Enumerable.Range(0, rows)), rows, Width);
        y.ShouldBe(plain.Value(plain.Linear(plain.Concat(once, plain.Input(more, rows, 1)), weight)).ToArray());
    }

    /// <summary>After a narrow layer, a wide one of few requests and then of many: what the second needs is there for the third.</summary>
    [Fact]
    public void Linear_MoreRequestsThanBefore_AllocatesNothing()
    {
        const int rows = 256, wide = 8 * Outputs;
        var scope = new Scope(_set);
        var (narrow, weight) = (scope.Parameter("narrow", Width, Outputs, Init.Linear(5)), scope.Parameter("wide", Width, wide, Init.Linear(5)));
        var x = Values(rows);
        var (few, many) = (new int[rows], Requests(rows));
        long allocated = -1;
        var thread = new Thread(() =>
        {
            var g = new Graph(GraphMode.Score, _set);
            Pass(g, few, narrow);
            for (var i = 0; i < 3; i++) Pass(g, few, weight);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pass(g, many, weight);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });

        thread.Start();
        thread.Join();

        allocated.ShouldBe(0);

        void Pass(Graph g, int[] requests, Parameter by)
        {
            g.Reset();
            g.ShareRequests(requests, rows);
            var input = g.Input(x, rows, Width);
            g.ShareColumns(input, 2);
            g.Linear(input, by);
        }
    }

    [Fact]
    public void ShareRequests_InTraining_IsRefused() =>
        Should.Throw<InvalidOperationException>(() => new Graph(GraphMode.Train, _set).ShareRequests([0, 0], 2));

    static int[] Requests(int rows) => [.. Enumerable.Range(0, rows).Select(row => row / Each)];

    static float[] Values(int rows) => [.. Enumerable.Range(0, Width * rows).Select(i => i * 7919 % 101 / 50f - 1)];

    Graph Sharing(int rows)
    {
        var g = new Graph(GraphMode.Score, _set);
        g.ShareRequests(Requests(rows), rows);
        return g;
    }

    static Tensor Shared(Graph g, float[] x, int rows, int columns)
    {
        var input = g.Input(x, rows, Width);
        g.ShareColumns(input, columns);
        return input;
    }

    /// <summary>x with the first columns of some rows replaced by those of the first of them in the same request.</summary>
    static float[] Once(float[] x, int width, int columns, IEnumerable<int> rows)
    {
        float[] once = [.. x];
        foreach (var request in rows.GroupBy(row => row / Each))
        {
            foreach (var row in request) x.AsSpan(request.First() * width, columns).CopyTo(once.AsSpan(row * width));
        }

        return once;
    }
}
