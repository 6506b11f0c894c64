namespace Switchyard.Data.Tests;

public sealed class ImportTests
{
    const string SmallRows = "x,y,part\nu,1,a\nv,0,a\nu,0,a\nw,1,b\nu,,c\n";

    [Fact]
    public void Import_SmallFile_EncodesEveryPart()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", SmallRows);
        using var data = folder.Import(Make.Small());
        ((VocabularyEncoder)data.Schema.Fields[0].Encoder).Values.ShouldBe(["u", "v"]);
        var train = Make.Whole(data, Part.Train);
        train.Ids(0).ShouldBe([1, 2, 1]);
        train.Labels(0).ShouldBe([1f, 0f, 0f]);
        train.Rows.ShouldBe([0L, 1, 2]);
        train.Weights.ShouldBe([1f, 1f, 1f]);
        train.Groups.ShouldBe([-1, -1, -1]);
        Make.Whole(data, Part.Validation).Ids(0).ShouldBe([0]);
        Make.Whole(data, Part.Test).Labels(0).ShouldBe([float.NaN]);
        data.Summary.Parts.Select(p => p.Rows).ShouldBe([3L, 1, 1]);
        data.Summary.Parts[0].Tasks[0].ShouldBe(new TaskCount("y", 3, 1));
        data.Summary.Parts[2].Tasks[0].ShouldBe(new TaskCount("y", 0, 0));
        data.Summary.Fields[0].OutOfVocabulary.ShouldBe([0.0, 1.0, 0.0]);
    }

    [Fact]
    public void Import_EveryFieldKind_EncodesAsConfigured()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", """
            c,other,list,n,s,h,w,g,y,part
            a,b,a;zz,1,2,k1,0.5,g1,1,t
            a,c,,2,4,k2,2,g2,0,t
            b,a,b;;a,,,k1,1,g1,1,t
            zz,q,a,9,6,k9,1,g1,0,v
            """);
        var spec = new DataSpec
        {
            Sources = [new SourceSpec { Path = "rows.csv" }],
            Fields =
            [
                Make.Categorical("c", 2) with { Embedding = 4 },
                new FieldSpec { Name = "other", Shares = "c" },
                new FieldSpec { Name = "list", Type = FieldType.MultiValue, Separator = ';', Shares = "c", Pooling = Pooling.Sum },
                Make.Numeric("n", 2),
                new FieldSpec { Name = "s", Type = FieldType.Numeric, Encoding = NumericEncoding.Standardise },
                new FieldSpec { Name = "hashed", Column = "h", HashBuckets = 10, Embedding = 2 },
            ],
            Tasks = [Make.Task("y")],
            Weight = "w",
            Group = "g",
            Split = Make.Split("part == t", "part == v", "part == none"),
        };
        using var data = folder.Import(spec);
        var schema = data.Schema;
        // Counts over the sharing fields: a 5 (2 in c, 1 in other, 2 in list), b 3, c 1, zz 1; at least two are needed.
        ((VocabularyEncoder)schema.Fields[0].Encoder).Values.ShouldBe(["a", "b"]);
        schema.Tables.ShouldBe([new Table("c", 3, 4), new Table("n", 3, 16), new Table("hashed", 10, 2)]);
        schema.Fields.Select(f => f.Table).ShouldBe([0, 0, 0, 1, -1, 2]);
        schema.Width.ShouldBe(4 + 4 + 4 + 16 + 2 + 2);

        var batch = Make.Whole(data, Part.Train);
        batch.Ids(0).ShouldBe([1, 1, 2]);
        batch.Ids(1).ShouldBe([2, 0, 1]);
        batch.Offsets(2).ShouldBe([0, 2, 2, 4]);
        batch.Ids(2).Take(4).ShouldBe([1, 0, 2, 1]);
        ((BucketEncoder)schema.Fields[3].Encoder).Edges.ShouldBe([1.5]);
        batch.Ids(3).ShouldBe([0, 1, 2]);
        batch.Numbers(4).ShouldBe([-1f, 0f, 1f, 0f, 0f, 1f]);
        batch.Ids(5).ShouldBe(new[] { "k1", "k2", "k1" }.Select(k => (int)(Fnv1a64.Of(k) % 10)));
        batch.Weights.ShouldBe([0.5f, 2f, 1f]);
        batch.Groups.ShouldBe([0, 1, 0]);
        data.GroupCount(Part.Train).ShouldBe(2);

        var validation = Make.Whole(data, Part.Validation);
        validation.Numbers(4).ShouldBe([3f, 0f]);
        validation.Ids(3).ShouldBe([1]);
        validation.Groups.ShouldBe([0]);
    }

    [Fact]
    public void Import_MaskedLabel_IsNotObservedAndNotRead()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y,seen,part\nu,7,0,a\nv,1,1,a\n");
        using var data = folder.Import(Make.Small() with { Tasks = [Make.Task("y") with { Mask = Make.All("seen") }] });
        Make.Whole(data, Part.Train).Labels(0).ShouldBe([float.NaN, 1f]);
        data.Summary.Parts[0].Tasks[0].Observed.ShouldBe(1);
    }

    [Fact]
    public void Import_ScenarioTree_HasNodesInOrderOfFirstTrainingRow()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y,part,r,d\nu,1,c,EU,tv\nu,1,a,US,pc\nv,0,a,EU,tv\nu,0,a,US,tv\n");
        using var data = folder.Import(Make.Small() with { Scenario = ["r", "d"] });
        data.Schema.Levels[0].Nodes.ShouldBe(["US", "EU"]);
        data.Schema.Levels[1].Nodes.ShouldBe(["pc", "tv"]);
        var batch = Make.Whole(data, Part.Train);
        Enumerable.Range(0, 3).Select(batch.Leaf).ShouldBe([0, 3, 1]);
    }

    const string UnknownRows = "x,y,part,r\nu,1,a,EU\nv,0,a,US\nu,0,b,MARS\nu,0,c,\nu,0,c,MARS\n";

    [Fact]
    public void Import_UnknownScenario_IsRefusedWithCountsAndValues()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", UnknownRows);
        var message = folder.Refusal(Make.Small() with { Scenario = ["r"] });
        message.ShouldContain("column 'r': 1 row of validation with 'MARS'");
        message.ShouldContain("2 rows of test with a missing value, 'MARS'");
        message.ShouldContain("unknown_scenario: parent");
    }

    [Fact]
    public void Import_UnknownScenarioParent_GivesNodeMinusOne()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", UnknownRows);
        using var data = folder.Import(Make.Small() with { Scenario = ["r"], UnknownScenario = UnknownScenario.Parent });
        Make.Whole(data, Part.Test).Nodes(0).ShouldBe([-1, -1]);
        data.Summary.UnknownScenarios.Select(u => (u.Column, u.Part, u.Rows)).ShouldBe([("r", Part.Validation, 1L), ("r", Part.Test, 2L)]);
    }

    [Fact]
    public void Import_FilterAndSplit_CountWhatTheyLeaveOut()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y,part\nu,1,a\nskip,0,a\nu,0,other\nu,0,other\n");
        using var data = folder.Import(Make.Small() with { Filter = Make.All("x != skip") });
        (data.Summary.RowsRead, data.Summary.RowsFiltered, data.Summary.RowsInNoPart).ShouldBe((4, 1, 2));
    }

    [Fact]
    public void Import_ManyRowsByRowHash_SplitsAsTheHashSays()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i % 700},{i % 2}\n")));
        var spec = Make.Small() with { Split = Make.Split("row mod 10 in [0..7]", "row mod 10 == 8", "row mod 10 == 9") with { Seed = 3 } };
        using var data = folder.Import(spec);
        var expected = Enumerable.Range(0, 20_000).Where(i => Fnv1a64.Of($"3\u001F{i}") % 10 == 8).Select(i => (long)i);
        using var source = data.Open(Part.Validation);
        Make.RowNumbers(source, 0).ShouldBe(expected);
        data.Summary.Parts.Sum(p => p.Rows).ShouldBe(20_000);
    }

    [Fact]
    public void Import_IdenticalRowsKeptTogether_FallIntoOnePart()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i % 100},{i % 2}\n")));
        var split = Make.Split("row mod 10 in [0..7]", "row mod 10 == 8", "row mod 10 == 9") with { KeepIdenticalRowsTogether = true };
        using var data = folder.Import(Make.Small() with { Split = split });
        var seen = new Dictionary<long, Part>();
        foreach (var part in Enum.GetValues<Part>())
        {
            using var source = data.Open(part);
            foreach (var row in Make.RowNumbers(source, 0))
            {
                seen.TryAdd(row % 100, part);
                seen[row % 100].ShouldBe(part);
            }
        }

        seen.Count.ShouldBe(100);
        seen.Values.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Import_PartsAsFiles_NeedNoConditions()
    {
        using var folder = new TemporaryFolder().Write("train.csv", "x,y\nu,1\nv,0\n").Write("test.csv", "y,x\n1,u\n");
        var spec = Make.Small() with
        {
            Sources = [new SourceSpec { Path = "train.csv", Part = Part.Train }, new SourceSpec { Path = "test.csv", Part = Part.Test }],
            Split = new SplitSpec(),
        };
        using var data = folder.Import(spec);
        data.Summary.Parts.Select(p => p.Rows).ShouldBe([2L, 0, 1]);
        var test = Make.Whole(data, Part.Test);
        test.Ids(0).ShouldBe([1]);
        test.Labels(0).ShouldBe([1f]);
        test.Rows.ShouldBe([2L]);
        using var none = data.Open(Part.Validation, new ShuffleOptions());
        none.Next(new Batch(data.Schema, 4), 4).ShouldBeFalse();
    }

    [Fact]
    public void Import_TestFileBesideSplitFile_TakesValidationFromTheFirst()
    {
        using var folder = new TemporaryFolder().Write("a.csv", "x,y\nu,1\nv,0\nw,0\n").Write("b.csv", "x,y\nu,1\n");
        var spec = Make.Small() with
        {
            Sources = [new SourceSpec { Path = "a.csv" }, new SourceSpec { Path = "b.csv", Part = Part.Test }],
            Split = new SplitSpec { Train = Make.All("x != w"), Validation = Make.All("x == w") },
        };
        using var data = folder.Import(spec);
        data.Summary.Parts.Select(p => p.Rows).ShouldBe([2L, 1, 1]);
    }

    [Fact]
    public void Import_SeveralFilesByPattern_AreReadInOrderOfTheirNames()
    {
        using var folder = new TemporaryFolder().Write("log-2.csv", "x,y,part\nb,1,a\n").Write("log-1.csv", "x,y,part\na,0,a\na,1,a\n").Write("log-10.csv", "part,y,x\na,0,c\n");
        using var data = folder.Import(Make.Small("log-*.csv"));
        var batch = Make.Whole(data, Part.Train);
        batch.Rows.ShouldBe([0L, 1, 2, 3]);
        // Ordinal: log-1.csv, log-10.csv, log-2.csv; ids a 1 (two rows), b 2, c 3.
        batch.Ids(0).ShouldBe([1, 1, 3, 2]);
    }

    [Fact]
    public void Import_TsvWithoutHeader_UsesTheConfiguredColumns()
    {
        using var folder = new TemporaryFolder().Write("rows.tsv", "u\t1\ta\nv,w\t0\ta\n");
        using var data = folder.Import(Make.Small() with { Sources = [new SourceSpec { Path = "rows.tsv", Columns = ["x", "y", "part"] }] });
        ((VocabularyEncoder)data.Schema.Fields[0].Encoder).Values.ShouldBe(["u", "v,w"]);
    }

    [Fact]
    public void Import_WithTrainedSchema_EncodesNewFilesByIt()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", SmallRows).Write("new.csv", "x,y,part\nnew,1,c\nv,0,c\nu,0,c\n");
        using var data = folder.Import(Make.Small());
        using var fresh = Importer.Import(Make.Small("new.csv"), data.Schema, folder.Path, folder.Cache);
        fresh.Schema.Fingerprint().ShouldBe(data.Schema.Fingerprint());
        Make.Whole(fresh, Part.Test).Ids(0).ShouldBe([0, 2, 1]);
    }

    [Fact]
    public void Import_WithSchemaOfOtherFields_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", SmallRows);
        using var data = folder.Import(Make.Small());
        var spec = Make.Small() with { Fields = [Make.Categorical("part")] };
        Should.Throw<InputException>(() => Importer.Import(spec, data.Schema, folder.Path, folder.Cache)).Message.ShouldContain("fields (part) are not those of the model (x)");
        spec = Make.Small() with { Fields = [Make.Categorical("x") with { HashBuckets = 5 }] };
        Should.Throw<InputException>(() => Importer.Import(spec, data.Schema, folder.Path, folder.Cache)).Message.ShouldContain("'x' is of another type");
    }

    [Fact]
    public void Import_Cancelled_LeavesNothing()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", SmallRows);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Should.Throw<OperationCanceledException>(() => Importer.Import(Make.Small(), folder.Path, folder.Cache, cancellation: cancel.Token));
        Directory.GetFiles(folder.Cache).ShouldBeEmpty();
    }

    [Fact]
    public void Import_Progress_EndsWithAllRows()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", SmallRows);
        var reports = new List<ImportProgress>();
        using var data = Importer.Import(Make.Small(), folder.Path, folder.Cache, new Collect(reports));
        reports[^1].ShouldBe(new ImportProgress(ImportStage.Encoding, 5, 5));
    }

    sealed class Collect(List<ImportProgress> into) : IProgress<ImportProgress>
    {
        public void Report(ImportProgress value) => into.Add(value);
    }
}
