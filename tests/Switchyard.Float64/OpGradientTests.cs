using System.Reflection;
using Switchyard.Engine;

namespace Switchyard.Float64;

/// <summary>Every op alone, at sizes that leave remainders and on both sides of the row count from which weights are packed.</summary>
public sealed class OpGradientTests
{
    static readonly string[] Decisions =
    [
        nameof(SelectionOps.SmallestPerRow), nameof(SelectionOps.LargestPerRow), nameof(SelectionOps.Either), nameof(SelectionOps.OneHot), nameof(SelectionOps.Entropy),
    ];

    static readonly int[] ItemStarts = [0, 2, 2, 3, 5];

    static readonly int[] Own = [0, 2, -1, 1, 2, 0, -1];

    delegate Tensor Build(OpCase c, Graph g);

    /// <summary>Op name, then what distinguishes the case.</summary>
    static readonly Dictionary<string, Build> Cases = new(StringComparer.Ordinal)
    {
        ["Affine"] = (c, g) => g.Affine(c.Input(g, "x", 3, 5), -2.5, 0.3),
        ["Add"] = (c, g) => g.Add(c.Input(g, "x", 3, 5), c.Input(g, "y", 3, 5)),
        ["Add/of one input twice"] = (c, g) => { var x = c.Input(g, "x", 3, 5); return g.Add(x, x); },
        ["Add/constant"] = (c, g) => g.Add(g.Input([1, 2, 3], 1, 3), c.Input(g, "x", 1, 3)),
        ["Relu"] = (c, g) => g.Relu(c.Input(g, "x", 7, 9)),
        ["Concat"] = (c, g) => g.Concat(c.Input(g, "x", 4, 3), c.Input(g, "y", 4, 5)),
        ["Sigmoid"] = (c, g) => g.Sigmoid(c.Input(g, "x", 7, 9)),
        ["Sigmoid/scaled"] = (c, g) => g.Sigmoid(c.Input(g, "x", 3, 5), 2),
        ["Multiply"] = (c, g) => g.Multiply(c.Input(g, "x", 3, 5), c.Input(g, "y", 3, 5)),
        ["Multiply/of one input twice"] = (c, g) => { var x = c.Input(g, "x", 3, 5); return g.Multiply(x, x); },
        ["Multiply/constant"] = (c, g) => g.Multiply(g.Input([1, 2, 3], 1, 3), c.Input(g, "x", 1, 3)),
        ["Columns"] = (c, g) => g.Columns(c.Input(g, "x", 4, 6), 1, 3),
        ["AddScaled"] = (c, g) => g.AddScaled(c.Input(g, "x", 4, 3), c.Input(g, "y", 4, 3), c.Input(g, "w", 4, 1)),
        ["MeanWhere"] = (c, g) => g.MeanWhere(c.Input(g, "x", 2, 3), g.Input([1, 0, 1, 0, 0, 1], 2, 3)),
        ["MeanWhere/nothing chosen"] = (c, g) => g.Concat(g.MeanWhere(c.Input(g, "x", 1, 2), g.Input([0, 0], 1, 2)), c.Input(g, "y", 1, 1)),
        ["ChosenGate"] = (c, g) =>
        {
            var y = g.ChosenGate(c.Input(g, "x", 7, 12), c.Input(g, "z", 7, 12), 3, NodeIndex.PerRow(Own), new ExpertChoice(1, 2, false), out var one, out var all);
            return g.Concat(g.Concat(g.MeanWhere(y, g.Input(Enumerable.Repeat(1.0, 28).Select((v, i) => i % 3 == 0 ? 0 : v).ToArray(), 7, 4)), one), all);
        },
        ["Softmax"] = (c, g) => g.Softmax(c.Input(g, "x", 5, 7)),
        ["Softmax/one column"] = (c, g) => g.Concat(g.Softmax(c.Input(g, "x", 3, 1)), c.Input(g, "y", 3, 1)),
        ["SoftmaxOfGroups"] = (c, g) => g.SoftmaxOfGroups(c.Input(g, "x", 5, 12), 3),
        ["WeighGroups"] = (c, g) => g.WeighGroups(c.Input(g, "x", 5, 12), c.Input(g, "w", 5, 3)),
        ["WeighGroups/constant weights"] = (c, g) => g.WeighGroups(c.Input(g, "x", 2, 4), g.Input([1, 0, 0.5f, 0.5f], 2, 2)),
        ["MaskedSoftmax"] = (c, g) => g.MaskedSoftmax(c.Input(g, "x", 3, 4), g.Input([1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1], 3, 4)),
        ["GateLogSoftmax"] = (c, g) => g.GateLogSoftmax(c.Input(g, "x", 5, 12), 3),
        ["PickGate"] = (c, g) => g.PickGate(c.Input(g, "x", 7, 12), 3, NodeIndex.PerRow(Own)),
        ["PickGate/constant"] = (c, g) => g.PickGate(c.Input(g, "x", 4, 6), 3, NodeIndex.Constant(1)),
        ["MeanGates"] = (c, g) => g.MeanGates(c.Input(g, "x", 4, 6), 3),
        ["PlaceGate"] = (c, g) => g.PlaceGate(c.Input(g, "x", 7, 4), 3, NodeIndex.PerRow(Own)),
        ["PlaceGate/constant"] = (c, g) => g.PlaceGate(c.Input(g, "x", 4, 2), 3, NodeIndex.Constant(1)),
        ["PickStream"] = (c, g) => g.PickStream([c.Input(g, "x", 7, 3), c.Input(g, "y", 7, 3), c.Input(g, "z", 7, 3)], NodeIndex.PerRow(Own)),
        ["PickStream/one member"] = (c, g) => g.Add(g.PickStream([c.Input(g, "x", 2, 3), c.Input(g, "y", 2, 3)], NodeIndex.Constant(1)), c.Input(g, "x", 2, 3)),
        ["PickStream/the mean"] = (c, g) => g.PickStream([c.Input(g, "x", 2, 3), c.Input(g, "y", 2, 3)], NodeIndex.Constant(-1)),
        ["Linear"] = (c, g) => g.Linear(c.Input(g, "x", 7, 5), c.Weight("w", 5, 3)),
        ["Linear/bias"] = (c, g) => g.Linear(c.Input(g, "x", 29, 5), c.Weight("w", 5, 3), c.Weight("b", 1, 3)),
        ["Linear/relu"] = (c, g) => g.Linear(c.Input(g, "x", 29, 5), c.Weight("w", 5, 3), c.Weight("b", 1, 3), relu: true),
        ["Linear/relu, data as input"] = (c, g) => g.Linear(g.Input([1, 2, -1, 3], 2, 2), c.Weight("w", 2, 3), c.Weight("b", 1, 3), relu: true),
        ["Linear/input used twice"] = (c, g) =>
        {
            var x = c.Input(g, "x", 3, 4);
            return g.Add(g.Linear(x, c.Weight("v", 4, 2)), g.Linear(x, c.Weight("w", 4, 2)));
        },
        ["Linear/one weight twice"] = (c, g) => g.Linear(g.Linear(c.Input(g, "x", 3, 4), c.Weight("w", 4, 4)), c.Weight("w", 4, 4)),
        ["LinearOfTwo"] = (c, g) => g.LinearOfTwo(c.Input(g, "x", 5, 4), c.Weight("v", 4, 6), c.Input(g, "y", 5, 3), c.Weight("w", 3, 6)),
        ["LinearOfTwo/packed"] = (c, g) => g.LinearOfTwo(c.Input(g, "x", 25, 4), c.Weight("v", 4, 6), c.Input(g, "y", 25, 3), c.Weight("w", 3, 6)),
        ["LinearOfTwo/few entries in the gradient"] = (c, g) =>
            g.Columns(g.LinearOfTwo(c.Input(g, "x", 5, 4), c.Weight("v", 4, 64), c.Input(g, "y", 5, 3), c.Weight("w", 3, 64)), 30, 5),
        ["ExpertLinear/gathered"] = (c, g) => Experts(c, g, rows: 9, relu: false, layers: 1),
        ["ExpertLinear/gathered, relu, packed"] = (c, g) => Experts(c, g, rows: 90, relu: true, layers: 1),
        ["ExpertLinear/two layers"] = (c, g) => Experts(c, g, rows: 40, relu: true, layers: 2),
        ["ExpertLinear/an expert with every row"] = (c, g) => Experts(c, g, rows: 14, relu: true, layers: 2, everyRow: true),
        ["ExpertLinear/no bias"] = (c, g) =>
        {
            var dispatch = g.Route([Gate(g, 30, 3)]);
            return g.ExpertLinear(c.Input(g, "x", 30, 4), c.Weight("w", 4, 5, 3), null, dispatch, gather: true, relu: false);
        },
        ["Combine"] = (c, g) => Mix(c, g, gates: 1),
        ["Combine/three gates"] = (c, g) => Mix(c, g, gates: 3),
        ["ExpertBatchNorm"] = (c, g) => Experts(c, g, rows: 12, relu: false, layers: 1, norm: true),
        ["ExpertBatchNorm/shared"] = (c, g) =>
        {
            var dispatch = g.Route([Gate(g, 12, 3)]);
            return g.ExpertBatchNorm(g.Gather(c.Input(g, "x", 12, 4), dispatch), c.Norm(3, 4, shared: true), dispatch);
        },
        ["ExpertBatchNorm/lone row"] = (c, g) =>
        {
            var norm = c.Norm(3, 4);
            foreach (var buffer in c.Buffers) buffer.Values.AsSpan().Fill(buffer.Name.EndsWith("running_mean", StringComparison.Ordinal) ? 0.4 : 2.5);
            var dispatch = g.Route([g.OneHot(NodeIndex.PerRow([0, 2, 0, 0]), 4, 3)]);
            return g.ExpertBatchNorm(g.Gather(c.Input(g, "x", 4, 4), dispatch), norm, dispatch);
        },
        ["Gather"] = (c, g) => g.Gather(c.Input(g, "x", 9, 4), g.Route([Gate(g, 9, 3)])),
        ["StackProduct"] = (c, g) => Computed(c, g, rows: 9, relu: false, gather: true),
        ["StackSum"] = (c, g) => Computed(c, g, rows: 9, relu: true, gather: false),
        ["ExpertLinear/computed weights, packed"] = (c, g) => Computed(c, g, rows: 60, relu: true, gather: true),
        ["MemberLinear"] = (c, g) => OfMembers(c, g, 7),
        ["MemberLinear/bias, packed"] = (c, g) => OfMembers(c, g, 30, c.Weight("b", 1, 3 * 5)),
        ["MeanOfPairs"] = (c, g) => { var rows = g.OwnRows(NodeIndex.PerRow(Own), 7, 3).Dispatch; return g.MeanOfPairs(c.Input(g, "h", rows.Pairs, 4), rows); },
        ["PlacePairs"] = (c, g) => { var rows = g.OwnRows(NodeIndex.PerRow(Own), 7, 3).Dispatch; return g.PlacePairs(c.Input(g, "h", rows.Pairs, 4), rows); },
        ["PlacePairs/unweighted"] = (c, g) => { var rows = g.OwnRows(NodeIndex.PerRow(Own), 7, 3).Dispatch; return g.PlacePairs(c.Input(g, "h", rows.Pairs, 4), rows, weighted: false); },
        ["ExpertDropout"] = (c, g) =>
        {
            var dispatch = g.Route([Gate(g, 9, 3)]);
            return g.ExpertDropout(c.Input(g, "h", dispatch.Pairs, 4), dispatch, 0.4, 12);
        },
        ["Dropout"] = (c, g) => g.Dropout(c.Input(g, "x", 5, 3), 0.4, 12),
        ["Noise"] = (c, g) => g.Noise(c.Input(g, "x", 5, 3), 0.7, 4),
        ["Noise/strength of the row"] = (c, g) => g.Noise(c.Input(g, "x", 2, 3), g.Input([0.5f, 0], 2, 1), 0.7, 4),
        ["LearnedNoise"] = (c, g) => g.LearnedNoise(c.Input(g, "x", 5, 3), c.Input(g, "s", 5, 3), 0.01, 4),
        ["MutualInformation"] = (c, g) => Information(c, g, ScenarioPrior.Uniform),
        ["MutualInformation/batch prior"] = (c, g) => Information(c, g, ScenarioPrior.Batch),
        ["MutualInformation/moving average"] = (c, g) => Information(c, g, ScenarioPrior.Uniform, keep: 0.6),
        ["UnitRows"] = (c, g) => g.UnitRows(c.Input(g, "x", 4, 5)),
        ["RowProducts"] = (c, g) => g.RowProducts(c.Input(g, "a", 5, 3), c.Input(g, "b", 4, 3)),
        ["RowProducts/of one input twice"] = (c, g) => { var x = c.Input(g, "x", 5, 3); return g.RowProducts(x, x); },
        ["SampledSoftmax"] = (c, g) => g.SampledSoftmax(
            c.Input(g, "scores", 4, 4), new RetrievalTargets { Items = [3, 1, 3, 2], LogProbability = [-1, -2, -1.5f, -0.5f] }, 0.3),
        ["Lookup"] = (c, g) => g.Lookup(c.Weight("table", 3, 4), NodeIndex.PerRow(Own), Own.Length),
        ["Lookup/computed table"] = (c, g) => g.Lookup(c.Input(g, "table", 3, 4), NodeIndex.PerRow(Own), Own.Length),
        ["Lookup/constant"] = (c, g) => g.Lookup(c.Weight("table", 3, 4), NodeIndex.Constant(1), 5),
        ["Embed"] = (c, g) => Embed(c, g),
        ["Embed/tables of every node"] = (c, g) => EmbedOfNodes(c, g),
        ["Stitch"] = (c, g) => Stitched(c, g, streams: 2, own: [1, 0, -1, 1, 0]),
        ["Stitch/everything"] = (c, g) => Stitched(c, g, streams: 3, own: [-1, -1, -1]),
        ["MixLogits"] = (c, g) => Labels(c, g),
        ["ItemVectors"] = (c, g) => g.Add(g.ItemVectors(new EmbeddingInput { Table = c.Table("a", 6, 3), Column = 0, Width = 3, Ids = [1, 1, 5, 0], Offsets = [0, 0, 3, 4] }, 3), c.Input(g, "shift", 4, 3)),
        ["ItemVectors/one a row"] = (c, g) => g.Add(g.ItemVectors(new EmbeddingInput { Table = c.Table("a", 6, 3), Column = 0, Width = 3, Ids = [1, 1, 5] }, 3), c.Input(g, "shift", 3, 3)),
        ["ItemVectors/tables of nodes"] = (c, g) => g.Add(
            g.ItemVectors(
                new EmbeddingInput { Private = [c.Table("a", 6, 3), c.Table("b", 6, 3)], Nodes = [1, -1, 0], Column = 0, Width = 3, Ids = [1, 1, 5, 0], Offsets = [0, 2, 3, 4] }, 3),
            c.Input(g, "shift", 4, 3)),
        ["QueryKeys"] = (c, g) => g.QueryKeys(c.Input(g, "q", 4, 3), c.Input(g, "k", 5, 3), ItemStarts),
        ["ItemSoftmax"] = (c, g) => g.ItemSoftmax(c.Input(g, "a", 5, 1), ItemStarts, 4),
        ["WeightedItems"] = (c, g) => g.WeightedItems(c.Input(g, "a", 5, 1), c.Input(g, "k", 5, 3), ItemStarts, 4),
        ["Loss"] = (c, g) => Loss(c, g, observed: false),
        ["Loss/observed"] = (c, g) => Loss(c, g, observed: true),
    };

