using System.Globalization;
using Switchyard.Data;
using Switchyard.Testing;

namespace Switchyard.Tests;

public sealed class ReplaySourceTests
{
    /// <summary>Old rows are numbered from here.</summary>
    const int FirstOld = 10_000;

    // The newer schema has a node and a task more.
    static readonly Schema Old = TinyData.Schema([2], [-1]);
    static readonly Schema New = TinyData.Schema([3], [-1, -1]);

    [Theory]
    [InlineData(100, 40, 1, 8)]
    [InlineData(100, 40, 0.5, 7)]
    [InlineData(64, 64, 0.37, 16)]
    [InlineData(10, 200, 1, 16)]
    [InlineData(0, 50, 1, 16)]
    [InlineData(50, 50, 0, 16)]
    public void Next_AnyShare_EveryBatchHasItsPartOfOldRows(int rows, int old, double share, int size)
    {
        using var source = Mixed(rows, old, share, size);
        var replayed = (int)Math.Round(share * old);
        source.RowCount.ShouldBe(rows + replayed);

        source.Rewind(1);
        var batch = new Batch(New, size);
        var (all, fromOld) = (0, 0);
        while (source.Next(batch, size))
        {
            batch.Count.ShouldBe(Math.Min(size, rows + replayed - all));
            all += batch.Count;
            var here = batch.Rows.Take(batch.Count).Count(r => r >= FirstOld);
            fromOld += here;
            ((double)here).ShouldBe((double)batch.Count * replayed / (rows + replayed), 1 - 1e-9);
            fromOld.ShouldBe((int)Math.Floor((double)all * replayed / (rows + replayed)));
        }

        all.ShouldBe(rows + replayed);
        source.Next(batch, size).ShouldBeFalse();
    }

    [Theory]
    [InlineData(100, 40, 1, 8)]
    [InlineData(100, 40, 0.5, 7)]
    [InlineData(10, 200, 1, 16)]
    [InlineData(10, 200, 0.9, 4)]
    public void Rewind_EveryEpoch_HasEachNewRowOnceAndNoOldRowTwice(int rows, int old, double share, int size)
    {
        using var source = Mixed(rows, old, share, size);
        for (var epoch = 0; epoch < 4; epoch++)
        {
            var numbers = Numbers(source, epoch, size);
            numbers.Where(r => r < FirstOld).ShouldBe(Enumerable.Range(0, rows).Select(r => (long)r), ignoreOrder: true);
            long[] replayed = [.. numbers.Where(r => r >= FirstOld)];
            replayed.ShouldBeUnique();
            replayed.Length.ShouldBe((int)Math.Round(share * old));
        }
    }

    [Fact]
    public void Rewind_OtherEpoch_ReplaysOtherOldRows()
    {
        using var source = Mixed(100, 200, 0.25, 16);
        var epochs = Enumerable.Range(0, 12).Select(e => Numbers(source, e, 16).Where(r => r >= FirstOld).ToHashSet()).ToArray();

        // By chance, a quarter of the fifty rows of an epoch is in another one's fifty, and 194 of the 200 rows in one of twelve epochs.
        for (var e = 1; e < epochs.Length; e++) epochs[e].Count(epochs[0].Contains).ShouldBeLessThan(25);
        epochs.SelectMany(e => e).Distinct().Count().ShouldBeGreaterThan(180);
    }

