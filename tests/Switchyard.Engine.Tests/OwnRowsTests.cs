using Switchyard.Kernels;

namespace Switchyard.Engine.Tests;

/// <summary>Rows sent to what belongs to their own member, and back.</summary>
public sealed class OwnRowsTests
{
    const int Members = 5, Inputs = 37;

    /// <summary>The own columns of the whole product, to the bit: few rows, whose weights are not packed, and many; several workers; unknown members.</summary>
    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(9, 4, 1)]
    [InlineData(50, 18, 2)]
    [InlineData(3000, 6, 2)]
    public void MemberLinear_AnyRows_IsTheOwnColumnsOfTheWholeProduct(int rows, int outputs, int threads)
    {
        var set = new ParameterSet(1);
        var scope = new Scope(set);
        var (weight, bias) = (scope.Parameter("w", Inputs, Members * outputs, Init.Normal(1)), scope.Parameter("b", 1, Members * outputs, Init.Normal(1)));
        var own = NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(r => (r * 7 % (Members + 1)) - 1)]);
        using var pool = new WorkerPool(threads);
        foreach (var b in (Parameter?[])[null, bias])
        {
            var g = new Graph(GraphMode.Score, set, pool);
            var x = g.Input(Numbers.Normal(rows * Inputs, 2), rows, Inputs);
            var expected = g.Bits(g.PickGate(g.Linear(x, weight, b), Members, own));

            var dispatch = g.OwnRows(own, rows, Members).Dispatch;

            g.Bits(g.MeanOfPairs(g.MemberLinear(x, weight, b, dispatch), dispatch)).ShouldBe(expected);
        }
    }

    /// <summary>The gradients of weights and inputs are those of picking out of the whole product, to the bit where members are known.</summary>
    [Theory]
    [InlineData(9, 1)]
    [InlineData(700, 2)]
    public void Backward_KnownMembers_IsThatOfTheWholeProduct(int rows, int threads)
    {
        const int outputs = 6;
        using var pool = new WorkerPool(threads);
        var own = NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(r => r * 7 % (Members - 1))]); // the last member has no rows
        Gradients(whole: false).ShouldBe(Gradients(whole: true));

        int[] Gradients(bool whole)
        {
            var set = new ParameterSet(1);
            var weight = new Scope(set).Parameter("w", Inputs, Members * outputs, Init.Normal(1));
            var g = new Graph(GraphMode.Train, set, pool);
            var x = g.Input(Numbers.Normal(rows * Inputs, 2), rows, Inputs, needsGrad: true);
            var dispatch = g.OwnRows(own, rows, Members).Dispatch;
            var y = whole ? g.PickGate(g.Linear(x, weight), Members, own) : g.MeanOfPairs(g.MemberLinear(x, weight, null, dispatch), dispatch);
            Numbers.Normal(y.Length, 3).CopyTo(g.Grad(y));
            g.RunBackward(g.Zeros(1, 1));

            // 0 and −0 are the same gradient.
            return [.. ((float[])[.. g.Gradients!.Of(weight), .. g.Grad(x)]).Select(v => BitConverter.SingleToInt32Bits(v + 0f))];
        }
    }

    [Fact]
    public void PlacePairs_KnownAndUnknown_OwnColumnsOrAShareOfEach()
    {
        var g = new Graph(GraphMode.Score, new ParameterSet(1));
        var dispatch = g.OwnRows(NodeIndex.PerRow([1, -1]), 2, 2).Dispatch;
        var h = g.Input([10, 20, 1, 2, 3, 4], 3, 2); // (row 1, member 0), (row 0, member 1), (row 1, member 1)

        g.Value(g.PlacePairs(h, dispatch)).ToArray().ShouldBe([0, 0, 1, 2, 5, 10, 1.5f, 2]);
        g.Value(g.PlacePairs(h, dispatch, weighted: false)).ToArray().ShouldBe([0, 0, 1, 2, 10, 20, 3, 4]);
        g.Value(g.MeanOfPairs(h, dispatch)).ToArray().ShouldBe([1, 2, 6.5f, 12]);
    }

    [Fact]
    public void OwnRows_AskedAgain_AreTheSameUntilTheNextPass()
    {
        int[] ids = [0, 1, 1];
        var g = new Graph(GraphMode.Score, new ParameterSet(1));
        var first = g.OwnRows(NodeIndex.PerRow(ids), 3, 2);

        g.OwnRows(NodeIndex.PerRow(ids), 3, 2).ShouldBe(first);
        g.OwnRows(NodeIndex.PerRow(ids), 3, 4).ShouldNotBe(first);
        g.OwnRows(NodeIndex.PerRow(ids), 2, 2).ShouldNotBe(first);
        g.OwnRows(NodeIndex.Constant(0), 3, 2).ShouldNotBe(first);
        g.OwnRows(NodeIndex.Constant(-1), 3, 2).Dispatch.Pairs.ShouldBe(6);

        g.Reset();
        ids[0] = 1;
        g.OwnRows(NodeIndex.PerRow(ids), 3, 2).Dispatch.Count(1).ShouldBe(3);
    }

    /// <summary>Scoring keeps them until the weights are said to have changed; training forms them in every pass.</summary>
    [Fact]
    public void StackProduct_WeightsChange_FormedAnewOnceToldSo()
    {
        var set = new ParameterSet(1);
        var scope = new Scope(set);
        var (own, shared) = (scope.Parameter("own", 2, 3, Init.Constant(2), 4), scope.Parameter("shared", 2, 3, Init.Constant(5)));
        var (score, train) = (new Graph(GraphMode.Score, set), new Graph(GraphMode.Train, set));
        First(score).ShouldBe(10);
        set.Values(own).Fill(3);
        First(score).ShouldBe(10);
        First(train).ShouldBe(15);
        set.Touch();
        First(score).ShouldBe(15);

        float First(Graph g)
        {
            g.Reset();
            return g.Value(g.StackProduct(own, shared, g.OwnRows(NodeIndex.Constant(0), 1, 4).Dispatch))[0];
        }
    }
}
