namespace Switchyard.Data.Tests;

/// <summary>One thread reads, several take columns: what comes out, and which mistake is named, is that of one thread row by row.</summary>
public sealed class ImportThreadsTests
{
    const int Rows = 20_000;

    [Fact]
    public void Run_AnyThreads_WritesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv", Text(Rows, (_, row) => row));
        var spec = Make.Small() with
        {
            Fields =
            [
                Make.Categorical("x"), Make.Numeric("n"), Make.Categorical("u"),
                new FieldSpec { Name = "past", Type = FieldType.Sequence, Shares = "x", MaxLength = 5, History = new HistorySpec { Of = "u", Item = "x" } },
            ],
            Scenario = ["r"],
            Group = "u",
        };

        ShouldWriteTheSame(folder, spec);
    }

    /// <summary>Columns in another order, joined ones behind them, a part a source.</summary>
    [Fact]
    public void Run_SeveralSources_WritesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.csv", Text(Rows, (_, row) => row)).Write("items.csv", Items());
        folder.Write("b.csv", "y,n,x\n" + string.Concat(Enumerable.Range(0, 9_000).Select(i => $"{i % 2},{i},{i % 77}\n")));
        folder.Write("c.csv", "x,more,n,y\n" + string.Concat(Enumerable.Range(0, 9_000).Select(i => $"{i % 79},m,{i},{i % 2}\n")));
        ShouldWriteTheSame(folder, Joined() with
        {
            Sources =
            [
                new SourceSpec { Path = "a.csv", Part = Part.Train }, new SourceSpec { Path = "b.csv", Part = Part.Validation },
                new SourceSpec { Path = "c.csv", Part = Part.Test }, new SourceSpec { Path = "items.csv", JoinOn = ["x"] },
            ],
            Split = new SplitSpec(),
        });
    }

    [Fact]
    public void Run_JsonLines_WritesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("items.csv", Items());
        folder.Write("rows.jsonl", string.Concat(Enumerable.Range(0, Rows).Select(i => $$"""{"x":"{{i * 7919L % 1231}}","n":{{i}},"y":{{i % 2}},"part":"{{"aabc"[i % 4]}}"}""" + "\n")));
        ShouldWriteTheSame(folder, Joined() with { Sources = [new SourceSpec { Path = "rows.jsonl" }, new SourceSpec { Path = "items.csv", JoinOn = ["x"] }] });
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(4, 3)]
    [InlineData(64, 3)]
    public void Helpers_ThreeLanesAndTheCaller_AreNotMoreThanFindWork(int threads, int helpers)
    {
        using var lanes = new ImportLanes(threads);
        for (var lane = 0; lane < 4; lane++) lanes.Add($"lane {lane}", ImportOrder.Field, static (_, _, _) => { });

        lanes.Helpers.ShouldBe(helpers);
    }

    /// <summary>Few rows pass the filter: those who wait hear of the others too.</summary>
    [Fact]
    public void Run_FilterThatKeepsFewRows_ReportsProgress()
    {
        const int Many = 300_000;
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv", "x,y,part\n" + string.Concat(Enumerable.Range(0, Many).Select(i => i % 100_000 == 0 ? "u,1,a\n" : "v,0,a\n")));
        List<long> read = [];

        Importer.Import(Make.Small() with { Filter = Make.All("x == u") }, folder.Path, folder.Cache, new Heard(p => read.Add(p.Stage == ImportStage.Reading ? p.Rows : 0))).Dispose();

        read.Count(r => r is > 0 and < Many).ShouldBeGreaterThan(2);
    }

    /// <summary>The rows after the mistake's block would take the database for ever.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Run_MistakeBeforeASlowQuery_DoesNotWaitForIt()
    {
        using var folder = new TemporaryFolder();
        folder.Write("log.db", "");
        var spec = Make.Small() with
        {
            Sources =
            [
                new SourceSpec
                {
                    Path = "log.db",
                    Query = "with recursive n(i) as (select 0 union all select i + 1 from n where i < 1000000000000) " +
                        "select case when i = 5 then 'dear' else i end as n, 'u' as x, 1 as y, 'a' as part from n where i < 5000 or i > 999999999998",
                },
            ],
            Fields = [Make.Numeric("n")],
        };

        var mistake = await Should.ThrowAsync<InputException>(() => Task.Run(() => folder.Import(spec).Dispose()));

        mistake.Message.ShouldContain("'dear' is not a number");
    }

    [Fact]
    public void Run_StoppedBetweenBlocks_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv", Text(Rows, (_, row) => row));
        using var stop = new CancellationTokenSource();

        Should.Throw<OperationCanceledException>(
            () => Importer.Import(Make.Small() with { Fields = [Make.Categorical("x"), Make.Numeric("n")] }, folder.Path, folder.Cache, new Heard(_ => stop.Cancel()), 7, stop.Token).Dispose());

        Directory.GetFiles(folder.Cache).ShouldBeEmpty();
    }

    /// <summary>As where the disk is full.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Run_ColumnsCannotBeWritten_SaysSo()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv", Text(Rows, (_, row) => row));

        var failure = await Should.ThrowAsync<IOException>(() => Task.Run(() => Encoded(folder, Make.Small(), 7, new FullDisk())));

        failure.Message.ShouldBe(FullDisk.Message);
    }

    [Fact(Timeout = 120_000)]
    public async Task Advance_SpoolCannotBeWritten_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var layout = new RowLayout([], 0, 0, false, false);

        var failure = await Should.ThrowAsync<IOException>(() => Task.Run(() =>
        {
            using var spool = new Spool(folder.File("spool"), layout, _ => throw new IOException(FullDisk.Message));
            for (var block = 0; block < 3; block++) spool.Advance(Blocks.Rows);
        }));

        failure.Message.ShouldBe(FullDisk.Message);
    }

    /// <summary>Copied with the block: the row itself is long gone when its column is read.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Run_ValueThatIsNone_IsNamedWithItsRow(int threads)
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.jsonl", string.Concat(Enumerable.Range(0, Rows).Select(i => $$"""{"x":{{(i == 9_000 ? "[{}]" : "1")}},"y":1,"part":"a"}""" + "\n")));

        Should.Throw<InputException>(() => Importer.Import(Make.Small("rows.jsonl"), folder.Path, folder.Cache, threads: threads).Dispose())
            .Message.ShouldStartWith("rows.jsonl, line 9001 (row 9001): 'x' holds a list");
    }

    /// <summary>Columns are read apart from each other, and a later one may well come to its mistake first.</summary>
    [Theory]
    [InlineData(9_000, 9_001, "n")]
    [InlineData(9_001, 9_000, "m")]
    [InlineData(9_000, 9_000, "n")]
    [InlineData(3, 19_000, "n")]
    public void Run_TwoMistakes_NamesTheFirst(int n, int m, string named)
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv", Text(Rows, (column, row) => row == (column == 'n' ? n : m) ? "dear" : row));
        var spec = Make.Small() with { Fields = [Make.Categorical("x"), Make.Numeric("n"), Make.Numeric("m")] };

        Should.Throw<InputException>(() => folder.Import(spec).Dispose())
            .Message.ShouldStartWith($"rows.csv, line {Math.Min(n, m) + 2} (row {Math.Min(n, m) + 1}), column '{named}': 'dear' is not a number");
    }

    /// <summary>What cannot be parsed is met while the rows before it are still worked on.</summary>
    [Fact]
    public void Run_MistakeBeforeABrokenRow_NamesTheMistake()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv", Text(Rows, (_, row) => row == 50 ? "dear" : row) + "only,two\n");

        Should.Throw<InputException>(() => folder.Import(Make.Small() with { Fields = [Make.Numeric("n")] }).Dispose()).Message.ShouldStartWith("rows.csv, line 52 (row 51), column 'n'");
    }

    static void ShouldWriteTheSame(TemporaryFolder folder, DataSpec spec)
    {
        var one = Bytes(1);

        Bytes(2).ShouldBe(one);
        Bytes(7).ShouldBe(one);

        byte[] Bytes(int threads)
        {
            using var stream = new MemoryStream();
            Encoded(folder, spec, threads, stream);
            return stream.ToArray();
        }
    }

    static void Encoded(TemporaryFolder folder, DataSpec spec, int threads, Stream into)
    {
        using var rows = new SourceRows(spec, folder.Path, default);
        using var text = new TextPass(spec, part => folder.File($"{part}"), Importer.DistinctNumbers, fit: true, threads);
        text.Run(rows, null, default);
        new EncodingPass(spec, SchemaFitter.Fit(spec, text), text).Run(into, null, default);
    }

    static DataSpec Joined() => Make.Small() with { Fields = [Make.Categorical("x"), Make.Numeric("n"), Make.Categorical("brand")] };

    static string Items() => "x,brand\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i},b{i % 13}\n"));

    static string Text(int rows, Func<char, int, object> number)
    {
        var text = new System.Text.StringBuilder("x,y,part,r,u,n,m\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i * 7919L % 1231},{i % 2},{"aabc"[i % 4]},r{i % 3},u{i % 400},{number('n', i)},{number('m', i)}\n");
        }

        return text.ToString();
    }

    sealed class Heard(Action<ImportProgress> hear) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => hear(value);
    }

    sealed class FullDisk : MemoryStream
    {
        public const string Message = "No space left on device";

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException(Message);

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException(Message);
    }
}
