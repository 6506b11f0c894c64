
namespace Switchyard.Engine.Tests;

public sealed class OpTests
{
    readonly Graph _g = new(GraphMode.Score, new ParameterSet(1));

    [Fact]
    public void PickGate_KnownAndUnknown_TakesOwnOrMean()
    {
        var x = _g.Input([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 2, 6);
        _g.Value(_g.PickGate(x, 3, NodeIndex.PerRow([2, -1]))).ToArray().ShouldBe([5, 6, 9, 10]);
        _g.Value(_g.PickGate(x, 3, NodeIndex.Constant(0))).ToArray().ShouldBe([1, 2, 7, 8]);
        _g.Value(_g.MeanGates(x, 3)).ToArray().ShouldBe([3, 4, 9, 10]);
    }

    [Fact]
    public void Lookup_Unknown_IsTheMeanOfAllRows()
    {
        var set = new ParameterSet(1);
        var table = new Scope(set).Parameter("t", 3, 2, Init.Constant(0));
        ((float[])[1, 2, 3, 4, 8, 9]).CopyTo(set.Values(table));
        var g = new Graph(GraphMode.Score, set);
        g.Value(g.Lookup(table, NodeIndex.PerRow([1, -1, 0]), 3)).ToArray().ShouldBe([3, 4, 4, 5, 1, 2]);
    }

    [Fact]
    public void Entropy_KnownRows_IsAShareOfTheLargest()
    {
        var entropy = _g.Value(_g.Entropy(_g.Input([0.25f, 0.25f, 0.25f, 0.25f, 1, 0, 0, 0, 0.5f, 0.5f, 0, 0], 3, 4))).ToArray();
        entropy[0].ShouldBe(1, 1e-6);
        entropy[1].ShouldBe(0);
        entropy[2].ShouldBe(0.5f, 1e-6);
        _g.Value(_g.Entropy(_g.Input([1, 1], 2, 1))).ToArray().ShouldBe([0, 0]);
    }

    [Fact]
    public void SmallestPerRow_Ties_GoToTheLowerIndex()
    {
        var x = _g.Input([2, 1, 1, 1, 0, 0, 0, 0, 5, -1, 5, -1], 3, 4);
        _g.Value(_g.SmallestPerRow(x, 2)).ToArray().ShouldBe([0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1]);
    }

    /// <summary>One entry is found in another way than several: every number of columns, with ties, and with what is not a number.</summary>
    [Fact]
    public void SmallestPerRow_One_IsTheFirstOfTheSmallest()
    {
        for (var cols = 1; cols <= 40; cols++)
        {
            const int rows = 6;
            float[] values = [.. Numbers.Normal(rows * cols, (ulong)cols).Select(v => MathF.Round(v))];
            values[(rows - 1) * cols + cols / 2] = float.NaN;
            var x = _g.Input(values, rows, cols);
            foreach (var (chosen, sign) in new[] { (_g.SmallestPerRow(x, 1), 1), (_g.LargestPerRow(x, 1), -1) })
            {
                for (var row = 0; row < rows; row++)
                {
                    var best = 0;
                    for (var i = 1; i < cols; i++)
                        if (sign * values[row * cols + i] < sign * values[row * cols + best]) best = i;
                    _g.Value(chosen).Slice(row * cols, cols).ToArray().ShouldBe([.. Enumerable.Range(0, cols).Select(i => i == best ? 1f : 0)], $"{cols} columns, row {row}");
                }
            }
        }
    }

    /// <summary>Several are found one after the other, with bars, ties and what is not a number: as a search entry by entry finds them.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void SmallestPerRow_Several_AreThoseOfAPlainSearch(int k)
    {
        for (var cols = 1; cols <= 40; cols += 3)
        {
            const int rows = 6;
            float[] values = [.. Numbers.Normal(rows * cols, (ulong)cols).Select(v => MathF.Round(v))];
            float[] barred = [.. Numbers.Normal(rows * cols, 2).Select(v => v > 0.5f ? 1f : 0f)];
            values[(rows - 1) * cols + cols / 2] = float.NaN;
            values[0] = float.PositiveInfinity;
            var chosen = _g.Value(_g.SmallestPerRow(_g.Input(values, rows, cols), k, _g.Input(barred, rows, cols))).ToArray();
            var expected = new float[values.Length];
            for (var n = 0; n < rows * k; n++)
            {
                var (row, best) = (n % rows * cols, -1);
                for (var i = row; i < row + cols; i++)
                    if (expected[i] == 0 && barred[i] == 0 && (best < 0 || values[i] < values[best])) best = i;
                if (best >= 0) expected[best] = 1;
            }

            chosen.ShouldBe(expected, $"{cols} columns");
        }
    }

    /// <summary>What scoring computes in one op has the bits of the ops that training takes, one after the other.</summary>
    [Theory]
    [InlineData(1, 6, 1, 1, false)]
    [InlineData(40, 6, 1, 1, false)]
    [InlineData(40, 6, 2, 3, true)]
    [InlineData(300, 16, 1, 1, true)]
    [InlineData(33, 64, 1, 1, false)]
    [InlineData(17, 67, 2, 1, true)]
    [InlineData(40, 6, 6, 6, false)]
    [InlineData(40, 6, 3, 3, true)]
    [InlineData(40, 17, 2, 2, true, 2)]
    [InlineData(40, 5, 1, 2, false, 7)]
    [InlineData(40, 20, 2, 1, false, 17)]
    public void ChosenGate_AnySize_HasTheBitsOfItsParts(int rows, int experts, int specific, int shared, bool disjoint, int gates = 3)
    {
        var values = Numbers.Normal(rows * gates * experts, 3);
        SameAsParts(values, rows, experts, specific, shared, disjoint, gates).Count(v => v != 0).ShouldBeInRange(rows, rows * (specific + shared));

        // Whole numbers tie; every fifth row also holds what is no finite number.
        for (var i = 0; i < values.Length; i++) values[i] = MathF.Round(values[i]);
        for (var row = 0; row < rows; row += 5)
        {
            var at = row * gates * experts;
            values[at + row % (gates * experts)] = (row % 4) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, _ => 0 };
            values[at + gates * experts - 1] = float.NegativeInfinity;
        }

        SameAsParts(values, rows, experts, specific, shared, disjoint, gates);
    }

