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

        var one = Encoded(1);

        Encoded(2).ShouldBe(one);
        Encoded(7).ShouldBe(one);

        byte[] Encoded(int threads)
        {
            using var rows = new SourceRows(spec, folder.Path, default);
            using var text = new TextPass(spec, part => folder.File($"{part}"), Importer.DistinctNumbers, fit: true, threads);
            text.Run(rows, null, default);
            using var stream = new MemoryStream();
            new EncodingPass(spec, SchemaFitter.Fit(spec, text), text).Run(stream, null, default);
            return stream.ToArray();
        }
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

    static string Text(int rows, Func<char, int, object> number)
    {
        var text = new System.Text.StringBuilder("x,y,part,r,u,n,m\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i * 7919L % 1231},{i % 2},{"aabc"[i % 4]},r{i % 3},u{i % 400},{number('n', i)},{number('m', i)}\n");
        }

        return text.ToString();
    }
}