    public static TheoryData<string> Names() => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_OneOp_EqualsCentralDifferences(string name)
    {
        var parameters = new ParameterSet(9);
        var c = new OpCase(parameters);

        // The first pass declares the parameters; a graph is made for a finished set.
        Cases[name](c, new Graph(GraphMode.Score, parameters) { Seed = 2 });
        GradientCheck.Jitter(parameters);
        var graph = new Graph(GraphMode.Train, parameters) { Seed = 2, StepNumber = 3 };
        new GradientCheck(parameters, graph, g => g.Weighted(Cases[name](c, g))).Run();
    }

    [Fact]
    public void Run_WrongBackward_Fails()
    {
        var parameters = new ParameterSet(9);
        var x = new Scope(parameters).Parameter("x", 1, 3, Init.Normal(1));
        var graph = new Graph(GraphMode.Train, parameters);
        Should.Throw<ShouldAssertException>(() => new GradientCheck(parameters, graph, g => g.Weighted(Doubled(g, g.Use(x)))).Run());

        static Tensor Doubled(Graph g, Tensor x)
        {
            var y = g.New(x.Rows, x.Cols);
            for (var i = 0; i < x.Length; i++) g.Value(y)[i] = 2 * g.Value(x)[i];
            g.Record(static (g, in s) => { for (var i = 0; i < s.A.Length; i++) g.Grad(s.A)[i] += 2.00001 * g.Grad(s.Out)[i]; }, y, x);
            return y;
        }
    }

