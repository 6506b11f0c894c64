using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>HiNet's invariants: its attention, whom a scenario's mixture reaches, whom a scenario's loss trains.</summary>
public sealed class HinetTests
{
    const int Rows = 60;

    static readonly HinetOptions Options = new()
    {
        SubExperts = 2,
        SubExpert = new ExpertOptions { Widths = [8] },
        Expert = new ExpertOptions { Widths = [8] },
        TowerWidths = [6],
    };

    /// <summary>The paper's worked example: four scenarios, logits (0.2, −0.1, 0.5, 0.3), own 2.</summary>
    [Fact]
    public void Table_WorkedExample_IsTheSoftmaxOverTheOthers()
    {
        var parameters = new ParameterSet(1);
        var attention = new ScenarioAttention(new Scope(parameters), new Members("scenarios", 4), 3);
        parameters.DenseValues.Clear();
        float[] logits = [0.2f, -0.1f, 0.5f, 0.3f];
        logits.CopyTo(parameters.Values(parameters.Dense.Single(p => p.Name == "san.bias")));
        parameters.Touch();
        var g = new Graph(GraphMode.Score, parameters);
        g.Value(attention.Table(g)).Slice(2 * 4, 4).ToArray().ShouldBe([0.351372f, 0.260303f, 0, 0.388326f], 1e-6f);
    }

    [Fact]
    public void Forward_EveryScenario_WeighsTheOthersOnlyAndAnUnknownOneTheMean()
    {
        const int scenarios = 5;
        var parameters = new ParameterSet(3);
        var attention = new ScenarioAttention(new Scope(parameters), new Members("scenarios", scenarios), 7);
        var g = new Graph(GraphMode.Score, parameters);
        var rows = g.Value(attention.Forward(g, NodeIndex.PerRow([0, 1, 2, 3, 4, -1]), 6)).ToArray().Chunk(scenarios).ToArray();
        for (var i = 0; i < scenarios; i++)
        {
            rows[i][i].ShouldBe(0);
            rows[i].Count(w => w > 0).ShouldBe(scenarios - 1);
            rows[i].Sum().ShouldBe(1, 1e-6f);
        }

        for (var m = 0; m < scenarios; m++) rows[^1][m].ShouldBe(rows.Take(scenarios).Average(r => r[m]), 1e-6f);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Scores_OtherScenariosMixtureChanges_ReachesOthersByTheAttentionOnly(bool san)
    {
        var ranker = Made(Options with { San = san, Heads = PairHeads.Task });
        var rows = TinyData.Rows(ranker.Schema, Rows, 9);
        var before = Trained.Scores(ranker, rows);
        var bias = ranker.Parameters.Dense.Single(p => p.Name == "sei.own.expert.0.bias");
        ranker.Parameters.Values(bias).Slice(bias.Length / 3, bias.Length / 3).Fill(0.5f);
        ranker.Parameters.Touch();
        var after = Trained.Scores(ranker, rows);

        for (var row = 0; row < Rows; row++) (before[row] != after[row]).ShouldBe(san || rows.Nodes(0)[row] == 1, $"row {row} of scenario {rows.Nodes(0)[row]}");
    }

    /// <summary>Rows of scenario 1 alone: heads and gates of the others have no gradient, and with the attention their mixtures have.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Backward_RowsOfOneScenario_LeaveTheHeadsOfOthersAlone(bool san)
    {
        var ranker = Made(Options with { San = san });
        var rows = TinyData.Rows(ranker.Schema, Rows, 9);
        rows.Nodes(0).AsSpan(0, Rows).Fill(1);
        var pass = new ForwardPass(ranker, GraphMode.Train);
        var targets = new LossTargets([-1, -1], [1, 1], false) { RowWeights = rows.Weights };
        for (var t = 0; t < 2; t++) targets.Labels[t] = rows.Labels(t);
        pass.Graph.RunBackward(pass.Graph.Loss(pass.Logits(rows), targets));

        var divided = ranker.Parameters.Dense.Where(p => p.Place.Axes is { Stack: not null } or { Cols: not null } && !p.Name.StartsWith("san.", StringComparison.Ordinal)).ToArray();
        divided.Length.ShouldBe(2 + 2 + 2 * (2 + 1) + 2 * 4);
        foreach (var parameter in divided)
        {
            var gradient = pass.Graph.Gradients!.Of(parameter).ToArray();
            var mixture = parameter.Name.StartsWith("sei.", StringComparison.Ordinal);
            for (var scenario = 0; scenario < 3; scenario++)
            {
                var moved = gradient.Where((_, i) => MemberOf(parameter, i) == scenario).Any(v => v != 0);
                moved.ShouldBe(scenario == 1 || (mixture && san), $"{parameter.Name}, scenario {scenario}");
            }
        }
    }

    /// <summary>M = 1: there is no other scenario, A is zero and C keeps its width, so that a second one may come.</summary>
    [Fact]
    public void Scenario_OnlyOne_HasNothingOfOthers()
    {
        var parameters = new ParameterSet(1);
        var model = (Hinet)Options.Build(new Scope(parameters), new ModelShape(4, [1], 1));
        var g = new Graph(GraphMode.Train, parameters);
        var all = model.Scenario(g, g.Input([1, 2, 3, 4, -1, 0, 1, 2], 2, 4), NodeIndex.Constant(0));
        all.Cols.ShouldBe(3 * 8);
        foreach (var row in g.Value(all).ToArray().Chunk(24))
        {
            row.Take(8).ShouldAllBe(v => v == 0);
            row.Skip(8).ShouldContain(v => v != 0);
        }
    }

    /// <summary>The cost: (M + 1) K sub-experts a row with the attention, 2 K without.</summary>
    [Fact]
    public void Work_Attention_ComputesAllScenariosMixtures()
    {
        var width = TinyData.Schema([3], [-1, -1]).Width;
        var (with, without) = (Products(Options with { Heads = PairHeads.Task }), Products(Options with { Heads = PairHeads.Task, San = false }));
        var (table, block) = (3 * 3 * Options.IndicatorWidth, 8 * (6 * 8 + 2 * 4));
        (with - without).ShouldBe(Rows * (2 * Options.SubExperts * (width + width * 8) + block) + table);

        static long Products(HinetOptions options)
        {
            var ranker = Made(options);
            var pass = new ForwardPass(ranker, GraphMode.Score);
            pass.Logits(TinyData.Rows(ranker.Schema, Rows, 9));
            return pass.Graph.Work.Active;
        }
    }

    static Ranker Made(HinetOptions options) => new(TinyData.Schema([3], [-1, -1]), options, 1);

    static int MemberOf(Parameter parameter, int i)
    {
        var each = parameter.Length / 3;
        return parameter.Place.Axes.Stack is not null ? i / each : i % parameter.Cols / (parameter.Cols / 3);
    }
}
