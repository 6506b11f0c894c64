using System.Globalization;

namespace Switchyard.Data.Tests;

/// <summary>Sequences built from the log, against a brute-force reading of the same rows.</summary>
public sealed class HistoryTests
{
    static FieldSpec Recent(int length = 20, string? time = null, params string[] when) => new()
    {
        Name = "recent",
        Type = FieldType.Sequence,
        MaxLength = length,
        Shares = "item",
        History = new HistorySpec { Of = "user", Item = "item", Time = time, When = Make.All(when) },
    };

    static DataSpec Spec(params FieldSpec[] fields) => Make.Small() with { Fields = [.. fields], Tasks = [Make.Task("click")] };

    /// <summary>Items before every row, oldest first, by row number; an unknown one is '?'.</summary>
    static Dictionary<long, string[]> Decoded(Dataset data, int field)
    {
        var values = data.Schema.Vocabulary(field) is VocabularyEncoder vocabulary ? vocabulary.Values : [];
        var items = new Dictionary<long, string[]>();
        foreach (var part in Enum.GetValues<Part>())
        {
            var batch = Make.Whole(data, part);
            for (var r = 0; r < batch.Count; r++)
            {
                items.Add(batch.Rows[r], [.. batch.Ids(field)[batch.Offsets(field)[r]..batch.Offsets(field)[r + 1]]
                    .Select(id => values.IsEmpty ? id.ToString(CultureInfo.InvariantCulture) : id == 0 ? "?" : values[id - 1])]);
            }
        }

        return items;
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(0, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Import_RandomLog_EqualsBruteForce(int seed)
    {
        var log = new RandomLog(seed);
        // Without times, only the order in one file counts.
        int[] ends = log.HasTime ? [0, log.Rows.Length / 3, log.Rows.Length] : [0, log.Rows.Length];
        using var folder = new TemporaryFolder();
        for (var f = 1; f < ends.Length; f++) folder.Write($"{f}.csv", log.Csv(ends[f - 1], ends[f]));
        var item = Make.Categorical("item", minCount: 1 + (seed % 2));
        var spec = Spec(item, Recent(log.Length, log.HasTime ? "time" : null, log.When)) with
        {
            Sources = [.. Enumerable.Range(1, ends.Length - 1).Select(f => new SourceSpec { Path = $"{f}.csv" })],
            Filter = Make.All("keep == 1"),
        };
        using var data = folder.Import(spec);
        var vocabulary = log.Rows.Where(r => r.Keep && r.Part == "a").GroupBy(r => r.Item).Where(g => g.Count() >= item.MinCount).Select(g => g.Key).ToHashSet();
        var decoded = Decoded(data, 1);
        decoded.Count.ShouldBe(log.Rows.Count(r => r.Keep && r.Part != "none"));
        foreach (var (row, items) in decoded)
            items.ShouldBe(log.Before((int)row).Select(i => vocabulary.Contains(i) ? i : "?"), $"row {row}");
        decoded.Values.ShouldContain(items => items.Length == log.Length);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Import_AnyLaterRowChanged_LeavesEarlierRowsAlone(int seed)
    {
        var log = new RandomLog(seed);
        var spec = Spec(Make.Categorical("item") with { HashBuckets = 1 << 20 }, Recent(log.Length, log.HasTime ? "time" : null, log.When)) with
        {
            Filter = Make.All("keep == 1"),
        };
        var before = Read(log);
        var random = new Random(seed);
        var touched = 0;
        for (var trial = 0; trial < 10; trial++)
        {
            var at = random.Next(log.Rows.Length);
            var after = Read(log.With(at, r => r with { Item = "other", Click = !r.Click }));
            foreach (var (row, items) in before)
            {
                if (row > at && log.Rows[row].Time > log.Rows[at].Time) touched += after[row].SequenceEqual(items) ? 0 : 1;
                else after[row].ShouldBe(items, $"row {row} after row {at} changed");
            }
        }

        // The change is one that histories show at all.
        touched.ShouldBeGreaterThan(0);

        Dictionary<long, string[]> Read(RandomLog rows)
        {
            using var folder = new TemporaryFolder().Write("rows.csv", rows.Csv(0, rows.Rows.Length));
            using var data = folder.Import(spec);
            return Decoded(data, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Encode_RowsOfTheLog_EqualsTheColumnFile(int seed)
    {
        var log = new RandomLog(seed);
        using var folder = new TemporaryFolder().Write("rows.csv", log.Csv(0, log.Rows.Length));
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent(log.Length, log.HasTime ? "time" : null, log.When)));
        var expected = Decoded(data, 1);
        using var rows = CsvRows.Open(folder.File("rows.csv"));
        var schema = Schema.FromJson(data.Schema.ToJson());
        var encoder = RowEncoder.Create(schema, rows.Header, rows.File);
        var values = ((VocabularyEncoder)schema.Vocabulary(1)!).Values;
        var batch = new Batch(schema, 7);
        while (rows.Read())
        {
            var at = (int)(rows.Number % 7);
            encoder.Encode(rows, batch, at);
            var ids = batch.Ids(1)[batch.Offsets(1)[at]..batch.Offsets(1)[at + 1]];
            if (expected.TryGetValue(rows.Number, out var items)) ids.Select(id => id == 0 ? "?" : values[id - 1]).ShouldBe(items);
        }
    }

    [Fact]
    public void Import_HistoryWithItsOwnVocabulary_CountsTrainingEventsOnly()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,click,part\nu,p,1,a\nu,q,0,a\nu,r,1,b\nu,s,1,none\nu,p,1,a\nu,t,1,c\n");
        var own = Recent(20, null, "click == 1") with { Shares = null, MinCount = 1 };
        using var data = folder.Import(Spec(own));
        ((VocabularyEncoder)data.Schema.Vocabulary(0)!).Values.ShouldBe(["p"]);
        var decoded = Decoded(data, 0);
        decoded[4].ShouldBe(["p", "?", "?"]);
        decoded[5].ShouldBe(["p", "?", "?", "p"]);
        data.Summary.Fields[0].OutOfVocabulary[2].ShouldBe(0.5);
    }

    [Fact]
    public void Import_JoinedColumns_BuildHistories()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "session,item,click,part\n1,p,1,a\n2,q,1,a\n1,r,1,a\n2,s,1,a\n")
            .Write("sessions.csv", "session,user\n1,u\n2,u\n");
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent()) with
        {
            Sources = [new SourceSpec { Path = "rows.csv" }, new SourceSpec { Path = "sessions.csv", JoinOn = ["session"] }],
        });
        Decoded(data, 1)[3].ShouldBe(["p", "q", "r"]);
    }

    [Fact]
    public void Import_MissingUserItemOrTie_IsNobodysPast()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,time,click,part\n,p,1,1,a\n,q,2,1,a\nu,,3,1,a\nu,r,4,1,a\nu,s,4,1,a\nNaN,s,4,1,a\nNaN,s,5,1,a\nu,s,4.0,1,a\nu,s,4.5,1,a\n");
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent(20, "time")));
        var decoded = Decoded(data, 1);
        for (var row = 0; row < 8; row++) decoded[row].ShouldBeEmpty($"row {row}");
        decoded[8].ShouldBe(["r", "s", "s"]);
    }

    [Theory]
    [InlineData("-2.5;-1;-0;0;1e-9;3", true)]
    [InlineData("1;0.5", false)]
    [InlineData("-1;-2", false)]
    [InlineData("2018-11-07;2018-11-08", true)]
    [InlineData("2018-11-08;2018-11-07", false)]
    [InlineData("2018-11-07T10:00+02:00;2018-11-07T09:00Z", true)]
    [InlineData("2018-11-07T10:00+02:00;2018-11-07T07:59Z", false)]
    public void Import_TimesOfOneUser_MustNotGoBack(string times, bool accepted)
    {
        var rows = times.Split(';').Select(t => $"u,p,{t},1,a\nv,p,{times.Split(';')[0]},1,a\n");
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,time,click,part\n" + string.Concat(rows));
        var spec = Spec(Make.Categorical("item"), Recent(20, "time"));
        if (accepted)
        {
            using var data = folder.Import(spec);
            data.Rows(Part.Train).ShouldBe(2 * times.Split(';').Length);
            return;
        }

        folder.Refusal(spec).ShouldBe(
            $"rows.csv, line 4 (row 3), column 'time': '{times.Split(';')[1]}' lies before the time of an earlier row of user 'u' (rows.csv, line 2), " +
            "and field 'recent' is built from the log in its order. Sort the rows by 'time'.");
    }

    [Theory]
    [InlineData("soon", "'soon' is neither a number nor a date")]
    [InlineData("", "the time is missing")]
    [InlineData("2018-11-07", "'2018-11-07' is a date, but the rows before have numbers")]
    public void Import_TimeThatCannotBeCompared_IsRefusedWithItsPlace(string time, string expected)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", $"user,item,time,click,part\nu,p,1,1,a\nv,p,{time},1,a\n");
        var message = folder.Refusal(Spec(Make.Categorical("item"), Recent(20, "time")));
        message.ShouldContain("line 3 (row 2), column 'time': " + expected);
        message.ShouldContain("'recent'");
    }

    [Fact]
    public void Import_DateAmongTimestamps_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,time,click,part\nu,p,2018-11-07T10:00,1,a\nv,p,2018-11-08,1,a\n");
        folder.Refusal(Spec(Make.Categorical("item"), Recent(20, "time"))).ShouldContain("is a date, but the rows before have timestamps");
    }

    [Fact]
    public void Import_ColumnOfTheFieldsName_IsRefused()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,recent,click,part\nu,p,x,1,a\n");
        folder.Refusal(Spec(Make.Categorical("item"), Recent())).ShouldContain("field 'recent' is built from the log, but there is a column 'recent' too. Rename the field, or drop 'history'");
    }

    [Fact]
    public void Import_MissingColumns_NamesAllOfTheHistory()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "usr,item,click,part\nu,p,1,a\n");
        var message = folder.Refusal(Spec(Make.Categorical("item"), Recent(20, "time", "seen == 1")));
        message.ShouldContain("no column 'user' (field recent) — did you mean 'usr'?");
        message.ShouldContain("no column 'time' (field recent)");
        message.ShouldContain("no column 'seen' (field recent)");
    }

    [Fact]
    public void Import_NoTimeAndSeveralFiles_IsRefused()
    {
        const string header = "user,item,click,day,part\n";
        using var folder = new TemporaryFolder().Write("log-8.csv", header + "u,p,1,8,a\n").Write("log-9.csv", header + "u,q,1,9,a\n").Write("log-10.csv", header + "u,r,1,10,a\n");
        const string message = "Field 'recent': its history has no 'time', so the order of the rows counts as time, but they come from 3 files (log-10.csv, log-8.csv, log-9.csv). Name the column that holds the time of a row under 'time'.";
        var pattern = Spec(Make.Categorical("item"), Recent()) with { Sources = [new SourceSpec { Path = "log-*.csv" }] };
        folder.Refusal(pattern).ShouldBe(message);
        folder.Refusal(pattern with { Sources = [new SourceSpec { Path = "log-9.csv" }, new SourceSpec { Path = "log-8.csv" }] }).ShouldContain("2 files (log-9.csv, log-8.csv)");
        // In order of their times they would do, but with a time they are checked.
        folder.Refusal(pattern with { Fields = [Make.Categorical("item"), Recent(20, "day")] }).ShouldContain("lies before the time of an earlier row");
        folder.Import(pattern with { Sources = [new SourceSpec { Path = "log-9.csv" }] }).Dispose();
    }

    public static TheoryData<string, FieldSpec> BadHistories() => new()
    {
        { "only a field of type sequence", Recent() with { Type = FieldType.MultiValue } },
        { "reads a column or is built from the log", Recent() with { Column = "list" } },
        { "'row mod 2 == 0' depends on where rows stand", Recent(20, null, "row mod 2 == 0") },
        { "max_length 0 must be at least 1", Recent(0) },
        { "types multi-value and sequence cannot have role position", Recent() with { Role = FieldRole.Position, Fixed = "p" } },
    };

    [Theory]
    [MemberData(nameof(BadHistories), DisableDiscoveryEnumeration = true)]
    public void Import_FieldThatContradictsItself_IsRefused(string expected, FieldSpec field)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,click,part\nu,p,1,a\n");
        folder.Refusal(Spec(Make.Categorical("item"), field)).ShouldContain(expected);
    }

    [Fact]
    public void Create_NeitherListNorLog_SaysWhatIsNeeded()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,click,time,part\nu,p,1,1,a\n");
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent(20, "time", "click == 1")));
        var message = Should.Throw<InputException>(() => RowEncoder.Create(data.Schema, ["item", "user"], "new.csv")).Message;
        message.ShouldContain("no column 'time' (to build field recent, unless a column 'recent' gives its items)");
        message.ShouldContain("no column 'click' (to build field recent");
        RowEncoder.Create(data.Schema, ["item", "recent"], "new.csv").ShouldNotBeNull();
    }

    [Fact]
    public void Encode_ListOfTheFieldsName_IsReadInstead()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,click,part\nu,p,1,a\nu,q,1,a\n");
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent(2)));
        var row = new ValueRow(["item", "recent"]);
        var encoder = RowEncoder.Create(data.Schema, row.Header, row.File);
        var batch = new Batch(data.Schema, 2);
        encoder.Encode(row.Set(["p", "q|q|p|unseen"]), batch, 0);
        encoder.Encode(row.Set(["p", null]), batch, 1);
        batch.Offsets(1).ShouldBe([0, 2, 2]);
        batch.Ids(1)[..2].ShouldBe([1, 0]);
    }

    [Fact]
    public void Encode_NoTimeAndRowsWithNumbersOfTheirOwn_TakesTheirOrder()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,click,part\nu,p,1,a\nu,q,1,a\n");
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent(2)));
        var encoder = RowEncoder.Create(data.Schema, ["user", "item"], "request");
        var batch = new Batch(data.Schema, 3);
        var far = new ValueRow(["user", "item"]);
        for (var i = 0; i < 5; i++) far.Set(["v", "p"]);
        encoder.Encode(far.Set(["u", "p"]), batch, 0);
        // Every request a row of its own, with number 0.
        encoder.Encode(new ValueRow(["user", "item"]).Set(["u", "q"]), batch, 1);
        encoder.Encode(new ValueRow(["user", "item"]).Set(["u", "q"]), batch, 2);
        batch.Offsets(1).ShouldBe([0, 0, 1, 3]);
        batch.Ids(1)[..3].ShouldBe([1, 1, 2]);
    }

    [Fact]
    public void Encode_ManyRows_AllocatesNothing()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", "user,item,time,click,part\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"u{i % 5},p{i % 3},{i / 4},{i % 2},a\n")));
        using var data = folder.Import(Spec(Make.Categorical("item"), Recent(10, "time", "click == 1")));
        var row = new LoopRow();
        var encoder = RowEncoder.Create(data.Schema, row.Header, row.File);
        var batch = new Batch(data.Schema, 64);
        // The least of several runs: the runtime itself allocates now and then.
        Enumerable.Range(0, 5).Min(_ => Allocated()).ShouldBe(0);

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 6_400; i++) encoder.Encode(row.Next(), batch, i % 64);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>Five users taking turns, time going on.</summary>
    sealed class LoopRow : TextRow
    {
        readonly byte[] _time = new byte[8];
        readonly byte[] _user = "u0"u8.ToArray();
        long _number = -1;

        public override IReadOnlyList<string> Header { get; } = ["user", "item", "time", "click"];

        public override ReadOnlySpan<byte> this[int column] => column switch { 0 => _user, 1 => "p1"u8, 2 => _time, _ => "1"u8 };

        public override string File => "loop";

        public override long Line => _number + 1;

        public override long Number => _number;

        public LoopRow Next()
        {
            _number++;
            _user[1] = (byte)('0' + (_number % 5));
            (_number / 3).TryFormat(_time, out _, "D8", CultureInfo.InvariantCulture);
            return this;
        }
    }
}
