using System.IO.Compression;
using System.Text;

namespace Switchyard.Data.Tests;

public sealed class TextTests
{
    static List<string[]> Read(string text, char separator = ',', string[]? columns = null)
    {
        using var rows = new CsvRows(new MemoryStream(Encoding.UTF8.GetBytes(text)), "rows.csv", separator, columns);
        var all = new List<string[]>();
        while (rows.Read()) all.Add([.. Enumerable.Range(0, rows.Header.Count).Select(rows.Text)]);
        return all;
    }

    static string Error(string text, string[]? columns = null) => Should.Throw<InputException>(() => Read(text, ',', columns)).Message;

    [Fact]
    public void Read_QuotedValues_AreUnquoted() =>
        Read("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"line\nbreak\",é\n").ShouldBe([["x, y", "say \"hi\""], ["line\nbreak", "é"]]);

    [Fact]
    public void Read_CarriageReturnsAndNoLastLineBreak_AreUnderstood() => Read("a,b\r\n1,2\r\n3,").ShouldBe([["1", "2"], ["3", ""]]);

    [Fact]
    public void Read_ByteOrderMark_IsNotPartOfTheHeader() => Read("\uFEFFa,b\n1,2\n").ShouldBe([["1", "2"]]);

    [Fact]
    public void Read_NamedColumns_TakeTheFirstLineAsARow() => Read("1,2\n3,4\n", ',', ["a", "b"]).ShouldBe([["1", "2"], ["3", "4"]]);

    [Fact]
    public void Read_ShortRow_NamesLineAndCounts() => Error("a,b\n1,2\n3\n").ShouldStartWith("rows.csv, line 3 (row 2): 1 value, but the header has 2 columns.");

    [Fact]
    public void Read_LongRow_NamesLineAndCounts() => Error("a,b\n1,2,3\n").ShouldStartWith("rows.csv, line 2 (row 1): 3 values, but the header has 2 columns.");

    [Fact]
    public void Read_RowsUnlikeNamedColumns_AreRefused() => Error("1,2,3\n", ["a", "b"]).ShouldContain("the configuration names 2 columns");

    [Fact]
    public void Read_UnterminatedQuote_NamesItsLine() => Error("a,b\n1,2\n3,\"4\n5,6\n").ShouldStartWith("rows.csv, line 3: a quoted field that is never closed");

    [Fact]
    public void Read_LineNumberAfterQuotedLineBreak_CountsEveryLine() => Error("a,b\n\"x\ny\",2\n3\n").ShouldStartWith("rows.csv, line 4 (row 2)");

    [Fact]
    public void Read_EmptyFile_SaysSo() => Error("").ShouldContain("the file is empty");

    [Fact]
    public void Read_RepeatedHeaderName_NamesIt() => Error("a,b,a\n1,2,3\n").ShouldContain("column 'a' twice (columns 1 and 3)");

    [Fact]
    public void Read_BytesThatAreNotUtf8_NameTheLine()
    {
        var bytes = Encoding.UTF8.GetBytes("a,b\n1,2\n3,x\n");
        bytes[^2] = 0xE9;
        using var rows = new CsvRows(new MemoryStream(bytes), "rows.csv");
        rows.Read().ShouldBeTrue();
        Should.Throw<InputException>(() => rows.Read()).Message.ShouldStartWith("rows.csv, line 3 (row 2): the row is not UTF-8");
    }

    [Fact]
    public void Open_MissingFile_NamesThePath() =>
        Should.Throw<InputException>(() => RowReader.Open("no-such-file.csv")).Message.ShouldContain("no-such-file.csv");

    [Fact]
    public void Open_Gzip_IsUnpacked()
    {
        using var folder = new TemporaryFolder();
        using (var gzip = new GZipStream(File.Create(folder.File("rows.tsv.gz")), CompressionLevel.Fastest)) gzip.Write("a\tb\n1\tx,y\n"u8);
        using var rows = RowReader.Open(folder.File("rows.tsv.gz"));
        rows.Read().ShouldBeTrue();
        rows.Text(1).ShouldBe("x,y");
        rows.Read().ShouldBeFalse();
    }

    [Fact]
    public void Open_TextNamedGzip_IsAnInputError()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rows.csv.gz", "a,b\n1,2\n");
        Should.Throw<InputException>(() => RowReader.Open(folder.File("rows.csv.gz"))).Message.ShouldContain("gzip");
    }

    [Fact]
    public void Open_GzipCutShort_IsAnInputError()
    {
        using var folder = new TemporaryFolder();
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{Fnv1a64.Of($"{i}")},{i}\n"));
        using (var gzip = new GZipStream(File.Create(folder.File("rows.csv.gz")), CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes("a,b\n" + text));
        using (var file = File.OpenWrite(folder.File("rows.csv.gz"))) file.SetLength(file.Length / 2);
        Should.Throw<InputException>(() =>
        {
            using var rows = RowReader.Open(folder.File("rows.csv.gz"));
            while (rows.Read())
            {
            }
        }).Message.ShouldContain("rows.csv.gz");
    }

    [Fact]
    public void Interner_ManyTexts_NumbersThemInOrderAndFindsThem()
    {
        var interner = new Utf8Interner();
        var expected = new Dictionary<string, int>();
        var random = new Random(5);
        for (var i = 0; i < 50_000; i++)
        {
            var text = new string('é', random.Next(4)) + random.Next(20_000);
            expected.TryAdd(text, expected.Count);
            interner.Add(Encoding.UTF8.GetBytes(text)).ShouldBe(expected[text]);
        }

        interner.Count.ShouldBe(expected.Count);
        foreach (var (text, index) in expected)
        {
            interner.Find(Encoding.UTF8.GetBytes(text)).ShouldBe(index);
            interner.Text(index).ShouldBe(text);
        }

        interner.Find("absent"u8).ShouldBe(-1);
    }

    [Fact]
    public void Interner_EmptyTextFirst_IsKept()
    {
        var interner = new Utf8Interner();
        interner.Add([]).ShouldBe(0);
        interner.Add("a"u8).ShouldBe(1);
        interner.Find([]).ShouldBe(0);
    }

    [Fact]
    public void Interner_TextLongerThanAChunk_IsKept()
    {
        var interner = new Utf8Interner();
        var text = new byte[300_000];
        text.AsSpan().Fill((byte)'x');
        interner.Add("a"u8).ShouldBe(0);
        interner.Add(text).ShouldBe(1);
        interner.Add("b"u8).ShouldBe(2);
        interner.Add(text).ShouldBe(1);
        interner[1].Length.ShouldBe(text.Length);
        interner.Text(0).ShouldBe("a");
    }
}
