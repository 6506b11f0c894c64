namespace Switchyard.Data.Tests;

/// <summary>What docs/data.md promises of the shuffle, measured on the worst file there is: sorted by its label.</summary>
public sealed class ShuffleQualityTests : IClassFixture<ShuffleQualityTests.SortedFile>
{
    const int BlockRows = 4096;
    const int BlockCount = 40;
    const int Rows = BlockCount * BlockRows;
    const int BatchRows = 512;

    // Blocks with label 1: the last ones of the file.
    const int PositiveBlocks = 10;
    const double Rate = (double)PositiveBlocks / BlockCount;

    readonly Dataset _data;

    public ShuffleQualityTests(SortedFile file) => _data = file.Data;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(BlockCount)]
    public void Epoch_AnySeed_HasEveryRowOnce(int bufferBlocks)
    {
        var seen = new bool[Rows];
        foreach (var seed in Enumerable.Range(1, 6))
        {
            Array.Clear(seen);
            var order = Order(bufferBlocks, (ulong)seed, epoch: seed);
            order.Length.ShouldBe(Rows);
            foreach (var row in order) seen[row] = true;
            seen.ShouldNotContain(false);
        }
    }

    [Fact]
    public void Place_FileFitsTheBuffer_SaysNothingOfTheRow()
    {
        // Correlation of a uniform permutation: normal with deviation 1/√rows. Five of them, in six seeds, is one in 300,000.
        foreach (var seed in Enumerable.Range(1, 6))
        {
            var order = Order(BlockCount, (ulong)seed, epoch: 1);
            Math.Abs(Correlation(order)).ShouldBeLessThan(5 / Math.Sqrt(Rows));
            MeanDisplacement(order).ShouldBe(1.0 / 3, 0.005);
        }
    }

    [Fact]
    public void Place_FileIsLargerThanTheBuffer_IsAsGoodAsAShuffleOfItsBlocks()
    {
        // Whole blocks keep together in a buffer, so that only the order of 40 blocks is random over the epoch: deviation 1/√40 of one epoch.
        var correlations = Enumerable.Range(1, 30).Select(seed => Correlation(Order(4, (ulong)seed, epoch: 2))).ToArray();
        correlations.ShouldAllBe(c => Math.Abs(c) < 5 / Math.Sqrt(BlockCount));
        Math.Abs(correlations.Average()).ShouldBeLessThan(5 / Math.Sqrt(BlockCount * correlations.Length));
        Math.Sqrt(correlations.Average(c => c * c)).ShouldBeInRange(0.6 / Math.Sqrt(BlockCount), 1.5 / Math.Sqrt(BlockCount));
    }

    [Fact]
    public void Neighbours_FileIsLargerThanTheBuffer_AreFarApartInTraining()
    {
        // Two rows that stand beside one another in the file are a third of a buffer apart on average.
        const int bufferBlocks = 8;
        var places = new int[Rows];
        foreach (var (place, row) in Order(bufferBlocks, 3, epoch: 1).Index()) places[row] = place;
        var apart = Enumerable.Range(0, Rows - 1).Where(r => (r + 1) % BlockRows > 0).Average(r => Math.Abs(places[r] - places[r + 1]));
        (apart / (bufferBlocks * BlockRows)).ShouldBe(1.0 / 3, 0.01);
    }

    [Fact]
    public void Epochs_FileIsLargerThanTheBuffer_DrawOtherBlocksTogether()
    {
        // Which blocks share the first buffer, in 60 epochs: 4 of 40 each time, every block about six times and never twenty.
        var drawn = new int[BlockCount];
        for (var epoch = 1; epoch <= 60; epoch++)
        {
            foreach (var block in Order(4, 1, epoch).Take(4 * BlockRows).Select(r => r / BlockRows).Distinct()) drawn[block]++;
        }

        drawn.Sum().ShouldBe(240);
        drawn.Min().ShouldBeGreaterThan(0);
        drawn.Max().ShouldBeLessThan(20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(BlockCount)]
    public void Batches_SortedFile_HaveLabelRatesWithinTheDocumentedDeviation(int bufferBlocks)
    {
        // √(p(1 − p) · (1/b · (n − b)/(n − 1) + 1/B)): b of n blocks are drawn into a buffer, B rows of it into a batch.
        var blocks = Math.Min(bufferBlocks, BlockCount);
        var expected = Math.Sqrt(Rate * (1 - Rate) * (((double)(BlockCount - blocks) / (BlockCount - 1) / blocks) + (1.0 / BatchRows)));
        var rates = Enumerable.Range(1, 24).SelectMany(seed => Rates(bufferBlocks, (ulong)seed)).ToArray();
        rates.Average().ShouldBe(Rate, 1e-9);
        Math.Sqrt(rates.Average(r => (r - Rate) * (r - Rate))).ShouldBeInRange(0.85 * expected, 1.15 * expected);
    }

    [Fact]
    public void Labels_OfASortedFileInOneBuffer_HaveTheRunsOfAUniformOrder()
    {
        // Wald and Wolfowitz: runs of n independent labels of rate p are normal, mean 1 + 2np(1 − p), deviation (mean − 1)/√n.
        foreach (var seed in Enumerable.Range(1, 5))
        {
            var labels = Order(BlockCount, (ulong)seed, epoch: 1).Select(Label).ToArray();
            var runs = 1 + Enumerable.Range(1, Rows - 1).Count(i => labels[i] != labels[i - 1]);
            var mean = 1 + (2 * Rows * Rate * (1 - Rate));
            Math.Abs(runs - mean).ShouldBeLessThan(5 * (mean - 1) / Math.Sqrt(Rows));
        }
    }

    static bool Label(int row) => row / BlockRows >= BlockCount - PositiveBlocks;

    IEnumerable<double> Rates(int bufferBlocks, ulong seed) =>
        Order(bufferBlocks, seed, epoch: 1).Chunk(BatchRows).Select(batch => (double)batch.Count(Label) / batch.Length);

    /// <summary>Row numbers in the order of training.</summary>
    int[] Order(int bufferBlocks, ulong seed, int epoch)
    {
        using var source = _data.Open(Part.Train, new ShuffleOptions { Seed = seed, BufferRows = bufferBlocks * BlockRows });
        source.Rewind(epoch);
        var (batch, order) = (new Batch(_data.Schema, BatchRows), new List<int>(Rows));
        while (source.Next(batch, BatchRows))
        {
            for (var r = 0; r < batch.Count; r++)
            {
                if (batch.Labels(0)[r] == 1 != Label((int)batch.Rows[r])) Assert.Fail($"The label of row {batch.Rows[r]} is another row's.");
                order.Add((int)batch.Rows[r]);
            }
        }

        return [.. order];
    }

    static double Correlation(int[] order)
    {
        var mean = (order.Length - 1) / 2.0;
        return order.Select((row, place) => (row - mean) * (place - mean)).Sum() / order.Select((_, i) => (i - mean) * (i - mean)).Sum();
    }

    /// <summary>Mean distance between place in the file and place in training, as a share of the rows; 1/3 where they are independent.</summary>
    static double MeanDisplacement(int[] order) => order.Select((row, place) => (double)Math.Abs(row - place)).Average() / order.Length;

    public sealed class SortedFile : IDisposable
    {
        readonly TemporaryFolder _folder = new();

        public SortedFile()
        {
            _folder.Write("rows.csv", "x,y,part\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => $"{i % 7},{(Label(i) ? 1 : 0)},a\n")));
            Data = _folder.Import(Make.Small());
        }

        public Dataset Data { get; }

        public void Dispose()
        {
            Data.Dispose();
            _folder.Dispose();
        }
    }
}
