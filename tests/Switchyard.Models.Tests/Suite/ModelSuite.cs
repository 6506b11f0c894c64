using System.Reflection;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

/// <summary>What every model must do, without a line of test code of its own.</summary>
public sealed class ModelSuite
{
    public static TheoryData<string> All() => ModelCases.All();

    public static TheoryData<string> Registered() => ModelCases.Registered();

    [Theory]
    [MemberData(nameof(All))]
    public void Score_RowAloneOrInAnyBatch_SameBits(string name)
    {
        const int rows = 300;
        var ranker = Trained.Train(ModelCases.Options(name), steps: 3);
        var batch = TinyData.Rows(ranker.Schema, rows, 9, unknown: 0.1);
        var tasks = ranker.Schema.Tasks.Length;
        var expected = Trained.Scores(ranker, batch);
        var pass = new ForwardPass(ranker, GraphMode.Score);
        foreach (var size in (int[])[1, 13, 100])
        {
            // 7 is coprime to 300: every row once, in another order.
            var order = Enumerable.Range(0, rows).Select(i => (7 * i + 3) % rows).ToArray();
            foreach (var part in order.Chunk(size))
            {
                var scores = new float[tasks * part.Length];
                pass.Scores(TinyData.Pick(batch, part), scores);
                for (var t = 0; t < tasks; t++)
                {
                    Trained.Bits(scores.AsSpan(t * part.Length, part.Length))
                        .ShouldBe(Trained.Bits([.. part.Select(r => expected[t * rows + r])]), $"batches of {size}, task {t}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Logits_RecordingAndScoring_SameBits(string name)
    {
        var ranker = Trained.Train(ModelCases.Quiet(ModelCases.Options(name)), steps: 3);
        var batch = TinyData.Rows(ranker.Schema, 300, 9, unknown: 0.1);
        Logits(GraphMode.Train).ShouldBe(Logits(GraphMode.Score));

        int[] Logits(GraphMode mode)
        {
            var pass = new ForwardPass(ranker, mode);
            var bits = new List<int>();
            foreach (var logit in pass.Logits(batch)) bits.AddRange(Trained.Bits(pass.Graph.Value(logit)));
            return [.. bits];
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TrainAndScore_AnyNumberOfThreads_SameBits(string name)
    {
        var one = Trained.Train(ModelCases.Options(name), threads: 1);
        var batch = TinyData.Rows(one.Schema, 700, 9);
        var scores = Trained.Bits(Trained.Scores(one, batch));
        foreach (var threads in (int[])[2, 5])
        {
            Trained.Bits(Trained.Train(ModelCases.Options(name), threads)).AsSpan().SequenceEqual(Trained.Bits(one)).ShouldBeTrue($"weights, {threads} threads");
            Trained.Bits(Trained.Scores(one, batch, threads)).ShouldBe(scores, $"scores, {threads} threads");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Train_SameSeed_SameBitsAndOtherSeedOthers(string name)
    {
        var options = ModelCases.Options(name);
        var first = Trained.Bits(Trained.Train(options, steps: 4, rows: 40));
        Trained.Bits(Trained.Train(options, steps: 4, rows: 40)).AsSpan().SequenceEqual(first).ShouldBeTrue();
        Trained.Bits(Trained.Train(options, steps: 4, rows: 40, seed: 2)).AsSpan().SequenceEqual(first).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Score_UnknownScenario_IsAProbability(string name)
    {
        var ranker = Trained.Train(ModelCases.Options(name), steps: 3);
        var batch = TinyData.Rows(ranker.Schema, 50, 9, unknown: 1);
        batch.Nodes(0)[0].ShouldBe(-1);
        Trained.Scores(ranker, batch).ShouldAllBe(s => s > 0 && s < 1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Train_SixtyFourRows_LearnsThemByHeart(string name)
    {
        const int rows = 64;
        var ranker = new Ranker(TinyData.Schema(Trained.Levels, [-1, -1]), ModelCases.Quiet(ModelCases.Options(name)), 1);
        var batch = TinyData.Rows(ranker.Schema, rows, 5);
        for (var row = 0; row < rows; row++) batch.Ids(0)[row] = row;
        using var pool = new WorkerPool(1);
        var step = new TrainingStep(ranker, new TrainingOptions(), pool);
        // A choice of experts may still jump in the step after the first good one.
        for (var (s, good) = (0, 0); s < 1000 && good < 10; s++)
        {
            step.Run(batch, 0.01, 0);
            good = step.TaskLoss[0] < 0.001 && step.TaskLoss[1] < 0.001 ? good + 1 : 0;
        }

        var scores = Trained.Scores(ranker, batch);
        for (var t = 0; t < 2; t++)
        {
            var labels = batch.Labels(t);
            var own = scores[(t * rows)..((t + 1) * rows)];
            own.Zip(labels, (p, y) => -Math.Log(y == 1 ? p : 1 - p)).Average().ShouldBeLessThan(0.05, $"task {t}");
        }
    }

    [Theory]
    [MemberData(nameof(Registered))]
    public void Load_AfterSave_SameBitsAndOptions(string name)
    {
        var ranker = new Ranker(TinyBundle.Schema, ModelCases.Options(name), 7);
        using var bundle = new TinyBundle();
        ModelBundle.Save(bundle.Folder, ranker, TinyBundle.Metadata);

        var loaded = ModelBundle.Load(bundle.Folder).Ranker;

        loaded.Options.GetType().ShouldBe(ranker.Options.GetType());
        GrownRanker.OptionDifferences(loaded.Options, ranker.Options).ShouldBeEmpty();
        loaded.Parameters.Tables.Select(t => t.Name).ShouldBe(ranker.Parameters.Tables.Select(t => t.Name));
        Trained.Bits(loaded).AsSpan().SequenceEqual(Trained.Bits(ranker)).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Registered))]
    public void Documentation_EveryArchitecture_HasItsPage(string name)
    {
        var root = typeof(ModelSuite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        File.Exists(Path.Combine(root, "docs", "models", name + ".md")).ShouldBeTrue($"docs/models/{name}.md is missing");
    }

    [Theory]
    [MemberData(nameof(Registered))]
    public void NameOf_EveryArchitecture_IsItsName(string name) => ModelZoo.NameOf(ModelCases.Options(name)).ShouldBe(name);
}
