namespace Switchyard.Data.Tests;

public sealed class JoinTests
{
    static DataSpec Spec(params string[] on) => Make.Small() with
    {
        Sources = [new SourceSpec { Path = "rows.csv" }, new SourceSpec { Path = "items.tsv", JoinOn = [.. on] }],
        Fields = [Make.Categorical("x"), Make.Categorical("brand"), Make.Numeric("price", 2)],
    };

    static TemporaryFolder Folder(string items) =>
        new TemporaryFolder().Write("rows.csv", "x,k,y,part\ni1,1,1,a\ni2,1,0,a\ni9,1,0,a\ni1,2,1,b\n").Write("items.tsv", items);

    [Fact]
    public void Import_JoinedSource_AddsItsColumnsAndCountsUnmatchedRows()
    {
        using var folder = Folder("brand\tx\tprice\nB\ti1\t10\nA\ti2\t20\nC\ti3\t1\n");
        using var data = folder.Import(Spec("x"));
        data.Summary.RowsUnmatched.ShouldBe(1);
        var batch = Make.Whole(data, Part.Train);
        // Counts are equal, so ids follow the text: missing 1, A 2, B 3.
        batch.Ids(1).ShouldBe([3, 2, 1]);
        batch.Ids(2).ShouldBe([0, 1, 2]);
        Make.Whole(data, Part.Validation).Ids(1).ShouldBe([3]);
    }

    [Fact]
    public void Import_JoinOnTwoColumns_MatchesBoth()
    {
        using var folder = Folder("brand\tx\tprice\tk\nB\ti1\t10\t1\nD\ti1\t30\t2\nA\ti2\t20\t1\n");
        using var data = folder.Import(Spec("x", "k"));
        Make.Whole(data, Part.Validation).Ids(1).ShouldBe([0]);
        data.Summary.RowsUnmatched.ShouldBe(1);
    }

    [Fact]
    public void Import_RepeatedKey_IsRefusedAndNamed()
    {
        using var folder = Folder("brand\tx\tprice\nB\ti1\t10\nA\ti1\t20\n");
        folder.Refusal(Spec("x")).ShouldStartWith("items.tsv, line 3 (row 2): key x = 'i1' stands there a second time");
    }

    [Fact]
    public void Import_ClashingColumns_AreNamed()
    {
        using var folder = Folder("brand\tx\tprice\tpart\tk\nB\ti1\t10\ta\t1\n");
        folder.Refusal(Spec("x")).ShouldContain("columns of the same name: part, k");
    }

    [Fact]
    public void Import_KeyMissingInEitherFile_IsNamed()
    {
        using var folder = Folder("brand\titem\tprice\nB\ti1\t10\n");
        folder.Refusal(Spec("x")).ShouldContain("items.tsv: no column 'x' (a key of the join)");
        using var other = Folder("brand\titem\tprice\nB\ti1\t10\n");
        other.Refusal(Spec("item")).ShouldContain("rows.csv: no column 'item' (a key of the join)");
    }

    [Fact]
    public void Import_EmptyKeys_MatchNothing()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y,part\n,1,a\ni1,1,a\n").Write("items.tsv", "x\tbrand\tprice\n\tnobody's\t1\n\tnobody's\t2\ni1\tB\t3\n");
        using var data = folder.Import(Spec("x"));
        data.Summary.RowsUnmatched.ShouldBe(1);
        ((VocabularyEncoder)data.Schema.Fields[1].Encoder).Values.ShouldBe(["", "B"]);
    }
}
