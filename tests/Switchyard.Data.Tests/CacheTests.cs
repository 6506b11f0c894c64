namespace Switchyard.Data.Tests;

public sealed class CacheTests
{
    const string Rows = "x,y,part\nu,1,a\nv,0,a\n";

    static string OnlyFile(TemporaryFolder folder) => Directory.GetFiles(folder.Cache).ShouldHaveSingleItem();

    /// <summary>Marks the file by its time of writing, so that a rewrite shows.</summary>
    static void Mark(string path) => File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

    static bool IsMarked(string path) => File.GetLastWriteTimeUtc(path).Year == 2001;

    [Fact]
    public void OpenOrImport_NothingChanged_ReadsTheFileAgain()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        using (folder.OpenOrImport(Make.Small())) Mark(OnlyFile(folder));
        using var again = folder.OpenOrImport(Make.Small());
        IsMarked(OnlyFile(folder)).ShouldBeTrue();
        again.Rows(Part.Train).ShouldBe(2);
        again.Summary.RowsRead.ShouldBe(2);
        Make.Whole(again, Part.Train).Ids(0).ShouldBe([1, 2]);
    }

    [Fact]
    public void OpenOrImport_SourceChanged_ImportsAgain()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        folder.OpenOrImport(Make.Small()).Dispose();
        folder.Write("rows.csv", Rows + "w,1,a\n");
        using var again = folder.OpenOrImport(Make.Small());
        again.Rows(Part.Train).ShouldBe(3);
        OnlyFile(folder).ShouldBe(again.Path);
    }

    [Fact]
    public void OpenOrImport_SameLengthAndTime_NoticesOtherContent()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        Mark(folder.File("rows.csv"));
        folder.OpenOrImport(Make.Small()).Dispose();
        folder.Write("rows.csv", Rows.Replace('v', 'w'));
        Mark(folder.File("rows.csv"));
        using var again = folder.OpenOrImport(Make.Small());
        ((VocabularyEncoder)again.Schema.Fields[0].Encoder).Values.ShouldBe(["u", "w"]);
    }

    [Fact]
    public void OpenOrImport_SpecificationChanged_ImportsAnew()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        folder.OpenOrImport(Make.Small()).Dispose();
        using var other = folder.OpenOrImport(Make.Small() with { Fields = [Make.Categorical("x", 2)] });
        other.Schema.Tables[0].Rows.ShouldBe(1);
        using var split = folder.OpenOrImport(Make.Small() with { Split = Make.Split("x == u", "x == v", "x == z") });
        split.Rows(Part.Train).ShouldBe(1);
    }

    [Fact]
    public void OpenOrImport_JoinedSourceChanged_ImportsAgain()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows).Write("items.csv", "x,z\nu,1\n");
        var spec = Make.Small() with { Sources = [new SourceSpec { Path = "rows.csv" }, new SourceSpec { Path = "items.csv", JoinOn = ["x"] }], Fields = [Make.Categorical("z")] };
        folder.OpenOrImport(spec).Dispose();
        folder.Write("items.csv", "x,z\nu,2\n");
        using var again = folder.OpenOrImport(spec);
        ((VocabularyEncoder)again.Schema.Fields[0].Encoder).Values.ShouldBe(["", "2"]);
    }

    [Fact]
    public void OpenOrImport_EveryDamage_IsNoticed()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        folder.OpenOrImport(Make.Small()).Dispose();
        var path = OnlyFile(folder);
        var good = File.ReadAllBytes(path);

        // Cut short anywhere: imported again, with the same result.
        for (var length = 0; length < good.Length; length += 7)
        {
            File.WriteAllBytes(path, good[..length]);
            folder.OpenOrImport(Make.Small()).Dispose();
            File.ReadAllBytes(path).ShouldBe(good);
        }

        // One bit changed anywhere: either imported again, or refused when the rows are read. Never other rows.
        for (var at = 0; at < good.Length; at += 3)
        {
            var bad = (byte[])good.Clone();
            bad[at] ^= 0x10;
            File.WriteAllBytes(path, bad);
            using var data = folder.OpenOrImport(Make.Small());
            try
            {
                var batch = Make.Whole(data, Part.Train);
                batch.Ids(0).ShouldBe([1, 2]);
                batch.Labels(0).ShouldBe([1f, 0f]);
            }
            catch (InputException e)
            {
                e.Message.ShouldContain("Import the data again");
            }
        }
    }

    [Fact]
    public void Open_FileOfAnotherKind_IsAnInputError()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows + string.Concat(Enumerable.Repeat("u,1,a\n", 50)));
        Should.Throw<InputException>(() => Dataset.Open(folder.File("rows.csv"))).Message.ShouldContain("no column file");
        Should.Throw<InputException>(() => Dataset.Open(folder.File("absent.columns"))).Message.ShouldContain("cannot be read");
    }

    [Fact]
    public void Import_TemporaryFilesOfACrash_AreOverwrittenAndGone()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        string path;
        using (var data = folder.Import(Make.Small())) path = data.Path;
        foreach (var left in new[] { ".tmp", ".train.tmp", ".validation.tmp", ".test.tmp" }) File.WriteAllText(path + left, "left by a crash");
        folder.Import(Make.Small()).Dispose();
        OnlyFile(folder).ShouldBe(path);
    }

    [Fact]
    public void Import_FailingOverAnEarlierFile_LeavesTheEarlierFile()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        folder.Import(Make.Small()).Dispose();
        var before = File.ReadAllBytes(OnlyFile(folder));
        folder.Write("rows.csv", Rows + "u,5,a\n");
        Should.Throw<InputException>(() => folder.Import(Make.Small()));
        File.ReadAllBytes(OnlyFile(folder)).ShouldBe(before);
    }

    [Theory]
    [InlineData(".lock")]
    [InlineData(".tmp")]
    public void Import_WhileAnotherWrites_IsRefused(string held)
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        string path;
        using (var data = folder.Import(Make.Small())) path = data.Path;
        using (new FileStream(path + held, FileMode.Create, FileAccess.Write, FileShare.None))
            Should.Throw<InputException>(() => folder.Import(Make.Small())).Message.ShouldContain("Another import is writing");
    }

    [Fact]
    public void Import_Twice_WritesTheSameBytes()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        folder.Import(Make.Small()).Dispose();
        var first = File.ReadAllBytes(OnlyFile(folder));
        folder.Import(Make.Small()).Dispose();
        File.ReadAllBytes(OnlyFile(folder)).ShouldBe(first);
    }

    [Fact]
    public void OpenOrImport_LinkToAnotherFile_ImportsAgain()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder().Write("one.csv", Rows).Write("two.csv", Rows.Replace('v', 'w'));
        foreach (var name in new[] { "one.csv", "two.csv" }) Mark(folder.File(name));
        File.CreateSymbolicLink(folder.File("rows.csv"), "one.csv");
        folder.OpenOrImport(Make.Small()).Dispose();
        folder.Write("one.csv", Rows + "z,1,a\n");
        using (var again = folder.OpenOrImport(Make.Small())) again.Rows(Part.Train).ShouldBe(3);
        File.Delete(folder.File("rows.csv"));
        File.CreateSymbolicLink(folder.File("rows.csv"), "two.csv");
        using var other = folder.OpenOrImport(Make.Small());
        ((VocabularyEncoder)other.Schema.Fields[0].Encoder).Values.ShouldBe(["u", "w"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(199_999)]
    public void OpenOrImport_LargeFileOfSameLengthAndTime_NoticesOtherContentInItsBlocks(int changed)
    {
        using var folder = new TemporaryFolder();
        var rows = Enumerable.Repeat("uuuuuu,1,a", 200_000).ToArray();
        folder.Write("rows.csv", "x,y,part\n" + string.Join('\n', rows));
        Mark(folder.File("rows.csv"));
        folder.OpenOrImport(Make.Small()).Dispose();
        rows[changed] = "vvvvvv,1,a";
        folder.Write("rows.csv", "x,y,part\n" + string.Join('\n', rows));
        Mark(folder.File("rows.csv"));
        using var again = folder.OpenOrImport(Make.Small());
        ((VocabularyEncoder)again.Schema.Fields[0].Encoder).Values.ShouldBe(["uuuuuu", "vvvvvv"]);
    }

    [Fact]
    public async Task OpenOrImport_NamedPipe_IsReadOnce()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        using (var make = System.Diagnostics.Process.Start("mkfifo", folder.File("rows.csv"))) await make.WaitForExitAsync();
        for (var i = 0; i < 2; i++)
        {
            var writing = Task.Run(() => File.WriteAllText(folder.File("rows.csv"), Rows));
            using var data = folder.OpenOrImport(Make.Small());
            await writing;
            data.Rows(Part.Train).ShouldBe(2);
            data.Fingerprint.ShouldBeEmpty();
        }
    }

    [Fact]
    public void OpenOrImport_StoredConditionNoLongerParses_ImportsAgain()
    {
        using var folder = new TemporaryFolder().Write("rows.csv", Rows);
        var spec = Make.Small() with { Tasks = [Make.Task("y", "y == 1")] };
        folder.OpenOrImport(spec).Dispose();
        var path = OnlyFile(folder);
        var good = File.ReadAllBytes(path);
        RewriteInfo(path, json => json.Replace("y == 1", "y &| 1", StringComparison.Ordinal));
        Should.Throw<InputException>(() => Dataset.Open(path));
        folder.OpenOrImport(spec).Dispose();
        File.ReadAllBytes(path).ShouldBe(good);
    }

    /// <summary>Replaces the description of a column file by another of the same length, checksum and all.</summary>
    static void RewriteInfo(string path, Func<string, string> change)
    {
        var bytes = File.ReadAllBytes(path);
        var trailer = bytes.AsSpan(bytes.Length - 24);
        var offset = (int)System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(trailer);
        var json = bytes.AsSpan(offset, bytes.Length - 24 - offset);
        System.Text.Encoding.UTF8.GetBytes(change(System.Text.Encoding.UTF8.GetString(json))).CopyTo(json);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], Blocks.Checksum(json));
        File.WriteAllBytes(path, bytes);
    }
}
