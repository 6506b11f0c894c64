using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Serving.Tests;

public sealed class ExplainerTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Zoo() => [.. ModelZoo.Options.Keys];

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Explain_EveryModelOfTheZoo_ContributionsAreThoseOfScoringAgain(string name)
    {
        var bundle = TinyModels.Save(_folder["bundle"], options: (ModelOptions)Activator.CreateInstance(ModelZoo.Options[name])!);
        var model = TinyModels.Serve(bundle);
        var (shared, items) = (TinyModels.Shared(3, unknown: true), TinyModels.Items(3, 4));
        var request = TinyModels.Score(TinyModels.Fill(new RankRequest(), model, shared, items));
        var scores = TinyModels.Bits(request.Scores);

        var explanations = Explainer.Explain(request);

        TinyModels.Bits(request.Scores).ShouldBe(scores);
        explanations.Length.ShouldBe(items.Length);
        for (var item = 0; item < items.Length; item++)
        {
            var values = shared.Concat(items[item]).ToDictionary(v => v.Key, v => v.Value);
            var contributions = explanations[item].Contributions;
            contributions.Select(c => (c.Column, c.IsScenario)).ShouldBe(Occlusions(model), ignoreOrder: true);
            contributions.Select(c => Math.Abs(c.Fused)).ShouldBeInOrder(SortDirection.Descending);
            foreach (var contribution in contributions) ShouldBeThatOfScoringAgain(contribution, model, values, request, item);
        }
    }

    [Fact]
    public void Explain_ColumnThatAlsoIsALevel_IsOccludedOnceAsEach()
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));

        var contributions = Explainer.Explain(TinyModels.Score(TinyModels.NewRequest(model, 1, 1)))[0].Contributions;

        contributions.Where(c => c.Column == "region").Select(c => c.IsScenario).ShouldBe([true, false], ignoreOrder: true);
        contributions.Where(c => c.Column == "device").Select(c => c.IsScenario).ShouldBe([true]);
        contributions.ShouldContain(c => c.Fused != 0);
    }

    [Fact]
    public void Explain_ColumnsWithoutLevels_HaveTheDifferencesOfTheScorer()
    {
        var bundle = TinyModels.Save(_folder["bundle"]);
        using var scorer = Scorer.Load(bundle, 1);
        var (shared, items) = (TinyModels.Shared(5), TinyModels.Items(5, 6));
        var request = TinyModels.Score(TinyModels.Fill(new RankRequest(), TinyModels.Serve(bundle), shared, items));

        var explanations = Explainer.Explain(request);

        for (var item = 0; item < items.Length; item++)
        {
            var values = shared.Concat(items[item]).ToDictionary(v => v.Key, v => v.Value);
            foreach (var contribution in explanations[item].Contributions.Where(c => c.Column is not ("region" or "device")))
            {
                var (all, without) = (scorer.Score(values), scorer.Score(values.Where(v => v.Key != contribution.Column).ToDictionary()));
                contribution.Scores.ShouldBe([(double)all["click"] - without["click"], (double)all["book"] - without["book"]]);
                contribution.Fused.ShouldBe(contribution.Scores[1]);
                contribution.Logits[0].ShouldBe(Logit(all["click"]) - Logit(without["click"]), 1e-12);
            }
        }
    }

    [Fact]
    public void Explain_FormulaWithoutAValueForOne_HasTheOthers()
    {
        var bundle = TinyModels.Save(_folder["bundle"]);
        var request = TinyModels.Score(TinyModels.NewRequest(TinyModels.Serve(bundle), 1, 1));
        var item = (double)request.Score(0, 0);
        var without = Explainer.Explain(request)[0].Contributions.ToDictionary(c => (c.Column, c.IsScenario), c => item - c.Scores[0]);
        var lowest = without.Values.Min();
        lowest.ShouldBeLessThan(item);
        var bound = (lowest + without.Values.Append(item).Where(score => score > lowest).Min()) / 2;
        File.WriteAllText(Path.Combine(bundle, Fusion.FileName), FormattableString.Invariant($"formula: log(click - {bound:F12})"));
        var fused = TinyModels.Score(TinyModels.NewRequest(TinyModels.Serve(bundle), 1, 1));

        var contributions = Explainer.Explain(fused)[0].Contributions;

        contributions.Where(c => double.IsNaN(c.Fused)).Select(c => without[(c.Column, c.IsScenario)]).ShouldBe(without.Values.Where(score => score == lowest));
        contributions.Count(c => !double.IsNaN(c.Fused)).ShouldBeGreaterThan(0);
        foreach (var contribution in contributions.Where(c => !double.IsNaN(c.Fused)))
            contribution.Fused.ShouldBe(Math.Log(item - bound) - Math.Log(without[(contribution.Column, contribution.IsScenario)] - bound), 1e-3);
        double.IsNaN(contributions[^1].Fused).ShouldBeTrue();
    }

    [Fact]
    public void Explain_Cancelled_Ends()
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));
        var request = TinyModels.Score(TinyModels.NewRequest(model, 1));

        Should.Throw<OperationCanceledException>(() => Explainer.Explain(request, new CancellationToken(true)));
        Explainer.Explain(TinyModels.Score(TinyModels.NewRequest(model, 1, 0))).ShouldBeEmpty();
    }

    static IEnumerable<(string, bool)> Occlusions(ServedModel model) =>
        model.Fields.Select(f => model.Schema.Fields[f]).Where(f => f.Role != FieldRole.Position).Select(f => (f.Column, false)).Distinct()
            .Concat(model.Schema.Levels.Select(l => (l.Column, true)));

    // One row in a batch of its own: encoded with and without the value, the node of a level set to unknown.
    static void ShouldBeThatOfScoringAgain(Contribution contribution, ServedModel model, Dictionary<string, string?> values, RankRequest request, int item)
    {
        var nodes = Encode(model, values).Select(b => model.Schema.Levels.Select((_, level) => b.Nodes(level)[0]).ToArray()).Single();
        var batch = Encode(model, values.Where(v => contribution.IsScenario || v.Key != contribution.Column).ToDictionary()).Single();
        for (var level = 0; level < nodes.Length; level++)
            batch.Nodes(level)[0] = contribution.IsScenario && model.Schema.Levels[level].Column == contribution.Column ? -1 : nodes[level];
        var scores = new float[model.Tasks.Length];
        model.Predictor.Score(batch, scores);
        for (var task = 0; task < scores.Length; task++) contribution.Scores[task].ShouldBe((double)request.Score(task, item) - scores[task]);
    }

    static IEnumerable<Batch> Encode(ServedModel model, Dictionary<string, string?> values)
    {
        var columns = model.Columns.Names.Take(model.Columns.Read).ToArray();
        var batch = new Batch(model.Schema, 1);
        RowEncoder.Create(model.Schema, columns, "test", fields: model.Fields).Encode(new ValueRow(columns).Set([.. columns.Select(c => values.GetValueOrDefault(c))]), batch, 0);
        batch.Count = 1;
        batch.FixPositions();
        yield return batch;
    }

    static double Logit(double probability) => Math.Log(probability) - Math.Log(1 - probability);
}
