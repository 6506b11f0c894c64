using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Testing;
using Switchyard.Training;

namespace Switchyard.Models.Tests;

public sealed class EmbeddingDropoutTests
{
    const int Rows = 4000;
    const int User = 0;
    const int Item = 1;
    const int Words = 4;

    static readonly Schema Schema = TinyData.Schema([2, 3], [-1, -1]);

    static ForwardPass Bound(GraphMode mode, EmbeddingOptions options, Batch batch, long step = 0, int threads = 1)
    {
        var pool = new WorkerPool(threads);
        var pass = new ForwardPass(new Ranker(Schema, new MmoeOptions { Embedding = options }, 1), mode, pool) { Graph = { Seed = 7, StepNumber = step } };
        pass.Bind(batch);
        pool.Dispose();
        return pass;
    }

    static Batch WithoutZeros()
    {
        var batch = TinyData.Rows(Schema, Rows, 3);
        foreach (var field in (int[])[User, Item, Words])
        {
            foreach (ref var id in batch.Ids(field).AsSpan()) id = Math.Max(id, 1);
        }

        return batch;
    }

    [Fact]
    public void Bind_IdDropout_DropsThatShareOfEveryField()
    {
        var batch = WithoutZeros();
        var inputs = Bound(GraphMode.Train, new EmbeddingOptions { IdDropout = 0.3 }, batch).Inputs;
        foreach (var field in (int[])[User, Item, Words])
        {
            var count = inputs[field].Offsets is { } offsets ? offsets[Rows] : Rows;
            var ids = inputs[field].Ids[..count];
            (ids.Count(id => id == 0) / (double)count).ShouldBe(0.3, 0.03);
            ids.Zip(batch.Ids(field)).Where(p => p.First != 0).ShouldAllBe(p => p.First == p.Second);
            batch.Ids(field).AsSpan(0, count).Contains(0).ShouldBeFalse();
        }

        Enumerable.Range(0, Rows).Count(r => inputs[User].Ids[r] == 0 && inputs[Item].Ids[r] == 0).ShouldBeInRange((int)(0.07 * Rows), (int)(0.11 * Rows), "fields draw for themselves");
    }

    [Fact]
    public void Bind_NamedFieldsOrScoring_LeavesTheOthersAsTheyAre()
    {
        var batch = WithoutZeros();
        var inputs = Bound(GraphMode.Train, new EmbeddingOptions { IdDropout = 0.3, IdDropoutFields = ["item"] }, batch).Inputs;
        inputs[User].Ids.ShouldBeSameAs(batch.Ids(User));
        inputs[Item].Ids.ShouldNotBeSameAs(batch.Ids(Item));
        Bound(GraphMode.Score, new EmbeddingOptions { IdDropout = 0.3 }, batch).Inputs[Item].Ids.ShouldBeSameAs(batch.Ids(Item));
    }

    [Fact]
    public void Bind_ThreadsAndSteps_OnlyTheStepDrawsAnew()
    {
        var batch = WithoutZeros();
        var options = new EmbeddingOptions { IdDropout = 0.3 };
        var one = Bound(GraphMode.Train, options, batch).Inputs[User].Ids;
        Bound(GraphMode.Train, options, batch, threads: 4).Inputs[User].Ids.ShouldBe(one);
        Bound(GraphMode.Train, options, batch, step: 1).Inputs[User].Ids.ShouldNotBe(one);
    }

    /// <summary>Rows of dropped ids are read, so they must have caught up with the steps they missed.</summary>
    [Fact]
    public void Train_ExactTables_RowsOfDroppedIdsAreUpToDate()
    {
        Train(always: true).ShouldBe(Train(always: false));

        static int[] Train(bool always)
        {
            var ranker = new Ranker(Schema, new MmoeOptions { Embedding = new EmbeddingOptions { IdDropout = 0.1 } }, 1);
            using var pool = new WorkerPool(1);
            var step = new TrainingStep(ranker, new TrainingOptions { Embeddings = EmbeddingUpdate.Exact }, pool);
            var rows = WithoutZeros();
            for (var s = 0; s < 40; s++)
            {
                if (always) step.Optimizer.BeforeReadAll();
                step.Run(TinyData.Pick(rows, [s, s + 1]), 0.01, 0);
            }

            step.Optimizer.BeforeReadAll();
            return Trained.Bits(ranker);
        }
    }

    [Fact]
    public void Forward_Dropout_DropsThatShareOfXInTrainingOnly()
    {
        var batch = TinyData.Rows(Schema, Rows, 3);
        var plain = X(GraphMode.Train, 0);
        var dropped = X(GraphMode.Train, 0.2);

        plain.Count(v => v == 0).ShouldBeLessThan(plain.Length / 5, "an empty list of values is 0 too");
        var read = Enumerable.Range(0, plain.Length).Where(i => plain[i] != 0).ToArray();
        (read.Count(i => dropped[i] == 0) / (double)read.Length).ShouldBe(0.2, 0.01);
        read.ShouldAllBe(i => dropped[i] == 0 || dropped[i] == plain[i] * (1 / (1 - 0.2f)));
        X(GraphMode.Score, 0.2).ShouldBe(plain);

        float[] X(GraphMode mode, double dropout)
        {
            var ranker = new Ranker(Schema, new MmoeOptions { Embedding = new EmbeddingOptions { Dropout = dropout } }, 1);
            var pass = new ForwardPass(ranker, mode) { Graph = { Seed = 3 } };
            pass.Bind(batch);
            return pass.Graph.Value(ranker.Embedding.Forward(pass.Graph, pass.Inputs, Rows)).ToArray();
        }
    }

    [Fact]
    public void Build_FieldThatCannotBeDropped_IsNamed()
    {
        Error("itm").ShouldContain("'itm', which is no field that the model reads. Did you mean 'item'?");
        Error("age").ShouldContain("'age', which has no vocabulary");
        Error("tags", without: "tags").ShouldContain("'tags', which is no field that the model reads");

        static string Error(string field, params string[] without) => Should.Throw<InputException>(() => new Ranker(
            Schema, new MmoeOptions { Without = [.. without], Embedding = new EmbeddingOptions { IdDropout = 0.1, IdDropoutFields = [field] } }, 1)).Message;
    }
}
