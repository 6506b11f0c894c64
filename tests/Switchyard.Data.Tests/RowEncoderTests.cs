namespace Switchyard.Data.Tests;

public sealed class RowEncoderTests
{
    const string Rows = """
        x,list,n,s,pos,y,g,part,r
        u,p;q,1,2,1,1,g1,a,EU
        v,,5,4,2,0,g2,a,US
        u,q,,,3,,g1,a,EU
        """;

    static DataSpec Spec() => Make.Small() with
    {
        Fields =
        [
            Make.Categorical("x"),
            new FieldSpec { Name = "list", Type = FieldType.MultiValue, Separator = ';' },
            Make.Numeric("n", 4),
            new FieldSpec { Name = "s", Type = FieldType.Numeric, Encoding = NumericEncoding.Standardise },
            Make.Categorical("pos") with { Role = FieldRole.Position, Fixed = "1" },
        ],
        Scenario = ["r"],
        Group = "g",
    };

    static Schema Train()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        using var data = folder.Import(Spec());
        return data.Schema;
    }

    [Fact]
    public void Encode_RowsOfTheFile_EqualsTheColumnFile()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        using var data = folder.Import(Spec());
        var expected = Make.Whole(data, Part.Train);
        using var rows = RowReader.Open(folder.File("rows.csv"));
        var encoder = RowEncoder.Create(data.Schema, rows.Header, rows.File, labels: true);
        var batch = new Batch(data.Schema, 3);
        while (rows.Read()) encoder.Encode(rows, batch, batch.Count++);
        foreach (var field in new[] { 0, 2, 4 }) batch.Ids(field).ShouldBe(expected.Ids(field));
        batch.Offsets(1).ShouldBe(expected.Offsets(1));
        batch.Ids(1).Take(3).ShouldBe(expected.Ids(1).Take(3));
        batch.Numbers(3).ShouldBe(expected.Numbers(3));
        batch.Nodes(0).ShouldBe(expected.Nodes(0));
        batch.Labels(0).ShouldBe(expected.Labels(0));
        batch.Groups.ShouldBe(expected.Groups);
        batch.Rows.ShouldBe(expected.Rows);
        encoder.ThrowIfUnknownScenarios();
    }

    [Fact]
    public void Copy_OtherRow_EncodesLikeTheOneItWasMadeOf()
    {
        var schema = Train();
        string[] header = ["r", "s", "n", "x", "list"];
        var encoder = RowEncoder.Create(schema, header, "rows");
        var copy = encoder.Copy();
        var (batch, other) = (new Batch(schema, 2), new Batch(schema, 2));
        foreach (var values in (string?[][])[["EU", "2", "5", "v", "q;p"], ["mars", null, "1", "u", ""]])
        {
            encoder.Encode(new ValueRow(header).Set(values), batch, batch.Count++);
            copy.Encode(new ValueRow(header).Set(values), other, other.Count++);
        }

        foreach (var field in new[] { 0, 2, 4 }) other.Ids(field).ShouldBe(batch.Ids(field));
        other.Ids(1).ShouldBe(batch.Ids(1));
        other.Offsets(1).ShouldBe(batch.Offsets(1));
        other.Numbers(3).ShouldBe(batch.Numbers(3));
        other.Nodes(0).ShouldBe(batch.Nodes(0));

        // Each has its own rows.
        RowEncoder.Create(schema, header, "rows").Copy().HasUnknownScenarios.ShouldBeFalse();
        copy.HasUnknownScenarios.ShouldBeTrue();
    }

    [Fact]
    public void Copy_HistoryBuiltFromTheRows_IsRefused()
    {
        var schema = Train();
        var field = new Field("seen", FieldKind.Sequence, 0, Pooling.Mean, FieldRole.Feature, new SequenceEncoder(';', SequenceOrder.OldestFirst, 2, new HistorySpec { Of = "g", Item = "x" }, new SharedEncoder("x")));
        schema = schema with { Fields = schema.Fields.Add(field) };
        Should.Throw<InvalidOperationException>(() => RowEncoder.Create(schema, ["r", "s", "n", "x", "list", "g"], "rows").Copy());
        RowEncoder.Create(schema, ["r", "s", "n", "x", "list", "seen"], "rows").Copy().ShouldNotBeNull();
    }

    [Fact]
    public void Encode_UnseenValuesAndAbsentOptionalColumns_AreUnderstood()
    {
        var schema = Train();
        var row = new ValueRow(["r", "s", "n", "x", "list"]).Set(["EU", null, "1e9", "unseen", "q;unseen"]);
        var encoder = RowEncoder.Create(schema, row.Header, row.File);
        var batch = new Batch(schema, 1) { Count = 1 };
        encoder.Encode(row, batch, 0);
        batch.Ids(0)[0].ShouldBe(0);
        batch.Offsets(1).ShouldBe([0, 2]);
        batch.Ids(1)[1].ShouldBe(0);
        batch.Ids(2)[0].ShouldBe(((BucketEncoder)schema.Fields[2].Encoder).Edges.Length);
        batch.Numbers(3).ShouldBe([0f, 1f]);
        batch.Ids(4)[0].ShouldBe(1);
        batch.Labels(0)[0].ShouldBe(float.NaN);
        batch.Groups[0].ShouldBe(-1);
    }

    [Fact]
    public void Create_MissingColumns_NamesAllAtOnce()
    {
        var message = Should.Throw<InputException>(() => RowEncoder.Create(Train(), ["x", "lst", "n", "R"], "new.csv")).Message;
        message.ShouldStartWith("new.csv: no column 'list' (field list) — did you mean 'lst'?");
        message.ShouldContain("no column 's' (field s)");
        message.ShouldContain("no column 'r' (scenario) — did you mean 'R'?");
        message.ShouldNotContain("'pos'");
    }

    [Fact]
    public void Encode_BadNumber_NamesThePlace()
    {
        var schema = Train();
        var row = new ValueRow(["r", "s", "n", "x", "list"], "new.csv").Set(["EU", "2", "much", "u", ""]);
        var encoder = RowEncoder.Create(schema, row.Header, row.File);
        Should.Throw<InputException>(() => encoder.Encode(row, new Batch(schema, 1), 0)).Message.ShouldStartWith("new.csv, line 1 (row 1), column 'n': 'much' is not a number");
    }

    [Fact]
    public void ThrowIfUnknownScenarios_NamesCountsOnceThenStartsAnew()
    {
        var schema = Train();
        var row = new ValueRow(["r", "s", "n", "x", "list"], "new.csv");
        var encoder = RowEncoder.Create(schema, row.Header, row.File);
        var batch = new Batch(schema, 3);
        foreach (var region in new[] { "MARS", "EU", null }) encoder.Encode(row.Set([region, "", "", "u", ""]), batch, batch.Count++);
        batch.Nodes(0).ShouldBe([-1, 0, -1]);
        encoder.HasUnknownScenarios.ShouldBeTrue();
        Should.Throw<InputException>(encoder.ThrowIfUnknownScenarios).Message.ShouldContain("column 'r': 2 rows with 'MARS', a missing value");
        encoder.ThrowIfUnknownScenarios();

        var lenient = RowEncoder.Create(schema with { UnknownScenario = UnknownScenario.Parent }, row.Header, row.File);
        lenient.Encode(row.Set(["MARS", "", "", "u", ""]), batch, 0);
        lenient.ThrowIfUnknownScenarios();
        batch.Nodes(0)[0].ShouldBe(-1);
    }

    [Fact]
    public void Set_WrongNumberOfValues_IsAnInputError() =>
        Should.Throw<InputException>(() => new ValueRow(["a", "b"]).Set(["1"])).Message.ShouldContain("1 of 2 values given (a, b)");
}
