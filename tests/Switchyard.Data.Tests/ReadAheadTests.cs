using Microsoft.Win32.SafeHandles;

namespace Switchyard.Data.Tests;

/// <summary>A part larger than the buffer, read by a thread of its own while its rows are handed out.</summary>
public sealed class ReadAheadTests : IDisposable
{
    const int BlockCount = 9;
    const int BlockRows = 4096;

    readonly TemporaryFolder _folder = new();
    readonly string _path;

    public ReadAheadTests()
    {
        _folder.Write("rows.csv", "x,y,part\n" + string.Concat(Enumerable.Range(0, BlockCount * BlockRows).Select(i => $"{i % 97},{i % 2},a\n")));
        using var data = _folder.Import(Make.Small());
        _path = data.Path;
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Next_ManyBuffers_HasTheOrderThatSeedAndEpochName(int bufferBlocks)
    {
        // The order told from its definition: shuffled blocks, buffer by buffer, the rows of a buffer shuffled.
        using var data = Dataset.Open(_path);
        using var source = data.Open(Part.Train, new ShuffleOptions { Seed = 5, BufferRows = bufferBlocks * BlockRows });
        var blocks = Enumerable.Range(0, BlockCount).ToArray();
        new RandomStream(5, 3, 0).Shuffle(blocks);
        var expected = new List<long>();
        foreach (var (buffer, chunk) in blocks.Chunk(bufferBlocks).Index())
        {
            var order = Enumerable.Range(0, chunk.Length * BlockRows).ToArray();
            new RandomStream(5, 3, (ulong)buffer + 1).Shuffle(order);
            expected.AddRange(order.Select(o => ((long)chunk[o / BlockRows] * BlockRows) + (o % BlockRows)));
        }

        for (var pass = 0; pass < 3; pass++) Make.RowNumbers(source, 3, 777).ShouldBe(expected);
    }

    [Fact]
    public void Rewind_AtAnyMoment_BeginsTheEpochAnew()
    {
        using var data = Dataset.Open(_path);
        foreach (var shuffle in new[] { null, new ShuffleOptions { BufferRows = 2 * BlockRows } })
        {
            using var source = data.Open(Part.Train, shuffle);
            var whole = Make.RowNumbers(source, 2);
            var batch = new Batch(data.Schema, 1000);
            for (var batches = 0; batches < 40; batches += 3)
            {
                source.Rewind(1);
                for (var i = 0; i < batches; i++) source.Next(batch, 1000);
                Make.RowNumbers(source, 2).ShouldBe(whole);
            }
        }
    }

    [Fact]
    public void Dispose_WhileReading_EndsTheThread()
    {
        using var data = Dataset.Open(_path);
        for (var i = 0; i < 50; i++)
        {
            using var source = data.Open(Part.Train, new ShuffleOptions { BufferRows = BlockRows });
            source.Next(new Batch(data.Schema, 10), 10).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Next_BlockDamaged_IsRefusedByTheBatchThatNeedsItNotBefore(bool shuffled)
    {
        var bytes = File.ReadAllBytes(_path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_path, bytes);
        using var data = Dataset.Open(_path);
        using var source = data.Open(Part.Train, shuffled ? new ShuffleOptions { BufferRows = BlockRows } : null);
        var batch = new Batch(data.Schema, 512);
        source.Rewind(1);
        var rows = 0;
        var message = Should.Throw<InputException>(() =>
        {
            while (source.Next(batch, 512)) rows += batch.Count;
        }).Message;
        message.ShouldContain(_path);
        message.ShouldContain("is damaged");
        message.ShouldContain("delete the file and run once more");
        (rows % BlockRows).ShouldBe(0);
        rows.ShouldBeLessThan(BlockCount * BlockRows);

        // The rows behind the damage are not handed out as if nothing were missing.
        Should.Throw<InputException>(() => source.Next(batch, 512)).Message.ShouldBe(message);
        source.Rewind(1);
        source.Next(batch, 1).ShouldBe(rows > 0);
    }

    [Fact]
    public void Check_ValuesOutsideTheirColumn_AreRefused()
    {
        // Checksums hold, values do not: what a defect of a writer would leave.
        Changed(b => b.Fields.OfType<Column<int>>().First().Values[7] = 98).ShouldContain("id of field x outside its table");
        Changed(b => b.Fields.OfType<Column<int>>().First().Values[4095] = -1).ShouldContain("id of field x outside its table");
        Changed(b => b.Labels[0].Values[0] = 2).ShouldContain("label that is neither 0 nor 1");
        Changed(b => b.Count--).ShouldContain("4095 rows instead of 4096");
        Changed(b => b.Labels[0].Values[9] = RowBuffer.NotObserved).ShouldBeEmpty();
    }

    /// <summary>The message with which a file whose first block was changed and written as it should be is refused; empty where it is not.</summary>
    string Changed(Action<RowBuffer> change)
    {
        var file = _folder.File("changed.columns");
        using (var data = Dataset.Open(_path))
        using (SafeFileHandle from = File.OpenHandle(_path))
        using (var to = File.Create(file))
        {
            var info = ColumnFile.ReadInfo(from);
            var buffer = new RowBuffer(RowLayout.Of(data.Schema), BlockRows);
            byte[] scratch = [];
            Blocks.Append(from, info.Parts[0].Offsets[0], buffer, ref scratch);
            change(buffer);
            ColumnFile.WriteHeader(to);
            Blocks.Write(to, buffer, ref scratch);
            ColumnFile.WriteInfo(to, info with { Parts = [new PartBlocks(BlockRows, 0, [16]), .. info.Parts.Skip(1)] });
        }

        using var changed = Dataset.Open(file);
        using var source = changed.Open(Part.Train);
        try
        {
            source.Next(new Batch(changed.Schema, 1), 1).ShouldBeTrue();
            return "";
        }
        catch (InputException e)
        {
            return e.Message;
        }
    }

    public void Dispose() => _folder.Dispose();
}
