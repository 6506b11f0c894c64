using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Training.Tests;

public sealed class TrainingStepTests : IDisposable
{
    static readonly MmoeOptions Small = new() { Experts = 2, Expert = new ExpertOptions { Widths = [6] }, TowerWidths = [] };

    readonly WorkerPool _pool = new(1);

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData(LossNormaliser.Rows)]
    [InlineData(LossNormaliser.Observed)]
    public void Run_UnobservedLabels_DividesByRowsOrObserved(LossNormaliser normalise)
    {
        var schema = TinyData.Schema([2], [-1, 0], [1, 3]);
        var ranker = new Ranker(schema, Small, 1);
        var batch = TinyData.Rows(schema, 50, 2, unobserved: 0.4, weighted: true);
        var scores = new float[100];
        new ForwardPass(ranker, GraphMode.Score).Scores(batch, scores);
        var step = new TrainingStep(ranker, new TrainingOptions { Normalise = normalise }, _pool);
        var total = step.Run(batch, 0.001, 0);
        double sum = 0;
        for (var t = 0; t < 2; t++)
        {
            var labels = batch.Labels(t);
            var observed = Enumerable.Range(0, 50).Where(r => !float.IsNaN(labels[r])).ToArray();
            observed.Length.ShouldBeLessThan(50);
            var loss = -observed.Sum(r => batch.Weights[r] * Math.Log(labels[r] == 1 ? scores[50 * t + r] : 1 - scores[50 * t + r]));
            loss /= normalise == LossNormaliser.Rows ? 50 : observed.Length;
            step.TaskLoss[t].ShouldBe(loss, 1e-5);
            sum += schema.Tasks[t].Weight * loss;
        }

        total.ShouldBe(sum, 1e-5);
    }

    [Fact]
    public void Run_LossNotFinite_SaysWhereAndWhatToDo()
    {
        var ranker = new Ranker(TinyData.Schema([2], [-1, -1]), Small, 1);
        var batch = TinyData.Rows(ranker.Schema, 20, 2);
        var step = new TrainingStep(ranker, new TrainingOptions(), _pool);
        step.Run(batch, 0.001, 0);
        ranker.Parameters.DenseValues[0] = float.NaN;
        ranker.Parameters.Touch();
        var before = Problem.Bits(ranker.Parameters.DenseValues);
        var message = Should.Throw<InputException>(() => step.Run(batch, 0.001, 0)).Message;
        message.ShouldContain("not finite in step 2");
        message.ShouldContain("task0");
        message.ShouldContain("task1");
        message.ShouldContain("learning_rate");
        Problem.Bits(ranker.Parameters.DenseValues).ShouldBe(before);
    }

    [Fact]
    public void Run_AuxiliaryTerms_ArePartOfTheLoss()
    {
        var ranker = new Ranker(TinyData.Schema([2, 3], [-1, -1]), new Aesm2Options { AuxiliaryWeight = 0.5 }, 1);
        var step = new TrainingStep(ranker, new TrainingOptions(), _pool);
        var total = step.Run(TinyData.Rows(ranker.Schema, 20, 2), 0.001, 0);
        step.AuxiliaryLoss.ShouldBeGreaterThan(0);
        total.ShouldBe(step.TaskLoss[0] + step.TaskLoss[1] + step.AuxiliaryLoss, 1e-5);
    }

    /// <summary>Two tasks go through the task layer: its parts are means over them.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0)]
    public void Run_AuxiliaryTerms_HaveNamesAndAreWatchedAtWeightZero(double weight)
    {
        var ranker = new Ranker(TinyData.Schema([2, 3], [-1, -1]), new Aesm2Options { AuxiliaryWeight = weight }, 1);
        var step = new TrainingStep(ranker, new TrainingOptions(), _pool);
        for (var i = 0; i < 2; i++) step.Run(TinyData.Rows(ranker.Schema, 20, 2), 0.001, 0);

        var parts = step.Auxiliary.ToArray();

        parts.Select(p => p.Name).ShouldBe(
            ["scenario.0.0.specific", "scenario.0.0.shared", "scenario.1.0.specific", "scenario.1.0.shared", "task.0.specific", "task.0.shared"]);
        parts.Select(p => p.Terms).ShouldBe([1, 1, 1, 1, 2, 2]);
        parts.ShouldAllBe(p => p.Value > 0 && Math.Abs(p.Weighted - weight * p.Value) < 1e-6);
        parts.Sum(p => p.Weighted).ShouldBe(step.AuxiliaryLoss, 1e-6);
    }

    [Fact]
    public void Run_ClipNorm_BoundsAStepOfSgd()
    {
        var ranker = new Ranker(TinyData.Schema([2], [-1]), Small, 1);
        var step = new TrainingStep(ranker, new TrainingOptions { Optimizer = OptimizerKind.Sgd, ClipNorm = 0.01 }, _pool);
        var before = ranker.Parameters.DenseValues.ToArray();
        var tables = ranker.Parameters.Tables.Select(t => t.Values.ToArray()).ToArray();
        step.Run(TinyData.Rows(ranker.Schema, 20, 2), 1, 0);
        var moved = ranker.Parameters.DenseValues.ToArray().Zip(before, (a, b) => (double)(a - b) * (a - b)).Sum();
        for (var t = 0; t < tables.Length; t++) moved += ranker.Parameters.Tables[t].Values.Zip(tables[t], (a, b) => (double)(a - b) * (a - b)).Sum();
        Math.Sqrt(moved).ShouldBe(0.01, 1e-4);
    }

    [Theory]
    [InlineData(EmbeddingUpdate.Lazy)]
    [InlineData(EmbeddingUpdate.Exact)]
    public void Run_NoRateAndNoDecayOfTables_KeepTheirBitsWhileLayersMove(EmbeddingUpdate embeddings)
    {
        var (before, after) = Trained(new TrainingOptions { Embeddings = embeddings, EmbeddingLearningRate = 0, WeightDecay = 0.1, EmbeddingWeightDecay = 0 });

        after.Tables.ShouldBe(before.Tables);
        after.Dense.Zip(before.Dense, (a, b) => a != b).Count(moved => moved).ShouldBeGreaterThan(before.Dense.Length / 2);
    }

    /// <summary>Layers shrink by their decay alone where nothing pulls at them; the tables have a decay of their own.</summary>
    [Fact]
    public void Run_DecayOfTables_IsTheirOwn()
    {
        var (_, ofLayers) = Trained(new TrainingOptions { Optimizer = OptimizerKind.Sgd, WeightDecay = 0.1, EmbeddingWeightDecay = 0 }, steps: 1);
        var (_, once) = Trained(new TrainingOptions { Optimizer = OptimizerKind.Sgd }, steps: 1);
        var (_, ofAll) = Trained(new TrainingOptions { Optimizer = OptimizerKind.Sgd, WeightDecay = 0.1 }, steps: 1);
        var (_, strong) = Trained(new TrainingOptions { Optimizer = OptimizerKind.Sgd, EmbeddingWeightDecay = 50 }, steps: 1);

        ofLayers.Tables.ShouldBe(once.Tables);
        ofLayers.Dense.ShouldNotBe(once.Dense);
        ofAll.Tables.ShouldNotBe(once.Tables);
        ofAll.Dense.ShouldBe(ofLayers.Dense);
        strong.Dense.ShouldBe(once.Dense);
        strong.Tables.ShouldNotBe(once.Tables);
    }

    /// <summary>Bits before and after some steps.</summary>
    ((int[] Dense, int[] Tables) Before, (int[] Dense, int[] Tables) After) Trained(TrainingOptions options, int steps = 3)
    {
        var ranker = new Ranker(TinyData.Schema([2], [-1, 0]), Small, 1);
        var step = new TrainingStep(ranker, options, _pool);
        var before = Bits();
        for (var s = 0; s < steps; s++) step.Run(TinyData.Rows(ranker.Schema, 20, (ulong)s), 0.01, 0);
        step.Optimizer.BeforeReadAll();
        return (before, Bits());

        (int[], int[]) Bits() => (Problem.Bits(ranker.Parameters.DenseValues), [.. ranker.Parameters.Tables.SelectMany(t => Problem.Bits(t.Values))]);
    }
}
