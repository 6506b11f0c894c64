using System.Diagnostics.CodeAnalysis;

namespace Switchyard.Cli.Tests;

/// <summary><c>switchyard features</c> against a SQLite store.</summary>
public sealed class FeaturesCommandTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switchyard");

    string Store => Path.Combine(_folder.FullName, "features.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void LoadAndShow_File_IsInTheStore()
    {
        var file = Write("items.csv", "item_id,price,tags\n1,1.50,a|b\n2,,x\n1,2.0,c\n,3,d\n");
        var (code, output, error) = Run("features", "load", file, "--entity", "item", "--key", "item_id", "--store", Store);
        code.ShouldBe(0, error);
        output.TrimEnd().ShouldBe("item: 4 rows read; 2 ids added, 0 updated, 0 removed; 2 in the store");
        error.ShouldBe($"warning: rows without item_id, which were left out: 1{Environment.NewLine}warning: rows whose item_id a later row has again, which counts: 1{Environment.NewLine}");
        Run("features", "show", "--store", Store).Output.ReplaceLineEndings("\n").ShouldBe("item: 2 ids; key item_id\n  price, tags\n");
        Run("features", "show", "--store", Store, "--entity", "item", "--key", "1", "--key", "2", "--key", "9").Output.ReplaceLineEndings("\n")
            .ShouldBe("item 1\n  price: 2.0\n  tags: c\nitem 2\n  price: –\n  tags: x\nitem 9: unknown\n");
        var other = Write("other.tsv", "item_id\tprice\n3\t7\n");
        Run("features", "load", other, "--entity", "item", "--key", "item_id", "--store", Store, "--replace").Output.TrimEnd()
            .ShouldBe("item: 1 rows read; 1 ids added, 0 updated, 2 removed; 1 in the store");
    }

    [Theory]
    [InlineData("--store FILE for SQLite, or --connection VARIABLE", "features", "show")]
    [InlineData("there is no such file", "features", "show", "--store", "nowhere.db")]
    [InlineData("is the name of an environment variable", "features", "show", "--connection", "Host=h;Password=secret")]
    [InlineData("Environment variable SWITCHYARD_NO_DB is not set", "features", "show", "--connection", "SWITCHYARD_NO_DB", "--entity", "item", "--key", "1")]
    [InlineData("--key needs --entity", "features", "show", "--store", "nowhere.db", "--key", "1")]
    public void Show_WrongStore_IsOneLine(string message, params string[] args)
    {
        var (code, output, error) = Run(args);
        code.ShouldBe(Application.InputError);
        output.ShouldBeEmpty();
        error.ShouldStartWith("error: ");
        error.ShouldContain(message);
        error.ShouldNotContain("secret");
        error.TrimEnd().ShouldNotContain('\n');
    }

    [Fact]
    public void Show_EntityThatIsNotThere_IsNamed()
    {
        Run("features", "load", Write("items.csv", "item_id,price\n1,2\n"), "--entity", "item", "--key", "item_id", "--store", Store).Code.ShouldBe(0);
        Run("features", "show", "--store", Store, "--entity", "items").Error.TrimEnd().ShouldBe("error: There is no entity 'items' in the store. Did you mean 'item'?");
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Strings only.")]
    static (int Code, string Output, string Error) Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = new Application(output, error, CancellationToken.None).Run(args);
        return (code, output.ToString(), error.ToString());
    }

    string Write(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
