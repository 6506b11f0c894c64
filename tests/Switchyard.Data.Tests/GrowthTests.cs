using System.Collections.Immutable;

namespace Switchyard.Data.Tests;

/// <summary>The schema of a trained model grown by new rows: what there is stays, what is new comes after it.</summary>
public sealed class GrowthTests
{
    const string First = """
        x,list,n,z,h,region,click,buy,part
        b,p|q,1,10,k,north,1,0,a
        b,q,2,20,l,north,0,0,a
        a,p,3,30,k,south,1,1,a
        """;

    // New: x e (three times), d and c (twice, the tie ordinal), f (once), each as often again in the field that shares the vocabulary; list r; region east; one value of every old one.
    const string Second = """
        x,list,n,z,h,region,click,buy,like,part
        e,r|p,900,-5,m,east,1,0,1,a
        e,r,901,-6,m,east,0,0,0,a
        d,q,902,-7,m,north,1,1,1,a
        c,q,903,-8,m,north,1,1,1,a
        c,p,904,-9,m,south,0,0,0,a
        d,p,905,-9,m,south,0,0,0,a
        e,p,906,-9,m,south,0,0,0,a
        f,p,907,-9,m,south,1,0,1,a
        g,s,908,-9,m,south,1,0,1,b
        """;

    static readonly DataSpec Spec = Make.Small("first.csv") with
    {
        Fields =
        [
            Make.Categorical("x"),
            new FieldSpec { Name = "list", Type = FieldType.MultiValue },
            new FieldSpec { Name = "same", Column = "x", Shares = "x" },
            Make.Numeric("n", 4),
            Make.Numeric("z") with { Encoding = NumericEncoding.Standardise },
            Make.Categorical("h") with { HashBuckets = 7 },
        ],
        Scenario = ["region"],
        UnknownScenario = UnknownScenario.Parent,
        Tasks = [Make.Task("click"), Make.Task("buy") with { Given = "click" }],
    };

    static readonly DataSpec Next = Spec with
    {
        Sources = [new SourceSpec { Path = "second.csv" }],
        Fields = [.. Spec.Fields.Select(f => f.Name == "x" ? f with { MinCount = 3 } : f)],
        Tasks = [Make.Task("like"), Spec.Tasks[0], Spec.Tasks[1]],
    };

    static TemporaryFolder Folder() => new TemporaryFolder().Write("first.csv", First + "\n").Write("second.csv", Second + "\n");

    static Dataset Grow(TemporaryFolder folder, DataSpec spec)
    {
        using var trained = folder.Import(Spec);
        return Dataset.OpenOrImportGrown(spec, trained.Schema, folder.Path, folder.Cache);
    }

    static ImmutableArray<string> Values(Schema schema, int field) => ((VocabularyEncoder)schema.Vocabulary(field)!).Values;

