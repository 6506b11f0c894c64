using System.Runtime.CompilerServices;
using Switchyard.Data;
using Switchyard.Engine;
using Switchyard.Kernels;
using Switchyard.Models;
using Switchyard.Testing;

namespace Switchyard.Inference.Tests;

public sealed class PredictorTests
{
    const int Rows = 400;

    readonly Ranker _ranker = Untouched();

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
            new Predictor(Untouched(), pool).Score(batch, scores);
            Bits(scores).ShouldBe(Bits(expected));
        }
    }

    /// <summary>
    /// The expected scores come from another ranker of the same seed: in every round, the callers together are the first that need
    /// the packed weights.
    /// </summary>
    [Fact]
    public void Score_ManyCallersAtOnce_EachGetsItsOwnScores()
    {
        const int callers = 8, rounds = 20;
        using var pool = new WorkerPool(2);
        var other = new Predictor(Untouched());
        var predictor = new Predictor(_ranker, pool);
        var batches = Enumerable.Range(0, callers).Select(i => TinyData.Rows(_ranker.Schema, 1 + 60 * i, (ulong)i)).ToArray();
        var expected = batches.Select(b => Bits(Scores(other, b))).ToArray();
        var wrong = new int[callers];
        using var start = new Barrier(callers, _ => _ranker.Parameters.Touch());
        var threads = Enumerable.Range(0, callers).Select(i => new Thread(() =>
        {
            for (var round = 0; round < rounds; round++)
            {
                start.SignalAndWait();
                if (!Bits(Scores(predictor, batches[i])).AsSpan().SequenceEqual(expected[i])) wrong[i]++;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        wrong.ShouldAllBe(w => w == 0);
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
    public void Score_TooFewConditionalScores_SaysHowManyAreNeeded()
    {
        var message = Should.Throw<ArgumentException>(
            () => new Predictor(_ranker).Score(TinyData.Rows(_ranker.Schema, 4, 2), new float[12], new float[11])).Message;
        message.ShouldContain("conditional");
        message.ShouldContain("12 needed");
    }

    [Fact]
    public void Score_BatchOfAnotherSchema_IsRefusedAndAnEqualOneIsNot()
    {
        var predictor = new Predictor(_ranker);
        var other = TinyData.Rows(TinyData.Schema([2, 4], [-1, 0, -1]), 4, 2);
        Should.Throw<ArgumentException>(() => predictor.Score(other, new float[12])).Message.ShouldContain("another schema");
        var equal = TinyData.Rows(TinyData.Schema([2, 3], [-1, 0, -1]), 4, 2);
        equal.Schema.ShouldNotBeSameAs(predictor.Schema);
        Bits(Scores(predictor, equal)).ShouldBe(Bits(Scores(predictor, TinyData.Rows(_ranker.Schema, 4, 2))));
        Should.Throw<ArgumentException>(() => predictor.Score(other, new float[12])).Message.ShouldContain("another schema");
    }

    /// <summary>Every split of rows into parts, at its borders.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1025)]
    public void Score_AnyNumberOfRows_EqualsTheForwardPass(int rows)
    {
        var batch = TinyData.Rows(_ranker.Schema, rows, 2, unknown: 0.1);
        var (expected, expectedConditional) = (new float[3 * rows], new float[3 * rows]);
        new ForwardPass(_ranker, GraphMode.Score).Scores(batch, expected, expectedConditional);
        foreach (var threads in (int[])[0, 2, 3])
        {
            using var pool = threads == 0 ? null : new WorkerPool(threads);
            var (scores, conditional) = (new float[3 * rows], new float[3 * rows]);
            new Predictor(_ranker, pool).Score(batch, scores, conditional);
            Bits(scores).ShouldBe(Bits(expected));
            Bits(conditional).ShouldBe(Bits(expectedConditional));
        }
    }

    [Theory]
    [InlineData(65, 2)]
    [InlineData(97, 3)]
    [InlineData(200, 6)]
    [InlineData(257, 1)]
    [InlineData(4099, 5)]
    public void FirstRow_AnyRows_PartsAreEvenAndNeitherTooSmallNorTooLarge(int rows, int threads)
    {
        var parts = Predictor.PartsOf(rows, threads);
        int[] counts = [.. Enumerable.Range(0, parts).Select(p => Predictor.FirstRow(p + 1, parts, rows) - Predictor.FirstRow(p, parts, rows))];

        counts.Length.ShouldBeGreaterThan(1);
        counts.Sum().ShouldBe(rows);
        counts.ShouldAllBe(count => count >= 32 && count <= 256);
        (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(8);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    public void Score_Done_KeepsNoArrayOfTheBatch(int rows)
    {
        var predictor = new Predictor(_ranker);
        var arrays = Score(predictor, rows);
        GC.Collect();
        arrays.ShouldAllBe(array => !array.IsAlive);
        GC.KeepAlive(predictor);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference[] Score(Predictor predictor, int rows)
        {
            var batch = TinyData.Rows(predictor.Schema, rows, 2);
            Scores(predictor, batch);
            return [new(batch.Ids(0)), new(batch.Nodes(0)), new(batch.Nodes(1))];
        }
    }

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
        Allocations.Of(pool, 20, 20, () => predictor.Score(batch, scores)).ShouldBe(0);
    }

    /// <summary>All rows are one request by their user: parts of it are scored by two threads.</summary>
    [Fact]
    public void Score_Request_AllocatesNothingAndHasTheScoresOfRowsByThemselves()
    {
        var schema = _ranker.Schema with { Fields = _ranker.Schema.Fields.SetItem(0, _ranker.Schema.Fields[0] with { Side = FieldSide.User }) };
        var ranker = new Ranker(schema, new Aesm2Options(), 1);
        using var pool = new WorkerPool(2);
        var (predictor, whole) = (new Predictor(ranker, pool), new Predictor(ranker) { ShareRequests = false });
        var (batch, one) = (TinyData.Rows(schema, Rows, 2), TinyData.Rows(schema, 1, 3));
        batch.Ids(0).AsSpan(0, Rows).Fill(5);
        Bits(Scores(predictor, batch)).ShouldBe(Bits(Scores(whole, batch)));
        var scores = new float[3 * Rows];
        void Call()
        {
            predictor.Score(batch, scores);
            predictor.Score(one, scores);
        }

        Allocations.Of(pool, 20, 20, Call).ShouldBe(0);
    }

    /// <summary>The same weights every time, in a ranker that has not scored anything.</summary>
    static Ranker Untouched() => new(TinyData.Schema([2, 3], [-1, 0, -1]), new Aesm2Options(), 1);

    static float[] Scores(Predictor predictor, Batch batch)
    {
        var scores = new float[3 * batch.Count];
        predictor.Score(batch, scores);
        return scores;
    }

    static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
