using Switchyard.Data;

namespace Switchyard.Tests;

public sealed class TextFileTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    string Place(string name) => Path.Combine(_folder.FullName, name);

    [Fact]
    public void RequireWritable_FolderThatIsNotThere_IsNotMade()
    {
        TextFile.RequireWritable(("--json", Place("a/b/report.json")), ("--csv", null));
        _folder.EnumerateFileSystemInfos().ShouldBeEmpty();

        TextFile.Write(Place("a/b/report.json"), "{}");
        File.ReadAllText(Place("a/b/report.json")).ShouldBe($"{{}}{Environment.NewLine}");
    }

    [Fact]
    public void RequireWritable_FileInTheWay_NamesBothAndARemedy()
    {
        File.WriteAllText(Place("a"), "mine");
        var message = Should.Throw<InputException>(() => TextFile.RequireWritable(("--json", Place("a/report.json")))).Message;
        foreach (var text in new[] { Place("a/report.json"), "is a file", "name a file in a folder that you may write to" }) message.ShouldContain(text);
    }

    [Theory]
    [InlineData("", "--csv: the name is empty")]
    [InlineData(" ", "--csv: the name is empty")]
    [InlineData("sub/../report.json", "--json is written there")]
    public void RequireWritable_NameThatCannotBe_IsRefused(string name, string says)
    {
        var csv = string.IsNullOrWhiteSpace(name) ? name : Place(name);
        Should.Throw<InputException>(() => TextFile.RequireWritable(("--json", Place("report.json")), ("--csv", csv))).Message.ShouldContain(says);
        _folder.EnumerateFileSystemInfos().ShouldBeEmpty();
    }

    [Fact]
    public void Write_Bytes_ReplacesTheFileAndLeavesNothingElse()
    {
        TextFile.Write(Place("a/scores"), [1, 2, 3]);
        TextFile.Write(Place("a/scores"), [4, 5]);

        File.ReadAllBytes(Place("a/scores")).ShouldBe([4, 5]);
        Directory.GetFileSystemEntries(Place("a")).ShouldHaveSingleItem();
    }

    [Fact]
    public void Write_BytesWhereAFolderIs_SaysSoAndLeavesNothing()
    {
        Directory.CreateDirectory(Place("a/scores/full"));

        Should.Throw<InputException>(() => TextFile.Write(Place("a/scores"), [1])).Message.ShouldContain($"{Place("a/scores")} cannot be written");

        Directory.GetFileSystemEntries(Place("a")).ShouldHaveSingleItem();
    }
}