    [Theory]
    [InlineData(60, 40, 1, 8)]
    [InlineData(10, 200, 1, 16)]
    [InlineData(0, 40, 1, 16)]
    public void Next_EveryKindOfField_ArrivesIntact(int rows, int old, double share, int size)
    {
        var (newRows, oldRows) = (Rows(New, rows, 0), Rows(Old, old, FirstOld));
        using var source = new ReplaySource(new ShuffledRows(newRows, 1), new ShuffledRows(oldRows, 2), share, size);
        var batch = new Batch(New, size);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            source.Rewind(epoch);
            while (source.Next(batch, size))
            {
                for (var r = 0; r < batch.Count; r++)
                {
                    var number = (int)batch.Rows[r];
                    Text(batch, r).ShouldBe(number < FirstOld ? Text(newRows, number) : Text(oldRows, number - FirstOld));
                }
            }
        }
    }

    [Fact]
    public void Next_SameSeeds_SameRowsInTheSameOrder()
    {
        using var first = Mixed(100, 80, 0.5, 16);
        using var second = Mixed(100, 80, 0.5, 16);
        using var other = Mixed(100, 80, 0.5, 16, seed: 7);
        var rows = Texts(first, 2, 16);

        Texts(second, 0, 16).ShouldNotBe(rows);
        Texts(second, 2, 16).ShouldBe(rows);
        Texts(first, 2, 16).ShouldBe(rows);
        Texts(other, 2, 16).ShouldNotBe(rows);
    }

    [Fact]
    public void Next_SteadyState_AllocatesNothing()
    {
        using var source = Mixed(400, 600, 0.5, 32);
        var batch = new Batch(New, 32);
        for (var epoch = 0; epoch < 20; epoch++) Pass(epoch);

        // The least of several: a batch with more list items than any before makes its buffers grow.
        Enumerable.Range(0, 5).Min(Pass).ShouldBe(0);

        long Pass(int epoch)
        {
            source.Rewind(epoch);
            var before = GC.GetAllocatedBytesForCurrentThread();
            while (source.Next(batch, 32))
            {
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    static ReplaySource Mixed(int rows, int old, double share, int size, ulong seed = 1) =>
        new(new ShuffledRows(Rows(New, rows, 0), seed), new ShuffledRows(Rows(Old, old, FirstOld), seed + 1), share, size);

    /// <summary>Rows numbered from the first on.</summary>
    static Batch Rows(Schema schema, int count, int first)
    {
        var rows = TinyData.Rows(schema, Math.Max(count, 1), (ulong)first, unknown: 0.1, unobserved: 0.1, weighted: true);
        rows.Count = count;
        for (var r = 0; r < count; r++) rows.Rows[r] = first + r;
        return rows;
    }

    static long[] Numbers(ReplaySource source, int epoch, int size) => Pass(source, epoch, size, (batch, row) => batch.Rows[row]);

    static string[] Texts(ReplaySource source, int epoch, int size) => Pass(source, epoch, size, Text);

    static T[] Pass<T>(ReplaySource source, int epoch, int size, Func<Batch, int, T> what)
    {
        var (batch, all) = (new Batch(New, size), new List<T>());
        source.Rewind(epoch);
        while (source.Next(batch, size)) all.AddRange(Enumerable.Range(0, batch.Count).Select(r => what(batch, r)));
        return [.. all];
    }

    /// <summary>Everything that a batch has of a row; a task that its schema lacks is not observed.</summary>
    static string Text(Batch batch, int row)
    {
        var fields = batch.Schema.Fields.Select((f, i) => f.Kind switch
        {
            FieldKind.Number => $"{batch.Numbers(i)[2 * row]:R} {batch.Numbers(i)[2 * row + 1]:R}",
            FieldKind.Single => batch.Ids(i)[row].ToString(CultureInfo.InvariantCulture),
            _ => string.Join(' ', batch.Ids(i)[batch.Offsets(i)[row]..batch.Offsets(i)[row + 1]]),
        });
        var labels = Enumerable.Range(0, New.Tasks.Length).Select(t => t < batch.Schema.Tasks.Length ? batch.Labels(t)[row] : float.NaN);
        return $"{string.Join('|', fields)}; {batch.Nodes(0)[row]}; {string.Join(' ', labels)}; {batch.Weights[row]:R}; {batch.Groups[row]}; {batch.Rows[row]}";
    }

    /// <summary>The rows of a batch, in an order that seed and epoch decide.</summary>
    sealed class ShuffledRows(Batch rows, ulong seed) : IBatchSource
    {
        readonly int[] _order = new int[rows.Count];
        int _next;

        public Schema Schema => rows.Schema;

        public long RowCount => rows.Count;

        public void Rewind(int epoch)
        {
            _next = 0;
            for (var i = 0; i < _order.Length; i++) _order[i] = i;
            new RandomStream(seed, (ulong)epoch, 0).Shuffle(_order);
        }

        public bool Next(Batch batch, int size)
        {
            var count = Math.Min(size, rows.Count - _next);
            if (count == 0) return false;
            TinyData.Copy(rows, _order.AsSpan(_next, count), batch);
            _next += count;
            return true;
        }

        public void Dispose()
        {
        }
    }
}