    float[] SameAsParts(float[] values, int rows, int experts, int specific, int shared, bool disjoint, int gates)
    {
        SameAsParts(values, NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(r => r % gates)]), rows, experts, specific, shared, disjoint, gates);
        return SameAsParts(values, NodeIndex.PerRow([.. Enumerable.Range(0, rows).Select(r => r % (gates + 1) - 1)]), rows, experts, specific, shared, disjoint, gates);
    }

    float[] SameAsParts(float[] values, NodeIndex own, int rows, int experts, int specific, int shared, bool disjoint, int gates)
    {
        var logits = _g.Input(values, rows, gates * experts);
        var choice = new ExpertChoice(specific, shared, disjoint);
        var log = _g.GateLogSoftmax(logits, gates);
        var first = _g.SmallestPerRow(_g.Affine(_g.PickGate(log, gates, own), -1, 0), specific);
        var second = _g.SmallestPerRow(_g.Affine(_g.MeanGates(log, gates), -1, choice.UniformShift(gates)), shared, disjoint ? first : default);
        var expected = _g.MaskedSoftmax(_g.PickGate(logits, gates, own), _g.Either(first, second));
        _g.Bits(_g.ChosenGate(logits, gates, own, choice)).ShouldBe(_g.Bits(expected));
        Should.Throw<InvalidOperationException>(() => new Graph(GraphMode.Train, new ParameterSet(1)).ChosenGate(logits, gates, own, choice));
        return _g.Value(expected).ToArray();
    }

    [Fact]
    public void PickGate_ManyColumns_MeanIsTheSumInOrderOverTheGates()
    {
        const int gates = 5, cols = 19;
        var values = Numbers.Normal(gates * cols, 1);
        var expected = new float[cols];
        for (var j = 0; j < gates; j++)
            for (var k = 0; k < cols; k++) expected[k] += values[j * cols + k];
        Numbers.Bits(_g.Value(_g.MeanGates(_g.Input(values, 1, gates * cols), gates))).ShouldBe(Numbers.Bits([.. expected.Select(v => v / gates)]));
    }

    [Fact]
    public void SmallestPerRow_BarredEntries_AreNotCandidates()
    {
        var x = _g.Input([1, 2, 3, 4], 1, 4);
        var first = _g.SmallestPerRow(x, 2);
        _g.Value(_g.SmallestPerRow(x, 1, first)).ToArray().ShouldBe([0, 0, 1, 0]);
        _g.Value(_g.SmallestPerRow(x, 4, first)).ToArray().ShouldBe([0, 0, 1, 1]);
        _g.Value(_g.Either(first, _g.SmallestPerRow(x, 3))).ToArray().ShouldBe([1, 1, 1, 0]);
    }

    [Fact]
    public void SmallestPerRow_AllOfThem_ChoosesAll() =>
        _g.Value(_g.SmallestPerRow(_g.Input([3, 1, 2], 1, 3), 3)).ToArray().ShouldBe([1, 1, 1]);

    [Fact]
    public void MaskedSoftmax_OffTheMask_IsExactlyZeroAndTheRestSumsToOne()
    {
        var x = _g.Input([80, 1, -80, 1000, -1000, 3, 3, 3], 2, 4);
        var y = _g.Value(_g.MaskedSoftmax(x, _g.Input([0, 1, 1, 0, 1, 0, 1, 1], 2, 4)));
        (y[0], y[3], y[5]).ShouldBe((0, 0, 0));
        (y[1] + y[2]).ShouldBe(1, 1e-6);
        (y[4] + y[6] + y[7]).ShouldBe(1, 1e-6);
        y[6].ShouldBe(0.5f, 1e-6f);
    }

    [Fact]
    public void MeanWhere_NothingChosen_IsZero() => _g.Value(_g.MeanWhere(_g.Input([1, 2], 1, 2), _g.Zeros(1, 2)))[0].ShouldBe(0);

    [Fact]
    public void NoiseAndDropout_Scoring_ReturnTheirInput()
    {
        var x = _g.Input([1, 2], 1, 2);
        _g.Noise(x, 1, 0).ShouldBe(x);
        _g.ExpertDropout(x, _g.Route([x]), 0.5f, 0).ShouldBe(x);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void ExpertDropout_Training_KeepsTheMeanAndTheShare(double rate)
    {
        var g = new Graph(GraphMode.Train, new ParameterSet(1)) { Seed = 4 };
        var gate = Numbers.Gate(g, 2000, 3, 0.3, 1);
        var dispatch = g.Route([gate]);
        var h = g.New(dispatch.Pairs, 8);
        g.Value(h).Fill(1);
        var y = g.Value(g.ExpertDropout(h, dispatch, (float)rate, 3)).ToArray();
        y.Average().ShouldBe(1, 0.03);
        ((double)y.Count(v => v == 0) / y.Length).ShouldBe(rate, 0.02);
        y.Where(v => v != 0).ShouldAllBe(v => v == 1 / (1 - (float)rate));
    }

    /// <summary>The factors belong to (row, expert), whatever other pairs there are.</summary>
    [Fact]
    public void ExpertDropout_SparseAndDense_SameFactors()
    {
        var sparse = Factors(0.6);
        var dense = Factors(0);
        foreach (var (pair, factors) in sparse) factors.ShouldBe(dense[pair]);
        sparse.Count.ShouldBeLessThan(dense.Count);

        static Dictionary<(int Row, int Expert), float[]> Factors(double empty)
        {
            var g = new Graph(GraphMode.Train, new ParameterSet(1)) { Seed = 4, StepNumber = 2 };
            var dispatch = g.Route([Numbers.Gate(g, 50, 3, empty, 1)]);
            var h = g.New(dispatch.Pairs, 4);
            g.Value(h).Fill(1);
            var y = g.Value(g.ExpertDropout(h, dispatch, 0.5f, 3));
            var factors = new Dictionary<(int, int), float[]>();
            for (var e = 0; e < 3; e++)
            {
                for (var pair = dispatch.Start[e]; pair < dispatch.Start[e + 1]; pair++)
                    factors[(dispatch.RowOfPair.Span[pair], e)] = y.Slice(4 * pair, 4).ToArray();
            }

            return factors;
        }
    }

    [Fact]
    public void ExpertBatchNorm_Training_NormalisesEveryExpertAndMovesRunningStatistics()
    {
        var set = new ParameterSet(1);
        var norm = new ExpertNorm(new Scope(set), 2, 3);
        var g = new Graph(GraphMode.Train, set);
        var dispatch = g.Route([Numbers.Gate(g, 60, 2, 0.4, 1)]);
        var h = g.Input(Numbers.Normal(dispatch.Pairs * 3, 2), dispatch.Pairs, 3);
        var y = g.Value(g.ExpertBatchNorm(h, norm, dispatch)).ToArray();
        for (var e = 0; e < 2; e++)
        {
            for (var j = 0; j < 3; j++)
            {
                var (mean, variance) = Moments(y, dispatch, e, j);
                mean.ShouldBe(0, 1e-5);
                variance.ShouldBe(1, 1e-3);
                (mean, variance) = Moments(g.Value(h).ToArray(), dispatch, e, j);
                norm.Mean.Values[3 * e + j].ShouldBe((float)(0.1 * mean), 1e-6f);
                norm.Variance.Values[3 * e + j].ShouldBe((float)(0.9 + 0.1 * variance), 1e-5f);
            }
        }
    }

    [Fact]
    public void ExpertBatchNorm_Scoring_ReadsRunningStatistics()
    {
        var set = new ParameterSet(1);
        var norm = new ExpertNorm(new Scope(set), 1, 2);
        (norm.Mean.Values[1], norm.Variance.Values[1]) = (3, 4);
        var g = new Graph(GraphMode.Score, set);
        var dispatch = g.Route([g.Input([1, 1], 2, 1)]);
        var y = g.Value(g.ExpertBatchNorm(g.Input([1, 5, 2, 3], 2, 2), norm, dispatch));
        y.ToArray().Zip([1f, 1, 2, 0]).ShouldAllBe(p => Math.Abs(p.First - p.Second) < 1e-4);
        norm.Mean.Values.ShouldBe([0, 3]);
    }

    [Fact]
    public void PackedWeights_ValuesChanged_ArePackedAgainAfterTouch()
    {
        var set = new ParameterSet(1);
        var w = new Scope(set).Parameter("w", 4, 4, Init.Constant(1));
        var g = new Graph(GraphMode.Score, set);
        float First()
        {
            g.Reset();
            return g.Value(g.Linear(g.Input([.. Enumerable.Repeat(1f, 160)], 40, 4), w))[0];
        }

        First().ShouldBe(4);
        var version = set.Version;
        set.Values(w).Fill(2);
        set.Touch();
        set.Version.ShouldBeGreaterThan(version);
        First().ShouldBe(8);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(300)]
    public void Linear_RowAlone_SameBitsAsInABatch(int rows)
    {
        const int inputs = 37, outputs = 21;
        var set = new ParameterSet(1);
        var scope = new Scope(set);
        var (w, b) = (scope.Parameter("w", inputs, outputs, Init.Normal(1)), scope.Parameter("b", 1, outputs, Init.Normal(1)));
        var g = new Graph(GraphMode.Score, set);
        var x = Numbers.Normal(rows * inputs, 3);
        var all = g.Bits(g.Linear(g.Input(x, rows, inputs), w, b, relu: true));
        for (var row = 0; row < rows; row++)
        {
            g.Bits(g.Linear(g.Input(x.AsSpan(row * inputs, inputs), 1, inputs), w, b, relu: true))
                .ShouldBe(all[(row * outputs)..((row + 1) * outputs)]);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50)]
    public void LinearOfTwo_EqualsLinearOfTheConcatenation_BitForBit(int rows)
    {
        var set = new ParameterSet(1);
        var scope = new Scope(set);
        var whole = scope.Parameter("whole", 12, 9, Init.Normal(1));
        var (upper, lower) = (scope.Parameter("upper", 7, 9, Init.Constant(0)), scope.Parameter("lower", 5, 9, Init.Constant(0)));
        set.Values(whole)[..63].CopyTo(set.Values(upper));
        set.Values(whole)[63..].CopyTo(set.Values(lower));
        set.Touch();
        var g = new Graph(GraphMode.Score, set);
        var (a, b) = (g.Input(Numbers.Normal(rows * 7, 1), rows, 7), g.Input(Numbers.Normal(rows * 5, 2), rows, 5));
        g.Bits(g.LinearOfTwo(a, upper, b, lower)).ShouldBe(g.Bits(g.Linear(g.Concat(a, b), whole)));
    }

    [Fact]
    public void OneHot_KnownAndUnknownMember_OneOrTheMeanOfAll()
    {
        var g = new Graph(GraphMode.Score, new ParameterSet(1));
        var gate = g.OneHot(NodeIndex.PerRow([2, -1, 0]), 3, 4);
        g.Value(gate).ToArray().ShouldBe([0, 0, 1, 0, 0.25f, 0.25f, 0.25f, 0.25f, 1, 0, 0, 0]);
    }

    [Fact]
    public void Detach_UsedInALoss_PassesValuesAndNoGradient()
    {
        var set = new ParameterSet(1);
        var p = new Scope(set).Parameter("p", 1, 2, Init.Constant(3));
        var g = new Graph(GraphMode.Train, set);
        var x = g.Use(p);
        var sum = g.MeanWhere(g.Add(x, g.Detach(g.Affine(x, 5, 0))), g.Input([1, 0], 1, 2));
        g.RunBackward(sum);
        g.Value(sum)[0].ShouldBe(18);
        g.Gradients!.Of(p).ToArray().ShouldBe([1, 0]);
    }

    static (double Mean, double Variance) Moments(float[] values, Dispatch dispatch, int expert, int column)
    {
        var own = Enumerable.Range(dispatch.Start[expert], dispatch.Count(expert)).Select(pair => (double)values[3 * pair + column]).ToArray();
        return (own.Average(), own.Average(v => v * v) - own.Average() * own.Average());
    }
}
