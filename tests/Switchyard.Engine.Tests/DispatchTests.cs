using Switchyard.Kernels;

namespace Switchyard.Engine.Tests;

public sealed class DispatchTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(300, 5)]
    [InlineData(40, 32)]
    [InlineData(20, 33)]
    [InlineData(9, 70)]
    public void Route_SeveralGates_ListsEveryChosenPairOnce(int rows, int experts)
    {
        var g = new Graph(GraphMode.Score, new ParameterSet(1));
        Tensor[] gates = [Numbers.Gate(g, rows, experts, 0.7, 1), Numbers.Gate(g, rows, experts, 0.5, 2)];
        var dispatch = g.Route(gates);
        var expected = new List<(int Expert, int Row)>();
        for (var e = 0; e < experts; e++)
        {
            for (var row = 0; row < rows; row++)
            {
                if (g.Value(gates[0])[row * experts + e] != 0 || g.Value(gates[1])[row * experts + e] != 0) expected.Add((e, row));
            }
        }

        var listed = new List<(int Expert, int Row)>();
        for (var e = 0; e < experts; e++)
        {
            for (var pair = dispatch.Start[e]; pair < dispatch.Start[e + 1]; pair++) listed.Add((e, dispatch.RowOfPair.Span[pair]));
        }

        listed.ShouldBe(expected);
        dispatch.Pairs.ShouldBe(expected.Count);
        for (var i = 0; i < 2; i++) Entries(g, gates[i], dispatch, i, expected);
    }

    [Fact]
    public void Route_NothingChosen_HasNoPairsAndCombinesToZero()
    {
        var (set, w, b) = Weights(4, 3, 2);
        var g = new Graph(GraphMode.Train, set);
        var gate = g.Zeros(5, 2);
        var dispatch = g.Route([gate]);
        dispatch.Pairs.ShouldBe(0);
        var x = g.Input(Numbers.Normal(20, 1), 5, 4, needsGrad: true);
        var y = g.Combine(g.ExpertLinear(x, w, b, dispatch, gather: true, relu: true), gate, dispatch, 0);
        g.Value(y).ToArray().ShouldAllBe(v => v == 0);
        g.Grad(y).Fill(1);
        g.RunBackward(g.Zeros(1, 1));
        g.Grad(x).ToArray().ShouldAllBe(v => v == 0);
        g.Gradients!.Dense.ToArray().ShouldAllBe(v => v == 0);
    }

    /// <summary>The bank that computes every expert for every row gives the same bits as the one that computes what was chosen.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(40, 1)]
    [InlineData(600, 1)]
    [InlineData(600, 3)]
    public void ExpertLinear_SparseAndDense_SameBits(int rows, int threads)
    {
        const int experts = 5, inputs = 19, outputs = 13;
        var (set, w, b) = Weights(inputs, outputs, experts);
        using var pool = new WorkerPool(threads);
        var sparse = new Graph(GraphMode.Train, set, pool);
        var dense = new Graph(GraphMode.Train, set);
        var (a, chosen) = Run(sparse, false);
        var (c, _) = Run(dense, true);
        Numbers.Bits(sparse.Value(a)).ShouldBe(Numbers.Bits(dense.Value(c)));
        chosen.Pairs.ShouldBeLessThan(rows * experts);

        (Tensor Y, Dispatch Dispatch) Run(Graph g, bool all)
        {
            var gate = Numbers.Gate(g, rows, experts, 0.6, 4);
            var every = g.New(rows, experts, needsGrad: false);
            g.Value(every).Fill(1);
            var dispatch = g.Route(all ? [gate, every] : [gate]);
            var x = g.Input(Numbers.Normal(rows * inputs, 5), rows, inputs);
            return (g.Combine(g.ExpertLinear(x, w, b, dispatch, gather: true, relu: true), gate, dispatch, 0), dispatch);
        }
    }

    /// <summary>
    /// So do the gradients of rows, gates, weights and biases: what the dense bank computes for an unchosen expert has gradient zero,
    /// and adding it changes nothing.
    /// </summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(40, 1)]
    [InlineData(150, 1)]
    [InlineData(150, 3)]
    [InlineData(600, 1)]
    [InlineData(600, 3)]
    public void ExpertLinear_SparseAndDenseBackward_SameBits(int rows, int threads)
    {
        const int experts = 5, inputs = 19, outputs = 13;
        var (set, w, b) = Weights(inputs, outputs, experts);
        using var pool = new WorkerPool(threads);
        Run(new Graph(GraphMode.Train, set, pool), false).ShouldBe(Run(new Graph(GraphMode.Train, set), true));

        int[] Run(Graph g, bool all)
        {
            var values = g.Value(Numbers.Gate(g, rows, experts, 0.6, 4)).ToArray();
            var gate = g.Input(values, rows, experts, needsGrad: true);
            var every = g.New(rows, experts, needsGrad: false);
            g.Value(every).Fill(1);
            var dispatch = g.Route(all ? [gate, every] : [gate]);
            dispatch.Pairs.ShouldBe(all ? rows * experts : values.Count(v => v != 0));
            var x = g.Input(Numbers.Normal(rows * inputs, 5), rows, inputs, needsGrad: true);
            var y = g.Combine(g.ExpertLinear(x, w, b, dispatch, gather: true, relu: true), gate, dispatch, 0);
            Numbers.Normal(y.Length, 6).CopyTo(g.Grad(y));
            g.RunBackward(g.Zeros(1, 1));
            g.Gradients!.Dense.ToArray().Count(v => v != 0).ShouldBeGreaterThan(experts * outputs);
            return [.. Numbers.Bits(g.Grad(x)), .. Numbers.Bits(g.Grad(gate)), .. Numbers.Bits(g.Gradients.Dense)];
        }
    }

    /// <summary>Gathering inside the op equals gathering first and computing the pairs.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(90)]
    [InlineData(700)]
    public void ExpertLinear_GatheredAndGivenPairs_SameBits(int rows)
    {
        const int experts = 4, inputs = 17, outputs = 9;
        var (set, w, b) = Weights(inputs, outputs, experts);
        var g = new Graph(GraphMode.Score, set);
        var gate = Numbers.Gate(g, rows, experts, 0.5, 8);
        for (var row = 0; row < rows; row++) g.Value(gate)[row * experts + 2] = 1;
        var dispatch = g.Route([gate]);
        dispatch.Full(2).ShouldBeTrue();
        var x = g.Input(Numbers.Normal(rows * inputs, 5), rows, inputs);
        var pairs = g.New(dispatch.Pairs, inputs);
        for (var i = 0; i < dispatch.Pairs; i++) g.Value(x).Slice(dispatch.RowOfPair.Span[i] * inputs, inputs).CopyTo(g.Value(pairs)[(i * inputs)..]);
        g.Bits(g.ExpertLinear(x, w, b, dispatch, gather: true, relu: false))
            .ShouldBe(g.Bits(g.ExpertLinear(pairs, w, b, dispatch, gather: false, relu: false)));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(700)]
    public void ExpertLinear_Backward_SameBitsForAnyNumberOfThreads(int rows)
    {
        const int experts = 4, inputs = 110, outputs = 9;
        var (set, w, b) = Weights(inputs, outputs, experts);
        var expected = Run(1);
        foreach (var threads in (int[])[2, 5]) Run(threads).ShouldBe(expected);

        int[] Run(int threads)
        {
            using var pool = new WorkerPool(threads);
            var g = new Graph(GraphMode.Train, set, pool);
            Tensor[] gates = [Numbers.Gate(g, rows, experts, 0.5, 1), Numbers.Gate(g, rows, experts, 0.3, 2)];
            var dispatch = g.Route(gates);
            var x = g.Input(Numbers.Normal(rows * inputs, 5), rows, inputs, needsGrad: true);
            var h = g.ExpertLinear(x, w, b, dispatch, gather: true, relu: true);
            var y = g.Add(g.Combine(h, gates[0], dispatch, 0), g.Combine(h, gates[1], dispatch, 1));
            Numbers.Normal(y.Length, 6).CopyTo(g.Grad(y));
            g.RunBackward(g.Zeros(1, 1));
            return [.. g.Bits(y), .. Numbers.Bits(g.Grad(x)), .. Numbers.Bits(g.Gradients!.Dense)];
        }
    }

    /// <summary>A graph that goes on has the gradients of a fresh one: zero where the step before chose an expert and this one does not.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void RunBackward_OtherExpertsThanBefore_HasGradientsOfAFreshGraph(int threads)
    {
        const int rows = 60, experts = 4, inputs = 20, outputs = 18;
        var (set, w, b) = Weights(inputs, outputs, experts);
        using var pool = new WorkerPool(threads);
        var reused = new Graph(GraphMode.Train, set, pool);
        int[][] steps = [[0, 1], [1, 2], [3], [], [0, 2], [1]];
        foreach (var chosen in steps)
        {
            reused.Reset();
            Run(reused, chosen);
            var fresh = new Graph(GraphMode.Train, set);
            Run(fresh, chosen);
            Numbers.Bits(reused.Gradients!.DenseValues).ShouldBe(Numbers.Bits(fresh.Gradients!.DenseValues));
            for (var e = 0; e < experts; e++)
                fresh.Gradients.DenseValues.Slice(w.Offset + e * inputs * outputs, inputs * outputs).ContainsAnyExcept(0f).ShouldBe(chosen.Contains(e));
        }

        reused.Reset();
        reused.Gradients!.DenseValues.ContainsAnyExcept(0f).ShouldBeFalse();
        reused.Gradients.Dense.Fill(1);
        reused.Reset();
        reused.Gradients.Of(w).ContainsAnyExcept(0f).ShouldBeFalse();
        reused.Gradients.Dense.ContainsAnyExcept(0f).ShouldBeFalse();

        void Run(Graph g, int[] chosen)
        {
            var gate = g.New(rows, experts, needsGrad: false);
            for (var i = 0; i < gate.Length; i++) g.Value(gate)[i] = chosen.Contains(i % experts) ? 1 : 0;
            var x = g.Input(Numbers.Normal(rows * inputs, 5), rows, inputs, needsGrad: true);

            // The weight is used twice: what comes second is added.
            var dispatch = g.Route([gate]);
            var y = g.Combine(g.ExpertLinear(x, w, b, dispatch, gather: true, relu: true), gate, dispatch, 0);
            y = g.Add(y, g.Combine(g.ExpertLinear(g.Relu(x), w, b, dispatch, gather: true, relu: false), gate, dispatch, 0));
            Numbers.Normal(y.Length, 6).CopyTo(g.Grad(y));
            g.RunBackward(g.Zeros(1, 1));
        }
    }

    /// <summary>Clipping and frozen weights leave the next step as cheap as it is without them: what a step wrote is overwritten, not cleared.</summary>
    [Fact]
    public void Scale_WrittenMatrices_AreScaledAndLeftToBeOverwritten()
    {
        const int inputs = 4, outputs = 3;
        var (set, w, b) = Weights(inputs, outputs, 2);
        var g = new Graph(GraphMode.Train, set);
        var memory = g.Gradients!.Dense;
        g.Reset();
        Run();
        var unscaled = g.Gradients.DenseValues.ToArray();
        g.Gradients.Scale(0.25f);
        g.Gradients.ClearDense(w.Offset + 1, 2);

        float[] expected = [.. unscaled.Select((v, i) => i == w.Offset + 1 || i == w.Offset + 2 ? 0 : 0.25f * v)];
        Numbers.Bits(g.Gradients.DenseValues).ShouldBe(Numbers.Bits(expected));
        g.Reset();
        Numbers.Bits(memory).ShouldBe(Numbers.Bits(expected));
        Run();
        Numbers.Bits(g.Gradients.DenseValues).ShouldBe(Numbers.Bits(unscaled));
        g.Gradients.Dense.Fill(2);
        g.Gradients.Scale(0.5f);
        g.Gradients.DenseValues.ToArray().ShouldAllBe(v => v == 1);

        void Run()
        {
            var gate = g.Input([1, 0, 1, 0], 2, 2);
            var dispatch = g.Route([gate]);
            var y = g.Combine(g.ExpertLinear(g.Input(Numbers.Normal(2 * inputs, 5), 2, inputs), w, b, dispatch, gather: true, relu: false), gate, dispatch, 0);
            g.Grad(y).Fill(1);
            g.RunBackward(g.Zeros(1, 1));
        }
    }

    static (ParameterSet Set, Parameter W, Parameter B) Weights(int inputs, int outputs, int experts)
    {
        var set = new ParameterSet(3);
        var scope = new Scope(set);
        return (set, scope.Parameter("w", inputs, outputs, Init.Normal(1), experts), scope.Parameter("b", 1, outputs, Init.Normal(1), experts));
    }

    static void Entries(Graph g, Tensor gate, Dispatch dispatch, int index, List<(int Expert, int Row)> pairs)
    {
        var entries = dispatch.Gate(index);
        var (n, value) = (0, g.Value(gate).ToArray());
        for (var row = 0; row < gate.Rows; row++)
        {
            entries.Start.Span[row].ShouldBe(n);
            for (var e = 0; e < gate.Cols; e++)
            {
                var weight = value[row * gate.Cols + e];
                if (weight == 0) continue;
                pairs[entries.Pair.Span[n]].ShouldBe((e, row));
                entries.Weight.Span[n].ShouldBe(weight);
                entries.Position.Span[n].ShouldBe(row * gate.Cols + e);
                n++;
            }
        }

        entries.Start.Span[gate.Rows].ShouldBe(n);
    }
}
