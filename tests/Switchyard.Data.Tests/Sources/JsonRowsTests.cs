using System.IO.Compression;
using System.Text;

namespace Switchyard.Data.Tests;

public sealed class JsonRowsTests
{
    static JsonRows Open(string text, params string[] columns) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "rows.jsonl", columns);

    static string[] Cells(RowReader rows) => [.. Enumerable.Range(0, rows.Header.Count).Select(rows.Text)];

    static string Refusal(string text)
    {
        using var rows = Open(text);
        return Should.Throw<InputException>(() =>
        {
            while (rows.Read()) Cells(rows);
        }).Message;
    }

    [Fact]
    public void Read_EveryKindOfValue_BecomesText()
    {
        using var rows = Open("""{"text":"a, \"b\"\u00e9\n","int":12,"float":1.50e3,"yes":true,"no":false,"none":null,"list":["x",2,true,null,"","é"],"empty":[]}""");
        rows.Header.ShouldBe(["text", "int", "float", "yes", "no", "none", "list", "empty"]);
        rows.Read().ShouldBeTrue();
        Cells(rows).ShouldBe(["a, \"b\"é\n", "12", "1.50e3", "1", "0", "", "x|2|1|é", ""]);
        rows.Read().ShouldBeFalse();
    }

    [Fact]
    public void Read_NestedObjects_AreReachableByPath()
    {
        using var rows = Open("""
            {"user":{"age":3,"home":{"city":"Köln"}},"id":"u1"}
            {"id":"u2","user":null}
            """);
        rows.Header.ShouldBe(["user.age", "user.home.city", "id", "user"]);
        rows.Read();
        Cells(rows).ShouldBe(["3", "Köln", "u1", ""]);
        rows.Read();
        Cells(rows).ShouldBe(["", "", "u2", ""]);
    }

    [Fact]
    public void Read_OtherOrderAbsentAndUnknownKeys_AreMissingOrPassedOver()
    {
        using var rows = Open("{\"a\":1,\"b\":2,\"c\":3}\n\n  \n{\"c\":4,\"z\":{\"a\":[[1]]},\"a\":5}\r\n", "a", "b", "c");
        rows.Read();
        Cells(rows).ShouldBe(["1", "2", "3"]);
        rows.Read();
        Cells(rows).ShouldBe(["5", "", "4"]);
        rows.Place.ShouldBe("rows.jsonl, line 4 (row 2)");
        rows.Read().ShouldBeFalse();
    }

    [Fact]
    public void Header_ListsOfObjects_AreNoColumns()
    {
        using var rows = Open("""{"a":1,"items":[{"id":1}],"pairs":[[1,2]]}""");
        rows.Header.ShouldBe(["a"]);
        rows.Read().ShouldBeTrue();
    }

    [Fact]
    public void Header_KeyInALaterRow_IsAColumn()
    {
        using var rows = Open("\uFEFF{\"a\":1}\n{\"b\":2}");
        rows.Header.ShouldBe(["a", "b"]);
        rows.Read();
        Cells(rows).ShouldBe(["1", ""]);
        rows.Line.ShouldBe(1);
        rows.Read();
        Cells(rows).ShouldBe(["", "2"]);
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":}\n", "rows.jsonl, line 2, byte 6: '}' is an invalid start of a value. Every line must hold one whole JSON object.")]
    [InlineData("{\"a\":1}\n{\"a\":1", "rows.jsonl, line 2, byte 7: '1' is an invalid end of a number.")]
    [InlineData("{\"a\":1}\n[1]", "rows.jsonl, line 2: it begins with an array, but every line must hold one object {…}.")]
    [InlineData("{\"a\":1}\n{\"a\":1} {\"a\":2}", "rows.jsonl, line 2, byte 9: '{' is invalid after a single JSON value.")]
    [InlineData("{\"a\":1}\n{\"a\":1,\"a\":2}", "rows.jsonl, line 2: key 'a' stands there twice.")]
    [InlineData("{\"a\":[1]}\n{\"a\":[{}]}", "rows.jsonl, line 2 (row 2): 'a' holds a list with an object in it")]
    [InlineData("{\"a\":[1]}\n{\"a\":[\"x|y\"]}", "rows.jsonl, line 2 (row 2): an item of the list 'a' contains '|'")]
    [InlineData("{\"a\":1}\n{\"a\":\"\\ud800\"}", "rows.jsonl, line 2: ")]
    public void Read_BrokenRow_NamesItsPlace(string text, string message) => Refusal(text).ShouldStartWith(message);

    [Fact]
    public void Read_ListThatIsNoValue_StopsOnlyWhoAsksForIt()
    {
        using var rows = Open("{\"a\":[\"x|y\"],\"b\":1}\n{\"a\":[1,{\"c\":[2]},3],\"b\":2}\n{\"a\":[4,5],\"b\":3}", "a", "b");
        foreach (var b in (string[])["1", "2"])
        {
            rows.Read().ShouldBeTrue();
            rows.Text(1).ShouldBe(b);
            Should.Throw<InputException>(() => rows.Text(0)).Message.ShouldEndWith("out of 'columns:' where they are named.");
        }

        rows.Read().ShouldBeTrue();
        Cells(rows).ShouldBe(["4|5", "3"]);
    }

    [Theory]
    [InlineData("rows.jsonl", "")]
    [InlineData("more.csv", "rows.jsonl")]
    public void Import_ListThatIsNoValueInAColumnThatNoFieldReads_IsPassedOver(string first, string joined)
    {
        const string own = "{\"k\":1,\"x\":\"u\",\"y\":1,\"part\":\"a\",\"tags\":[\"t\"]}\n{\"k\":2,\"x\":\"v\",\"y\":0,\"part\":\"a\",\"tags\":[\"a|b\"]}\n{\"k\":3,\"x\":\"v\",\"y\":0,\"part\":\"a\",\"tags\":[{\"id\":1}]}\n";
        using var folder = new TemporaryFolder().Write("rows.jsonl", own).Write("more.csv", "k,z\n1,a\n2,b\n3,c\n");
        var spec = Make.Small(first) with { Split = Make.Split("part == a", "part == b", "part == c") };
        if (joined.Length > 0) spec = spec with { Sources = [.. spec.Sources, new SourceSpec { Path = joined, JoinOn = ["k"] }] };
        using (var data = folder.Import(spec)) data.Rows(Part.Train).ShouldBe(3);
        folder.Import(spec with { Split = Make.Split("row mod 2 in [0..1]", "part == b", "part == c") with { KeepIdenticalRowsTogether = true } }).Dispose();
        Directory.Delete(folder.Cache, recursive: true);
        folder.Refusal(spec with { Fields = [new FieldSpec { Name = "tags", Type = FieldType.MultiValue }] }).ShouldStartWith("rows.jsonl, line 2 (row 2): an item of the list 'tags' contains '|'");
    }

    [Fact]
    public void Import_TwoSeparatorsOnOneList_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("rows.jsonl", "{\"x\":[\"u\"],\"y\":1,\"part\":\"a\"}\n").Write("rows.csv", "x,y,part\nu,1,a\n");
        var spec = Make.Small("rows.jsonl") with { Fields = [new FieldSpec { Name = "x", Type = FieldType.MultiValue }, new FieldSpec { Name = "x2", Column = "x", Type = FieldType.Sequence, Separator = ';' }] };
        folder.Refusal(spec).ShouldBe("Fields 'x' and 'x2' read column 'x' with separators '|' and ';', but lists of JSON Lines and PostgreSQL are written with one. Give both the same separator.");
        folder.Import(spec with { Sources = [new SourceSpec { Path = "rows.csv" }] }).Dispose();
    }

    [Fact]
    public void Import_IdenticalRowsWithKeysInAnotherOrder_FallIntoOnePart()
    {
        var first = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"x\":\"u{i}\",\"y\":{i % 2},\"z\":{i}}}\n"));
        var second = string.Concat(Enumerable.Range(0, 200).Select(i => $"{{\"z\":{i},\"new\":null,\"y\":{i % 2},\"x\":\"u{i}\"}}\n"));
        using var folder = new TemporaryFolder().Write("1.jsonl", first).Write("2.jsonl", second);
        using var data = folder.Import(Make.Small() with
        {
            Sources = [new SourceSpec { Path = "1.jsonl" }, new SourceSpec { Path = "2.jsonl" }],
            Split = new SplitSpec { Train = Make.All("row mod 2 == 0"), Test = Make.All("row mod 2 == 1"), KeepIdenticalRowsTogether = true },
        });
        foreach (var part in (Part[])[Part.Train, Part.Test])
        {
            var batch = Make.Whole(data, part);
            var rows = batch.Rows[..batch.Count].ToArray();
            rows.Length.ShouldBeGreaterThan(0);
            rows.Where(r => r < 200).Select(r => r + 200).ShouldBe(rows.Where(r => r >= 200));
        }
    }

    [Fact]
    public void Open_KeyOfTheModelThatNoRowHas_IsMissing()
    {
        using var folder = new TemporaryFolder().Write("rows.jsonl", "{\"x\":\"u\",\"coupon\":\"c\",\"user\":\"n\",\"y\":1,\"part\":\"a\"}\n").Write("new.jsonl", "{\"x\":\"u\",\"user\":\"n\"}\n");
        var recent = new FieldSpec { Name = "recent", Type = FieldType.Sequence, Shares = "x", History = new HistorySpec { Of = "user", Item = "x" } };
        using var data = folder.Import(Make.Small("rows.jsonl") with { Fields = [Make.Categorical("x"), Make.Categorical("coupon"), recent] });
        using var rows = RowReader.Open(new SourceSpec { Path = "new.jsonl" }, folder.Path, data.Schema);
        // No column 'recent': it is built.
        rows.Header.ShouldBe(["x", "user", "coupon"]);
        var encoder = RowEncoder.Create(data.Schema, rows.Header, rows.File);
        rows.Read().ShouldBeTrue();
        var batch = new Batch(data.Schema, 1);
        encoder.Encode(rows, batch, 0);
        batch.Ids(0)[0].ShouldBe(1);
        batch.Ids(1)[0].ShouldBe(0);
    }

    [Theory]
    [InlineData("", "rows.jsonl: the file is empty. A JSON object per line is expected.")]
    [InlineData("\n \n", "rows.jsonl: the file is empty. A JSON object per line is expected.")]
    [InlineData("a,b\n1,2\n", "rows.jsonl, line 1, byte 1: 'a' is an invalid start of a value.")]
    [InlineData("[{\"a\":1}]", "rows.jsonl, line 1: it begins with an array")]
    public void Open_NoJsonLines_IsRefused(string text, string message) => Should.Throw<InputException>(() => Open(text).Dispose()).Message.ShouldStartWith(message);

    [Fact]
    public void Read_BytesThatAreNoUtf8_AreRefused()
    {
        using var rows = new JsonRows(new MemoryStream([.. "{\"a\":1}\n{\"a\":\""u8, 0xFF, .. "\"}"u8]), "rows.jsonl");
        rows.Read();
        Should.Throw<InputException>(() => rows.Read()).Message.ShouldStartWith("rows.jsonl, line 2: the row is not UTF-8 text");
    }

    [Fact]
    public void Read_RowsLongerThanTheBuffer_AreWhole()
    {
        var text = new StringBuilder();
        int[] lengths = [10, 3_000_000, 5, 1_048_576, 2_000_000, 1];
        foreach (var length in lengths) text.Append("{\"a\":\"").Append('x', length).Append("\"}\n");
        using var rows = Open(text.ToString());
        foreach (var length in lengths)
        {
            rows.Read().ShouldBeTrue();
            rows[0].Length.ShouldBe(length);
        }

        rows.Read().ShouldBeFalse();
    }

    [Fact]
    public void Read_LineWithoutEnd_IsRefusedBeforeItFillsTheMemory()
    {
        using var endless = new Endless();
        Should.Throw<InputException>(() => new JsonRows(endless, "rows.jsonl").Dispose()).Message.ShouldBe("rows.jsonl: line 1 is longer than 64 MiB, but one object per line is expected. If it is one array, write its items on lines of their own: jq -c '.[]'.");
        endless.Given.ShouldBeLessThan(3L * TextLines.LongestLine);
    }

    [Fact]
    public void Read_CutGzip_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var i = 0; i < 100_000; i++)
                zip.Write(Encoding.UTF8.GetBytes($"{{\"a\":{i * 7919 % 100_003}}}\n"));
        File.WriteAllBytes(folder.File("rows.jsonl.gz"), packed.ToArray()[..^1000]);
        using var rows = RowReader.Open(folder.File("rows.jsonl.gz"));
        Should.Throw<InputException>(() =>
        {
            while (rows.Read())
            {
            }
        }).Message.ShouldContain("the file is damaged");
    }

    [Fact]
    public void Read_Rows_AllocateNothing()
    {
        var line = Encoding.UTF8.GetBytes("{\"a\":1,\"list\":[\"x\",\"y\"],\"user\":{\"name\":\"J\\u00f6rg\"}}\n");
        using var rows = new JsonRows(new MemoryStream([.. Enumerable.Repeat(line, 5000).SelectMany(l => l)]), "rows.jsonl");
        for (var i = 0; i < 100; i++) rows.Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 4000; i++) rows.Read();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4000);
        Cells(rows).ShouldBe(["1", "x|y", "Jörg"]);
    }

    [Fact]
    public void Import_ListsOfAFieldWithItsOwnSeparator_AreDividedByIt()
    {
        using var folder = new TemporaryFolder().Write("rows.jsonl", "{\"x\":[\"u|v\",\"w\"],\"y\":1,\"part\":\"a\"}\n");
        using var data = folder.Import(Make.Small("rows.jsonl") with { Fields = [new FieldSpec { Name = "x", Type = FieldType.MultiValue, Separator = ';' }] });
        ((VocabularyEncoder)((ListEncoder)data.Schema.Fields[0].Encoder).Values).Values.ShouldBe(["u|v", "w"]);
    }

    [Fact]
    public void Import_KeyThatNoRowHas_IsNamedWithTheNearest()
    {
        using var folder = new TemporaryFolder().Write("rows.jsonl", "{\"user\":{\"name\":1},\"y\":1,\"part\":\"a\"}\n");
        folder.Refusal(Make.Small("rows.jsonl") with { Fields = [Make.Categorical("user.nam")] })
            .ShouldBe("rows.jsonl: no column 'user.nam' (field user.nam) — did you mean 'user.name'? It has: user.name, y, part. " +
                "Columns are the keys in the first MiB of the file; name rarer ones under 'columns'.");
    }

    [Fact]
    public void Import_RareKeyNamedUnderColumns_IsRead()
    {
        using var folder = new TemporaryFolder().Write("rows.log", "{\"y\":1,\"part\":\"a\"}\n");
        var source = new SourceSpec { Path = "rows.log", Format = SourceFormat.Jsonl, Columns = ["x", "y", "part"] };
        using var data = folder.Import(Make.Small() with { Sources = [source] });
        ((VocabularyEncoder)data.Schema.Fields[0].Encoder).Values.ShouldBe([""]);
    }

    sealed class Endless : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)' ');
            buffer[offset] = (byte)'{';
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
