using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Inference.Tests;

public sealed class PredictorTests
{
    const int Rows = 400;

    readonly Ranker _ranker = new(TinyData.Schema([2, 3], [-1, 0, -1]), new Aesm2Options(), 1);

    [Fact]
    public void Score_AnyNumberOfThreads_EqualsTheForwardPass()
    {
        var batch = TinyData.Rows(_ranker.Schema, Rows, 2, unknown: 0.1);
        var expected = new float[3 * Rows];
        new ForwardPass(_ranker, GraphMode.Score).Scores(batch, expected);
        foreach (var threads in (int[])[0, 1, 2, 5])
        {
            using var pool = threads == 0 ? null : new WorkerPool(threads);
            var scores = new float[3 * Rows];
            new Predictor(_ranker, pool).Score(batch, scores);
            Bits(scores).ShouldBe(Bits(expected));
        }
    }

    [Fact]
    public void Score_ManyCallersAtOnce_EachGetsItsOwnScores()
    {
        using var pool = new WorkerPool(2);
        var predictor = new Predictor(_ranker, pool);
        var batches = Enumerable.Range(0, 8).Select(i => TinyData.Rows(_ranker.Schema, 1 + 60 * i, (ulong)i)).ToArray();
        var expected = batches.Select(b => Bits(Scores(new Predictor(_ranker), b))).ToArray();
        var same = new bool[8];
        var threads = Enumerable.Range(0, 8).Select(i => new Thread(() =>
        {
            same[i] = true;
            for (var n = 0; n < 20; n++) same[i] &= Bits(Scores(predictor, batches[i])).AsSpan().SequenceEqual(expected[i]);
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        same.ShouldAllBe(s => s);
    }

    [Fact]
    public void Score_ConditionalTask_IsTheProductAndItsOwnProbabilityOnRequest()
    {
        var batch = TinyData.Rows(_ranker.Schema, 30, 2);
        var (scores, conditional) = (new float[90], new float[90]);
        new Predictor(_ranker).Score(batch, scores, conditional);
        for (var row = 0; row < 30; row++)
        {
            conditional[row].ShouldBe(scores[row]);
            scores[30 + row].ShouldBe(scores[row] * conditional[30 + row], 1e-7f);
            conditional[60 + row].ShouldBe(scores[60 + row]);
        }
    }

    [Fact]
    public void Score_TooFewScores_SaysHowManyAreNeeded() =>
        Should.Throw<ArgumentException>(() => new Predictor(_ranker).Score(TinyData.Rows(_ranker.Schema, 4, 2), new float[11])).Message.ShouldContain("12 needed");

    [Fact]
    public void Score_NoRows_WritesNothing()
    {
        var scores = new float[] { 7 };
        new Predictor(_ranker).Score(new Batch(_ranker.Schema, 4), scores);
        scores[0].ShouldBe(7);
    }

    [Fact]
    public void Score_SteadyState_AllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        var predictor = new Predictor(_ranker, pool);
        var batch = TinyData.Rows(_ranker.Schema, Rows, 2);
        var scores = new float[3 * Rows];
        Allocations.Of(pool, 20, 50, () => predictor.Score(batch, scores)).ShouldBe(0);
    }

    static float[] Scores(Predictor predictor, Batch batch)
    {
        var scores = new float[3 * batch.Count];
        predictor.Score(batch, scores);
        return scores;
    }

    static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
