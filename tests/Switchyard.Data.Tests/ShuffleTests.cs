namespace Switchyard.Data.Tests;

public sealed class ShuffleTests : IDisposable
{
    const int Count = 20_000;

    readonly TemporaryFolder _folder = new();
    readonly Dataset _data;

    public ShuffleTests()
    {
        // x tells the row, the list its length and values: whatever moves must move together.
        _folder.Write("rows.csv", "x,list,n,y,part\n" + string.Concat(Enumerable.Range(0, Count).Select(
            i => $"{i},{string.Join('|', Enumerable.Range(0, i % 4).Select(k => (i + k) % 50))},{i},{i % 2},a\n")));
        _data = _folder.Import(Make.Small() with
        {
            Fields =
            [
                Make.Categorical("x"),
                new FieldSpec { Name = "list", Type = FieldType.MultiValue },
                new FieldSpec { Name = "n", Type = FieldType.Numeric, Encoding = NumericEncoding.Standardise },
            ],
        });
    }

    long[] Order(ShuffleOptions? shuffle, int epoch, int size = 1000)
    {
        using var source = _data.Open(Part.Train, shuffle);
        return Make.RowNumbers(source, epoch, size);
    }

    [Fact]
    public void Open_WithoutShuffle_KeepsFileOrderWhateverTheBatchSize()
    {
        foreach (var size in new[] { 1, 7, 4095, 4096, 4097, Count, 2 * Count })
            Order(null, 5, size).ShouldBe(Enumerable.Range(0, Count).Select(i => (long)i));
    }

    [Theory]
    [InlineData(1 << 18)]
    [InlineData(4096)]
    [InlineData(9000)]
    [InlineData(1)]
    public void Open_Shuffled_IsAPermutationSetBySeedAndEpochAlone(int buffer)
    {
        var options = new ShuffleOptions { Seed = 9, BufferRows = buffer };
        var first = Order(options, 3, 1000);
        first.Order().ShouldBe(Enumerable.Range(0, Count).Select(i => (long)i));
        Order(options, 3, 333).ShouldBe(first);
        Order(options, 4).ShouldNotBe(first);
        Order(options with { Seed = 10 }, 3).ShouldNotBe(first);

        // Neither earlier epochs nor a pass broken off change it.
        using var source = _data.Open(Part.Train, options);
        Make.RowNumbers(source, 0).Length.ShouldBe(Count);
        source.Rewind(1);
        source.Next(new Batch(_data.Schema, 100), 100).ShouldBeTrue();
        Make.RowNumbers(source, 3).ShouldBe(first);
    }

    [Fact]
    public void Open_ShuffledInOneBuffer_IsUniform()
    {
        // A row's place correlates with its number by about 1/√n; five of them is one in two million.
        for (var epoch = 0; epoch < 5; epoch++)
        {
            var order = Order(new ShuffleOptions(), epoch);
            Math.Abs(Correlation(order)).ShouldBeLessThan(5 / Math.Sqrt(Count));
            order.Where((row, place) => row == place).Count().ShouldBeLessThan(12);
        }
    }

    [Fact]
    public void Open_ShuffledInSmallBuffers_MixesBlocksAndStaysBounded()
    {
        var order = Order(new ShuffleOptions { BufferRows = 8192 }, 1);
        // Two blocks a buffer, of which one may be the last and shorter: these rows come from at most two blocks, and not in their order.
        var rows = 4096 + (Count % 4096);
        order.Take(rows).Select(r => r / 4096).Distinct().Count().ShouldBe(2);
        order.Take(rows).ShouldNotBe(order.Take(rows).Order());
        var firstBlocks = Enumerable.Range(0, 40).Select(e => Order(new ShuffleOptions { BufferRows = 4096 }, e)[0] / 4096).Distinct();
        firstBlocks.Count().ShouldBe(5);
    }

    [Fact]
    public void Next_Shuffled_KeepsTheValuesOfARowTogether()
    {
        var whole = Make.Whole(_data, Part.Train);
        using var source = _data.Open(Part.Train, new ShuffleOptions { BufferRows = 5000 });
        foreach (var batch in Make.Batches(source, 777))
        {
            for (var r = 0; r < batch.Count; r++)
            {
                var at = (int)batch.Rows[r];
                batch.Ids(0)[r].ShouldBe(whole.Ids(0)[at]);
                batch.Labels(0)[r].ShouldBe(whole.Labels(0)[at]);
                batch.Numbers(2)[2 * r].ShouldBe(whole.Numbers(2)[2 * at]);
                var list = batch.Ids(1).AsSpan(batch.Offsets(1)[r]..batch.Offsets(1)[r + 1]).ToArray();
                list.ShouldBe(whole.Ids(1).AsSpan(whole.Offsets(1)[at]..whole.Offsets(1)[at + 1]).ToArray());
                list.Length.ShouldBe(at % 4);
            }
        }
    }

    [Fact]
    public void Next_InSteadyState_AllocatesNothing()
    {
        foreach (var options in new[] { null, new ShuffleOptions(), new ShuffleOptions { BufferRows = 4096 } })
        {
            using var source = _data.Open(Part.Train, options);
            var batch = new Batch(_data.Schema, 512);
            for (var epoch = 0; epoch < 3; epoch++) Pass(source, batch, epoch);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Pass(source, batch, 3);
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        }
    }

    static void Pass(IBatchSource source, Batch batch, int epoch)
    {
        source.Rewind(epoch);
        while (source.Next(batch, 512))
        {
        }
    }

    [Fact]
    public void Next_AtTheEnd_StaysAtTheEndUntilRewound()
    {
        using var source = _data.Open(Part.Train, new ShuffleOptions());
        Make.Batches(source).Sum(b => b.Count).ShouldBe(Count);
        var batch = new Batch(_data.Schema, 8);
        source.Next(batch, 8).ShouldBeFalse();
        source.Next(batch, 8).ShouldBeFalse();
        batch.Count.ShouldBe(0);
        source.Rewind(1);
        source.Next(batch, 8).ShouldBeTrue();
        source.RowCount.ShouldBe(Count);
    }

    static double Correlation(long[] order)
    {
        var mean = (order.Length - 1) / 2.0;
        var variance = order.Select((_, i) => (i - mean) * (i - mean)).Sum();
        return order.Select((row, place) => (row - mean) * (place - mean)).Sum() / variance;
    }

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }
}
