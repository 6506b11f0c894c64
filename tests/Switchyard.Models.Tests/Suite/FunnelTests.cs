using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Testing;

namespace Switchyard.Models.Tests;

/// <summary>ESMM for every model: a conditional task's score is a product, and its loss is taken over all impressions.</summary>
public sealed class FunnelTests
{
    const int Rows = 120;

    static readonly int[] Given = [-1, 0, 1];

    public static TheoryData<string> Registered() => ModelCases.Registered();

    [Theory]
    [MemberData(nameof(Registered))]
    public void Scores_ConditionalTasks_AreProductsOfProbabilities(string name)
    {
        var ranker = Trained.Train(ModelCases.Options(name), steps: 2);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        var batch = TinyData.Rows(ranker.Schema, Rows, 4, unknown: 0.1);
        var logits = Logits(pass, batch);
        var (scores, conditional) = (new float[3 * Rows], new float[3 * Rows]);

        pass.Scores(batch, scores, conditional);

        ranker.Schema.Tasks.Select(t => t.Given).ShouldBe([-1, 0, -1]);
        for (var row = 0; row < Rows; row++)
        {
            double[] own = [.. Enumerable.Range(0, 3).Select(t => Sigmoid(logits[t][row]))];
            for (var t = 0; t < 3; t++) conditional[t * Rows + row].ShouldBe((float)own[t], 1e-6f);
            ((double)scores[row]).ShouldBe(own[0], 1e-6);
            ((double)scores[Rows + row]).ShouldBe(own[0] * own[1], 1e-6);
            ((double)scores[2 * Rows + row]).ShouldBe(own[2], 1e-6);
        }
    }

    /// <summary>Click, purchase, return: rows without a click are rows of all three losses.</summary>
    [Theory]
    [MemberData(nameof(Registered))]
    public void Loss_Funnel_IsTakenOverAllImpressions(string name)
    {
        var schema = TinyData.Schema(Trained.Levels, Given);
        var pass = new ForwardPass(new Ranker(schema, ModelCases.Options(name), 3), GraphMode.Train);
        var batch = TinyData.Rows(schema, Rows, 4);
        for (var t = 1; t < 3; t++)
        {
            for (var row = 0; row < Rows; row++) batch.Labels(t)[row] *= batch.Labels(t - 1)[row];
        }

        var targets = new LossTargets(Given, [1, 1, 1], normaliseObserved: false) { RowWeights = batch.Weights };
        for (var t = 0; t < 3; t++) targets.Labels[t] = batch.Labels(t);
        var logits = Logits(pass, batch);

        var loss = pass.Graph.Value(pass.Graph.Loss(pass.Logits(), targets))[0];

        var expected = new double[3];
        for (var row = 0; row < Rows; row++)
        {
            var p = 1.0;
            for (var t = 0; t < 3; t++)
            {
                p *= Sigmoid(logits[t][row]);
                expected[t] -= (batch.Labels(t)[row] == 1 ? Math.Log(p) : Math.Log(1 - p)) / Rows;
            }
        }

        targets.TaskLoss.ToArray().ShouldBe(expected, 1e-5);
        ((double)loss).ShouldBe(expected.Sum(), 1e-5);
    }

    static float[][] Logits(ForwardPass pass, Batch batch)
    {
        var values = new List<float[]>();
        foreach (var logit in pass.Logits(batch)) values.Add(pass.Graph.Value(logit).ToArray());
        return [.. values];
    }

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
