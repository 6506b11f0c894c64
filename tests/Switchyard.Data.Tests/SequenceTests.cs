namespace Switchyard.Data.Tests;

/// <summary>Sequences read from a column.</summary>
public sealed class SequenceTests
{
    static FieldSpec Sequence(int length, SequenceOrder order = SequenceOrder.OldestFirst, char separator = '|') =>
        new() { Name = "list", Type = FieldType.Sequence, MaxLength = length, Order = order, Separator = separator };

    static string Csv(params string[] lists) => "list,x,y,part\n" + string.Concat(lists.Select(l => $"\"{l.Replace("\"", "\"\"", StringComparison.Ordinal)}\",p,1,a\n"));

    static string[] Read(Batch batch, Schema schema, int field, int row)
    {
        var values = ((VocabularyEncoder)schema.Vocabulary(field)!).Values;
        return [.. batch.Ids(field)[batch.Offsets(field)[row]..batch.Offsets(field)[row + 1]].Select(id => id == 0 ? "?" : values[id - 1])];
    }

    [Theory]
    [InlineData(SequenceOrder.OldestFirst, new[] { "c", "b", "d" })]
    [InlineData(SequenceOrder.NewestFirst, new[] { "c", "b", "a" })]
    public void Import_LongerThanMaxLength_KeepsTheNewestOldestFirst(SequenceOrder order, string[] expected)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Csv("a|b|c|b|d"));
        using var data = folder.Import(Make.Small() with { Fields = [Sequence(3, order)] });
        Read(Make.Whole(data, Part.Train), data.Schema, 0, 0).ShouldBe(expected);
        // What is cut off has no id: nothing could train it.
        ((VocabularyEncoder)data.Schema.Vocabulary(0)!).Values.Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Import_EmptyList_HasNoIds()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Csv("", "a", "|||", "b||a|"));
        using var data = folder.Import(Make.Small() with { Fields = [Sequence(5)] });
        var batch = Make.Whole(data, Part.Train);
        batch.Offsets(0).ShouldBe([0, 0, 1, 1, 3]);
        Read(batch, data.Schema, 0, 3).ShouldBe(["b", "a"]);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(64, true)]
    [InlineData(0, false)]
    [InlineData(64, false)]
    public void Import_SharedOrHashed_GivesTheIdsOfTheOwner(int buckets, bool sequenceOwns)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "list,x,y,part\np|q,q,1,a\nq|z,p,1,b\n");
        var x = Make.Categorical("x");
        DataSpec spec = Make.Small() with
        {
            Fields = sequenceOwns
                ? [Sequence(5) with { HashBuckets = buckets }, x with { Shares = "list" }]
                : [Sequence(5) with { Shares = "x" }, x with { HashBuckets = buckets }],
        };
        using var data = folder.Import(spec);
        data.Schema.Tables.Length.ShouldBe(1);
        data.Schema.Fields[0].Kind.ShouldBe(FieldKind.Sequence);
        var (train, validation) = (Make.Whole(data, Part.Train), Make.Whole(data, Part.Validation));
        train.Ids(0)[1].ShouldBe(train.Ids(1)[0]);
        train.Ids(0)[0].ShouldBe(validation.Ids(1)[0]);
        validation.Ids(0)[0].ShouldBe(train.Ids(1)[0]);
        if (buckets == 0) validation.Ids(0)[1].ShouldBe(0);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ImportAndEncode_AnyText_KeepTheNewestValuesBetweenSeparators(int seed)
    {
        var random = new Random(seed);
        var separator = "|; \t,:"[random.Next(6)];
        var order = (SequenceOrder)random.Next(2);
        var length = 1 + random.Next(5);
        string[] lists = [.. Enumerable.Range(0, 50).Select(_ => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => "ab日\""[random.Next(4)] is var c && random.Next(2) == 0 ? separator : c)))];
        using var folder = new TemporaryFolder().Write("rows.csv", Csv(lists));
        using var data = folder.Import(Make.Small() with { Fields = [Sequence(length, order, separator), Make.Categorical("x")] });
        var batch = Make.Whole(data, Part.Train);
        using var rows = CsvRows.Open(folder.File("rows.csv"));
        var encoder = RowEncoder.Create(data.Schema, rows.Header, rows.File);
        var encoded = new Batch(data.Schema, lists.Length);
        for (var r = 0; rows.Read(); r++)
        {
            encoder.Encode(rows, encoded, r);
            var values = lists[r].Split(separator, StringSplitOptions.RemoveEmptyEntries);
            if (order == SequenceOrder.NewestFirst) Array.Reverse(values);
            Read(batch, data.Schema, 0, r).ShouldBe(values.TakeLast(length), lists[r]);
            Read(encoded, data.Schema, 0, r).ShouldBe(values.TakeLast(length), lists[r]);
        }
    }

    [Fact]
    public void Import_ShuffledAndRead_KeepsOrder()
    {
        string[] lists = [.. Enumerable.Range(0, 10_000).Select(i => string.Join('|', Enumerable.Range(i, i % 5).Select(n => $"v{n % 97}")))];
        using var folder = new TemporaryFolder().Write("rows.csv", Csv(lists));
        using var data = folder.Import(Make.Small() with { Fields = [Sequence(3)] });
        using var source = data.Open(Part.Train, new ShuffleOptions { Seed = 3, BufferRows = 4096 });
        foreach (var batch in Make.Batches(source))
            for (var r = 0; r < batch.Count; r++)
                Read(batch, data.Schema, 0, r).ShouldBe(lists[batch.Rows[r]].Split('|', StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
    }

    [Fact]
    public void OpenOrImport_OtherSequenceSettings_ImportsAnew()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Csv("a|b", "b|a"));
        var spec = Make.Small() with { Fields = [Sequence(5)] };
        string[] paths = [.. new[] { spec.Fields[0], Sequence(4), Sequence(5, SequenceOrder.NewestFirst), Sequence(5) with { Type = FieldType.MultiValue } }.Select(Path)];
        paths.Distinct().Count().ShouldBe(4);
        Path(Sequence(5)).ShouldBe(paths[0]);

        string Path(FieldSpec field)
        {
            using var data = folder.OpenOrImport(spec with { Fields = [field] });
            return data.Path;
        }
    }

    public static TheoryData<string, FieldSpec> Others() => new()
    {
        { "max_length", Sequence(4) },
        { "order", Sequence(5, SequenceOrder.NewestFirst) },
        { "separator", Sequence(5, separator: ';') },
        { "history", Sequence(5) with { History = new HistorySpec { Of = "x", Item = "y" } } },
        { "is of another type", Sequence(5) with { Type = FieldType.MultiValue } },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public void Import_FrozenSchemaWithOtherSequence_IsRefused(string what, FieldSpec field)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Csv("a|b"));
        var spec = Make.Small() with { Fields = [Sequence(5)] };
        using var data = folder.Import(spec);
        Importer.Import(spec, data.Schema, folder.Path, folder.Cache).Dispose();
        Should.Throw<InputException>(() => Importer.Import(spec with { Fields = [field] }, data.Schema, folder.Path, folder.Cache)).Message.ShouldContain(what);
    }
}