    [Fact]
    public void Grow_NewValuesAndNodes_ComeAfterTheOldOnes()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        using var grown = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache);

        Values(old.Schema, 0).ShouldBe(["b", "a"]);
        Values(grown.Schema, 0).ShouldBe(["b", "a", "e", "c", "d"]);
        Values(grown.Schema, 1).ShouldBe([.. Values(old.Schema, 1), "r"]);
        grown.Schema.Levels[0].Nodes.ShouldBe(["north", "south", "east"]);
        grown.Schema.Tables.Select(t => (t.Name, t.Rows)).ShouldBe([("x", 6), ("list", 4), ("n", old.Schema.Tables[2].Rows), ("h", 7)]);
        grown.Schema.Tasks.Select(t => (t.Name, t.Given)).ShouldBe([("like", -1), ("click", -1), ("buy", 1)]);
        Schema.FromJson(grown.Schema.ToJson()).Fingerprint().ShouldBe(grown.Schema.Fingerprint());
    }

    [Fact]
    public void Grow_EdgesMeanAndHash_StayAsTheyAre()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        using var grown = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache);

        foreach (var field in new[] { 2, 3, 4, 5 }) grown.Schema.Fields[field].ToString().ShouldBe(old.Schema.Fields[field].ToString());
        ((BucketEncoder)grown.Schema.Fields[3].Encoder).Edges.ShouldBe(((BucketEncoder)old.Schema.Fields[3].Encoder).Edges);
    }

    /// <summary>Rows as the grown schema encodes them, seen through the old one, are rows as the old one encodes them.</summary>
    [Fact]
    public void Translate_GrownRowsToTheOldSchema_AsIfImportedByIt()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        using var grown = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache);
        using var direct = Importer.Import(Spec with { Sources = Next.Sources }, old.Schema, folder.Path, folder.File("direct"));
        var rows = Make.Whole(grown, Part.Train);
        var (seen, expected) = (new Batch(old.Schema, 2 * rows.Count), Make.Whole(direct, Part.Train));
        var translation = new BatchTranslation(grown.Schema, old.Schema);

        translation.Append(rows, rows.Count, seen);
        translation.Append(rows, 3, seen);

        seen.Count.ShouldBe(rows.Count + 3);
        foreach (var (from, to) in Enumerable.Range(0, seen.Count).Select(i => (i % rows.Count, i)))
        {
            foreach (var field in new[] { 0, 2, 3, 5 }) seen.Ids(field)[to].ShouldBe(expected.Ids(field)[from], $"field {field}, row {to}");
            seen.Ids(1)[seen.Offsets(1)[to]..seen.Offsets(1)[to + 1]].ShouldBe(expected.Ids(1)[expected.Offsets(1)[from]..expected.Offsets(1)[from + 1]]);
            seen.Numbers(4)[(2 * to)..(2 * to + 2)].ShouldBe(expected.Numbers(4)[(2 * from)..(2 * from + 2)]);
            seen.Nodes(0)[to].ShouldBe(expected.Nodes(0)[from]);
            for (var task = 0; task < 2; task++) seen.Labels(task)[to].ShouldBe(expected.Labels(task)[from]);
        }

        seen.Nodes(0)[0].ShouldBe(-1);
    }

    /// <summary>Ids that mean something else in the other schema would be mistaken without a word.</summary>
    [Fact]
    public void Translate_SchemaThatDidNotGrowFromTheOther_IsRefused()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        using var grown = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache);
        using var other = Importer.Import(Spec with { Sources = Next.Sources }, folder.Path, folder.File("other"));

        BatchTranslation.IsPossible(old.Schema, grown.Schema).ShouldBeTrue();
        BatchTranslation.IsPossible(grown.Schema, old.Schema).ShouldBeTrue();
        BatchTranslation.IsPossible(old.Schema, Schema.FromJson(old.Schema.ToJson())).ShouldBeTrue();
        BatchTranslation.IsPossible(old.Schema, other.Schema).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new BatchTranslation(other.Schema, grown.Schema));
    }

    [Fact]
    public void Translate_OldRowsToTheGrownSchema_NewTaskIsNotObserved()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        using var grown = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache);
        var rows = Make.Whole(old, Part.Train);
        var into = new Batch(grown.Schema, 3);

        new BatchTranslation(old.Schema, grown.Schema).Append(rows, 3, into);

        into.Labels(0).ShouldAllBe(l => float.IsNaN(l));
        into.Labels(1).ShouldBe(rows.Labels(0));
        into.Ids(0).ShouldBe(rows.Ids(0));
    }

    [Fact]
    public void Grow_SameRowsAgain_ReusesTheColumnFileAndReopens()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        string path;
        string sources;
        using (var grown = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache)) (path, sources) = (grown.Path, grown.Fingerprint);
        var written = File.GetLastWriteTimeUtc(path);

        using (var again = Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache)) again.Path.ShouldBe(path);
        using (var reopened = Dataset.Reopen(Next, old.Schema.Fingerprint(), folder.Path, folder.Cache, sources)) reopened!.Path.ShouldBe(path);
        using (var fitted = Dataset.Reopen(Spec, null, folder.Path, folder.Cache, old.Fingerprint)) fitted!.Path.ShouldBe(old.Path);
        File.GetLastWriteTimeUtc(path).ShouldBe(written);

        folder.Write("second.csv", Second + "\nb,p,1,1,m,north,1,0,1,a\n");
        using (var before = Dataset.Reopen(Next, old.Schema.Fingerprint(), folder.Path, folder.Cache, sources)) before!.Fingerprint.ShouldBe(sources);
        Dataset.OpenOrImportGrown(Next, old.Schema, folder.Path, folder.Cache).Dispose();
        Dataset.Reopen(Next, old.Schema.Fingerprint(), folder.Path, folder.Cache, sources).ShouldBeNull();
    }

    [Fact]
    public void Import_SameSourcesWithAnotherSchema_HasTheSameFingerprint()
    {
        using var folder = Folder();
        using var fitted = folder.Import(Spec);
        using var again = Importer.Import(Spec, fitted.Schema, folder.Path, folder.Cache);
        again.Path.ShouldNotBe(fitted.Path);
        again.Fingerprint.ShouldBe(fitted.Fingerprint);
        Dataset.FingerprintNow(Spec, folder.Path).ShouldBe(fitted.Fingerprint);
        using var reopened = Dataset.ReopenEncoded(Spec, fitted.Schema, folder.Path, folder.Cache, fitted.Fingerprint);
        reopened!.Path.ShouldBe(again.Path);
    }

    [Fact]
    public void Grow_FieldsThatDiffer_AreRefusedBeforeARowIsRead()
    {
        using var folder = Folder();
        using var old = folder.Import(Spec);
        folder.Write("second.csv", "a line that is no row\n");
        var other = Next with { Fields = [.. Next.Fields.SkipLast(1)] };
        var early = Should.Throw<InputException>(() => Dataset.RequireGrowable(other, old.Schema)).Message;
        early.ShouldContain("fields");
        Should.Throw<InputException>(() => Dataset.OpenOrImportGrown(other, old.Schema, folder.Path, folder.Cache)).Message.ShouldBe(early);
    }

    public static TheoryData<string, string[]> Refused() => new()
    {
        { "fields", ["configuration's fields (x, list, same, n, z) are not those of the model"] },
        { "type", ["Field 'n' is of another type"] },
        { "hash", ["Field 'h' is of another type"] },
        { "width", ["Field 'x' has another 'embedding'"] },
        { "pooling", ["Field 'list' has another 'pooling'"] },
        { "separator", ["Field 'list' has another 'separator'"] },
        { "side", ["Field 'x' has another 'side'"] },
        { "levels", ["scenario levels", "region"] },
        { "dropped task", ["The model has a task 'buy'", "name it, or train anew"] },
        { "given", ["Task 'buy' is given no task in the configuration and click in the model"] },
        { "no training row", ["No row is left in the training part"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Grow_WhatDoesNotFit_IsRefusedAndNamed(string what, string[] texts)
    {
        FieldSpec[] With(string name, Func<FieldSpec, FieldSpec> change) => [.. Next.Fields.Select(f => f.Name == name ? change(f) : f)];
        var spec = what switch
        {
            "fields" => Next with { Fields = Next.Fields[..5] },
            "type" => Next with { Fields = [.. With("n", f => f with { Type = FieldType.Categorical })] },
            "hash" => Next with { Fields = [.. With("h", f => f with { HashBuckets = 8 })] },
            "width" => Next with { Fields = [.. With("x", f => f with { Embedding = 8 })] },
            "pooling" => Next with { Fields = [.. With("list", f => f with { Pooling = Pooling.Sum })] },
            "separator" => Next with { Fields = [.. With("list", f => f with { Separator = ';' })] },
            "side" => Next with { Fields = [.. With("x", f => f with { Side = FieldSide.User })] },
            "levels" => Next with { Scenario = [] },
            "dropped task" => Next with { Tasks = [Next.Tasks[0], Next.Tasks[1]] },
            "given" => Next with { Tasks = [Next.Tasks[1], Make.Task("buy")] },
            _ => Next with { Split = Make.Split("part == q", "part == a", "part == b") },
        };
        using var folder = Folder();

        var message = Should.Throw<InputException>(() => Grow(folder, spec).Dispose()).Message;

        foreach (var text in texts) message.ShouldContain(text);
    }
}
