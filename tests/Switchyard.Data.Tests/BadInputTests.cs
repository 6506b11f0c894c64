namespace Switchyard.Data.Tests;

/// <summary>Everything a user can get wrong: one message with place and remedy, and nothing left in the cache folder.</summary>
public sealed class BadInputTests
{
    static string Refusal(string rows, DataSpec? spec = null)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", rows);
        return folder.Refusal(spec ?? Make.Small());
    }

    [Fact]
    public void Import_MissingFile_NamesIt() => Refusal("", Make.Small("absent.csv")).ShouldContain("there is no file");

    [Fact]
    public void Import_PatternWithoutMatch_NamesIt() => Refusal("", Make.Small("absent*.csv")).ShouldContain("no file in");

    [Fact]
    public void Import_Folder_SaysSo() => Refusal("", Make.Small(".")).ShouldContain("is a folder");

    [Fact]
    public void Import_EmptyFile_SaysSo() => Refusal("").ShouldContain("rows.csv: the file is empty");

    [Fact]
    public void Import_HeaderOnly_SaysSo() => Refusal("x,y,part\n").ShouldContain("no rows");

    [Fact]
    public void Import_MissingColumns_NamesAllWithUseAndSuggestion()
    {
        var message = Refusal("xx,yy,part\n1,1,a\n");
        message.ShouldContain("no column 'x' (field x) — did you mean 'xx'?");
        message.ShouldContain("no column 'y' (task y) — did you mean 'yy'?");
        message.ShouldContain("It has: xx, yy, part.");
    }

    [Fact]
    public void Import_MissingColumnOfCondition_NamesItsUse() => Refusal("x,y,pert\n1,1,a\n").ShouldContain("'part' (split) — did you mean 'pert'?");

    [Fact]
    public void Import_RaggedRow_NamesLineAndRow() => Refusal("x,y,part\nu,1,a\nu,1\n").ShouldStartWith("rows.csv, line 3 (row 2): 2 values");

    [Fact]
    public void Import_BadNumber_NamesRowColumnAndValue()
    {
        var message = Refusal("x,y,part\n5,1,a\ncheap,1,a\n", Make.Small() with { Fields = [Make.Numeric("x")] });
        message.ShouldStartWith("rows.csv, line 3 (row 2), column 'x': 'cheap' is not a number");
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("inf")]
    [InlineData("0x10")]
    [InlineData(" 5")]
    public void Import_NumberInAnotherForm_IsRefused(string text) =>
        Refusal($"x,y,part\n\"{text}\",1,a\n", Make.Small() with { Fields = [Make.Numeric("x")] }).ShouldContain("is not a number");

    [Fact]
    public void Import_LabelOutsideZeroOne_NamesRowColumnAndValue() =>
        Refusal("x,y,part\nu,2,a\n").ShouldStartWith("rows.csv, line 2 (row 1), column 'y': label '2' is outside 0/1");

    [Theory]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("much")]
    public void Import_BadWeight_NamesRowAndColumn(string weight) =>
        Refusal($"x,y,part,w\nu,1,a,{weight}\n", Make.Small() with { Weight = "w" }).ShouldStartWith("rows.csv, line 2 (row 1), column 'w': weight");

    [Fact]
    public void Import_RowInTwoParts_NamesRowAndBoth()
    {
        var message = Refusal("x,y,part\nu,1,a\nu,1,b\n", Make.Small() with { Split = Make.Split("part == a", "x == u", "part == c") });
        message.ShouldStartWith("rows.csv, line 2 (row 1) meets the conditions of both train and validation");
    }

    [Fact]
    public void Import_EmptyTrainingPart_SaysWhereTheRowsWent()
    {
        var message = Refusal("x,y,part\nu,1,b\nskip,1,a\n", Make.Small() with { Filter = Make.All("x != skip") });
        message.ShouldContain("training part");
        message.ShouldContain("filter left out 1");
    }

    [Fact]
    public void Import_UnknownGivenTask_Suggests() =>
        Refusal("", Make.Small() with { Tasks = [Make.Task("y"), Make.Task("z") with { Given = "Y" }] }).ShouldContain("Did you mean 'y'?");

    [Fact]
    public void Import_GivenTaskListedLater_SaysToMoveItUp() =>
        Refusal("", Make.Small() with { Tasks = [Make.Task("z") with { Given = "y" }, Make.Task("y")] }).ShouldContain("Move 'y' up");

    [Fact]
    public void Import_TasksGivenInACircle_NamesTheCircle() =>
        Refusal("", Make.Small() with { Tasks = [Make.Task("z") with { Given = "y" }, Make.Task("y") with { Given = "z" }] }).ShouldContain("circle");

    [Fact]
    public void Import_TaskGivenItself_IsRefused() => Refusal("", Make.Small() with { Tasks = [Make.Task("y") with { Given = "y" }] }).ShouldContain("itself");

    public static TheoryData<string, DataSpec> BadSpecs()
    {
        var ok = Make.Small();
        var x = Make.Categorical("x");
        return new TheoryData<string, DataSpec>
        {
            { "no source", ok with { Sources = [] } },
            { "no field", ok with { Fields = [] } },
            { "no task", ok with { Tasks = [] } },
            { "field 'x' is listed twice", ok with { Fields = [x, x] } },
            { "task 'y' is listed twice", ok with { Tasks = [Make.Task("y"), Make.Task("y")] } },
            { "embedding 0", ok with { Fields = [x with { Embedding = 0 }] } },
            { "min_count 0", ok with { Fields = [x with { MinCount = 0 }] } },
            { "buckets 1", ok with { Fields = [Make.Numeric("x", 1)] } },
            { "hash_buckets -1", ok with { Fields = [x with { HashBuckets = -1 }] } },
            { "no 'fixed'", ok with { Fields = [x with { Role = FieldRole.Position }] } },
            { "has 'fixed' but not role", ok with { Fields = [x with { Fixed = "1" }] } },
            { "no such field. Did you mean 'x'?", ok with { Fields = [x, x with { Name = "z", Shares = "X" }] } },
            { "itself shares", ok with { Fields = [x, x with { Name = "p", Shares = "x" }, x with { Name = "q", Shares = "p" }] } },
            { "is numeric", ok with { Fields = [Make.Numeric("x"), x with { Name = "z", Shares = "x" }] } },
            { "weight -1", ok with { Tasks = [Make.Task("y") with { Weight = -1 }] } },
            { "is listed twice. Drop or rename one of them.", ok with { Sources = [ok.Sources[0], ok.Sources[0]] } },
            { "field 'x' reads the label of task 't' (x == 10)", ok with { Tasks = [Make.Task("t", "x == 10")] } },
            { "field 'z' reads the label of task 'y'", ok with { Fields = [x with { Name = "z", Column = "y" }], Tasks = [Make.Task("y", "`y`")] } },
            { "scenario column 'y' is read by the label", ok with { Scenario = ["y"] } },
            { "it is the first", ok with { Sources = [ok.Sources[0] with { JoinOn = ["x"] }] } },
        };
    }

    [Theory]
    [MemberData(nameof(BadSpecs), DisableDiscoveryEnumeration = true)]
    public void Import_BadSpecification_IsRefusedBeforeReading(string expected, DataSpec spec) => Refusal("x,y,part\nu,1,a\n", spec).ShouldContain(expected);

    [Fact]
    public void Import_ScenarioColumnAsField_IsAccepted()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y,part\nu,1,a\n");
        using var data = folder.Import(Make.Small() with { Scenario = ["x"] });
        data.Schema.Leaves.ShouldBe(1);
    }

    [Theory]
    [InlineData("./rows.csv")]
    [InlineData("sub/../rows.csv")]
    [InlineData("r*.csv")]
    public void Import_SameFileInTwoParts_IsRefusedAndNamed(string other)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y\nu,1\n");
        var spec = Make.Small() with
        {
            Sources = [new SourceSpec { Path = "rows.csv", Part = Part.Train }, new SourceSpec { Path = other, Part = Part.Test }],
            Split = new SplitSpec(),
        };
        var message = folder.Refusal(spec);
        message.ShouldContain($"'rows.csv' and '{other}'");
        message.ShouldContain(folder.File("rows.csv"));
    }
}