    [Fact]
    public void Cases_EveryOpOfTheEngine_IsThere()
    {
        var ops = typeof(Graph).Assembly.GetTypes().Where(t => t.Namespace == "Switchyard.Engine" && t.Name.EndsWith("Ops", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(m => m.ReturnType == typeof(Tensor) && m.GetParameters() is [{ } first, ..] && first.ParameterType == typeof(Graph))
            .Select(m => m.Name).Distinct().Except(Decisions);
        ops.Except(Cases.Keys.Select(k => k.Split('/')[0])).ShouldBeEmpty();
    }

    /// <summary>Sparse gate values; row 4 chooses nothing and expert 1 may be rare.</summary>
    static Tensor Gate(Graph g, int rows, int experts, int seed = 0, bool everyRow = false)
    {
        var random = new SeededRandom((ulong)seed, "gate");
        var gate = g.New(rows, experts, needsGrad: false);
        var values = g.Value(gate);
        for (var i = 0; i < values.Length; i++) values[i] = random.Next(2) == 0 || i / experts == 4 ? 0 : random.NextDouble();
        for (var i = 0; everyRow && i < values.Length; i += experts) values[i] = 0.5;
        return gate;
    }

    static Tensor Experts(OpCase c, Graph g, int rows, bool relu, int layers, bool everyRow = false, bool norm = false)
    {
        var dispatch = g.Route([Gate(g, rows, 3, everyRow: everyRow)]);
        var h = g.ExpertLinear(c.Input(g, "x", rows, 4), c.Weight("w", 4, 5, 3), c.Weight("b", 1, 5, 3), dispatch, gather: true, relu);
        if (layers == 2) h = g.ExpertLinear(h, c.Weight("w2", 5, 3, 3), c.Weight("b2", 1, 3, 3), dispatch, gather: false, relu);
        return norm ? g.ExpertBatchNorm(h, c.Norm(3, 5), dispatch) : h;
    }

    /// <summary>Weights that are the product and the sum of others.</summary>
    static Tensor Computed(OpCase c, Graph g, int rows, bool relu, bool gather)
    {
        var dispatch = g.Route([Gate(g, rows, 3)]);
        var x = c.Input(g, "x", rows, 4);
        var weight = g.StackProduct(c.Weight("w", 4, 5, 3), c.Weight("shared_w", 4, 5), dispatch);
        var bias = g.StackSum(c.Weight("b", 1, 5, 3), c.Weight("shared_b", 1, 5), dispatch);
        return g.ExpertLinear(gather ? x : g.Gather(x, dispatch), weight, bias, dispatch, gather, relu);
    }

    static Tensor OfMembers(OpCase c, Graph g, int rows, Parameter? bias = null)
    {
        int[] own = [.. Enumerable.Range(0, rows).Select(r => Own[r % Own.Length])];
        return g.MemberLinear(c.Input(g, "x", rows, 4), c.Weight("w", 4, 3 * 5), bias, g.OwnRows(NodeIndex.PerRow(own), rows, 3).Dispatch);
    }

    /// <summary>Gate values come from parameters through a masked softmax, as in a model, so that they have a gradient.</summary>
    static Tensor Mix(OpCase c, Graph g, int gates)
    {
        const int rows = 9, experts = 4;
        var weights = new Tensor[gates];
        for (var i = 0; i < gates; i++)
        {
            var mask = Gate(g, rows, experts, i);
            foreach (ref var v in g.Value(mask)) v = v == 0 ? 0 : 1;
            for (var row = 0; row < rows; row++) g.Value(mask)[row * experts + (row + i) % experts] = 1;
            weights[i] = g.MaskedSoftmax(c.Input(g, $"gate{i}", rows, experts), mask);
        }

        var dispatch = g.Route(weights);
        var h = g.ExpertLinear(c.Input(g, "x", rows, 4), c.Weight("w", 4, 5, experts), c.Weight("b", 1, 5, experts), dispatch, gather: true, relu: true);
        var y = g.Combine(h, weights[0], dispatch, 0);
        for (var i = 1; i < gates; i++) y = g.Concat(y, g.Combine(h, weights[i], dispatch, i));
        return y;
    }

    static Tensor Embed(OpCase c, Graph g)
    {
        var (a, b) = (c.Table("a", 6, 3), c.Table("b", 5, 2));
        EmbeddingInput[] fields =
        [
            new() { Table = a, Column = 0, Width = 3, Ids = [1, 1, 5, 0] },
            new() { Table = b, Column = 3, Width = 2, Mean = true, Ids = [0, 3, 3, 4, 1], Offsets = [0, 0, 2, 4, 5] },
            new() { Table = b, Column = 5, Width = 2, Ids = [2, 2, 4, 0], Offsets = [0, 3, 3, 3, 4] },
            new() { Column = 7, Width = 2, Numbers = [0.5f, 0, 0, 1, -2, 0, 1, 0] },
            new() { Table = a, Column = 9, Width = 3, Ids = [5, 2, 2, 2] },
        ];
        return g.Add(g.Embed(fields, 4, 12), c.Input(g, "shift", 4, 12));
    }

    static Tensor Stitched(OpCase c, Graph g, int streams, int[] own)
    {
        const int members = 2;
        var to = g.Route([g.OneHot(NodeIndex.PerRow(own), own.Length, members)]);
        return g.Stitch([.. Enumerable.Range(0, streams).Select(s => c.Input(g, $"x{s}", members * own.Length, 3))], c.Weight("alpha", members, members, streams), to);
    }

    static Tensor Labels(OpCase c, Graph g) =>
        g.MixLogits(c.Input(g, "w", 4, 3), [c.Input(g, "a", 4, 1), c.Input(g, "b", 4, 1), c.Input(g, "c", 4, 1)], NodeIndex.Constant(-1));

    static Tensor EmbedOfNodes(OpCase c, Graph g)
    {
        int[] nodes = [1, 0, -1, 2, 1];
        EmbeddingTable[] a = [c.Table("a0", 4, 3), c.Table("a1", 4, 3), c.Table("a2", 4, 3)], b = [c.Table("b0", 5, 2), c.Table("b1", 5, 2), c.Table("b2", 5, 2)];
        EmbeddingInput[] fields =
        [
            new() { Private = a, Nodes = nodes, Column = 0, Width = 3, Ids = [1, 1, 3, 0, 1] },
            new() { Private = b, Nodes = nodes, Column = 3, Width = 2, Mean = true, Ids = [0, 3, 3, 4, 1, 1], Offsets = [0, 2, 2, 5, 5, 6] },
            new() { Private = b, Nodes = nodes, Column = 5, Width = 2, Ids = [2, 2, 4, 0, 0], Offsets = [0, 3, 3, 5, 5, 5] },
            new() { Column = 7, Width = 2, Numbers = [0.5f, 0, 0, 1, -2, 0, 1, 0, 0, 1] },
        ];
        return g.Add(g.Embed(fields, 5, 9), c.Input(g, "shift", 5, 9));
    }

    /// <summary>Gates of a softmax; scenario 3 has no row, and the average knows scenario 0 already.</summary>
    static Tensor Information(OpCase c, Graph g, ScenarioPrior prior, double keep = 0)
    {
        var p = g.Softmax(c.Input(g, "x", Own.Length, 5));
        if (keep == 0) return g.MutualInformation(p, NodeIndex.PerRow(Own), 4, prior);
        var state = new ParameterSet(1);
        var shares = new ExpertShares(new Scope(state), new Members("scenarios", 4), 5, keep);
        state.Buffers[0].Values.AsSpan(0, 5).Fill(0.2);
        return g.MutualInformation(p, NodeIndex.PerRow(Own), 4, prior, shares);
    }

    static Tensor Loss(OpCase c, Graph g, bool observed)
    {
        const float none = float.NaN;
        var targets = new LossTargets([-1, 0, 1, -1], [1, 0.5f, 2, 1.5f], observed) { RowWeights = [1, 2, 0.5f, 1, 3] };
        float[][] labels = [[1, 0, 1, none, 0], [1, 0, none, 0, 1], [none, 1, 0, 1, 0], [0, none, none, none, none]];
        labels.CopyTo(targets.Labels, 0);
        return g.Loss([c.Input(g, "a", 5, 1), c.Input(g, "b", 5, 1), c.Input(g, "c", 5, 1), c.Input(g, "d", 5, 1)], targets);
    }
}
