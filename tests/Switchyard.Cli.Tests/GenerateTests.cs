namespace Switchyard.Cli.Tests;

/// <summary>generate from the command line: its files train and validate as they are, and wrong options leave nothing behind.</summary>
public sealed class GenerateTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    string Place(string name) => Path.Combine(_folder.FullName, name);

    static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = new Application(output, error, CancellationToken.None).Run(args);
        return (code, output.ToString(), error.ToString());
    }

    static (int Code, string Output, string Error) Generate(params string[] args) => Run(["generate", "fund-search", .. args]);

    [Fact]
    public void FundSearch_Files_ValidateAndTrainAsTheyAre()
    {
        Generate("--rows", "20000", "-o", Place("log.csv.gz"), "--probabilities", Place("true.csv")).Code.ShouldBe(0);
        Directory.GetFiles(_folder.FullName).Select(Path.GetFileName).ShouldBe(["log.csv.gz", "switchyard.yaml", "truth.json", "true.csv"], ignoreOrder: true);
        File.ReadLines(Place("true.csv")).Count().ShouldBe(20001);

        var validated = Run("validate", Place("switchyard.yaml"));
        validated.Code.ShouldBe(0, validated.Output);
        validated.Output.ShouldNotContain("FAIL ");

        var trained = Run(
            "train", Place("switchyard.yaml"), "--set", "training.epochs=1", "--set", "training.batch_size=512", "--set", "model.expert={widths: [16, 8]}", "--json", Place("metrics.json"));
        trained.Code.ShouldBe(0, trained.Error);
        trained.Output.ShouldContain("vertical/products");
        trained.Output.ShouldContain("with position = 1 (as served)");
        File.Exists(Place("metrics.json")).ShouldBeTrue();
    }

    [Fact]
    public void FundSearch_SameSeed_WritesTheSameBytes()
    {
        foreach (var folder in new[] { "a", "b" })
            Generate("--rows", "3000", "--seed", "5", "-o", Place($"{folder}/log.csv.gz"), "--probabilities", Place($"{folder}/true.csv.gz")).Code.ShouldBe(0);
        foreach (var name in new[] { "log.csv.gz", "switchyard.yaml", "truth.json", "true.csv.gz" })
            File.ReadAllBytes(Place($"b/{name}")).ShouldBe(File.ReadAllBytes(Place($"a/{name}")), name);
    }

    [Theory]
    [InlineData("--rows 0", "--rows 0: give at least one row")]
    [InlineData("--channels 0", "--channels 0: give a number from 1 to 16")]
    [InlineData("--output NAME/log.tsv", "name a file that ends in .csv or .csv.gz")]
    [InlineData("--probabilities NAME/log.csv", "--output is written there")]
    [InlineData("--probabilities NAME/p*.csv", "a name with * or $")]
    [InlineData("--alike user", "user")]
    [InlineData("--skew 1.5", "--skew 1.5: the shares of 2 × 2 scenarios are planted")]
    [InlineData("--skew 9 --domains 3", "--skew 9: give a number from 0 (equal shares) to 8")]
    [InlineData("--alike 7", "--alike 7: give domain, channel, all")]
    [InlineData("--output NAME/log.csv --probabilities NAME/LOG.csv", "--output is written there")]
    [InlineData("--rows many", "many")]
    public void FundSearch_WrongOption_IsAnInputErrorThatLeavesNothingBehind(string option, string says)
    {
        string[] words = [.. option.Replace("NAME", _folder.FullName, StringComparison.Ordinal).Split(' ')];
        var (code, _, error) = Generate([.. words.Contains("--output") ? (string[])[] : ["-o", Place("log.csv")], .. words.Contains("--rows") ? (string[])[] : ["--rows", "10"], .. words]);
        code.ShouldBe(Application.InputError);
        error.ShouldContain(says);
        Directory.GetFiles(_folder.FullName).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--output", "--probabilities")]
    [InlineData("--probabilities", "--output")]
    public void FundSearch_EmptyName_IsAnInputError(string option, string other)
    {
        var (code, _, error) = Generate(other, Place("log.csv"), option, "");
        code.ShouldBe(Application.InputError);
        error.ShouldContain(option);
        Directory.GetFiles(_folder.FullName).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("159", true)]
    [InlineData("160", false)]
    public void FundSearch_FewerRowsThanASearchADay_Warns(string rows, bool warns)
    {
        var (code, _, error) = Generate("--rows", rows, "-o", Place("log.csv"));
        code.ShouldBe(0);
        error.Contains("less than a search a day", StringComparison.Ordinal).ShouldBe(warns, error);
    }

    [Fact]
    public void FundSearch_FilesThere_StayUnlessForced()
    {
        File.WriteAllText(Place("switchyard.yaml"), "mine");
        var (code, _, error) = Generate("--rows", "10", "-o", Place("log.csv"));
        code.ShouldBe(Application.InputError);
        error.ShouldContain("--force");
        File.ReadAllText(Place("switchyard.yaml")).ShouldBe("mine");
        Generate("--rows", "10", "-o", Place("log.csv"), "--force").Code.ShouldBe(0);
        File.ReadAllText(Place("switchyard.yaml")).ShouldNotBe("mine");
    }

    [Fact]
    public void FundSearch_Cancelled_LeavesNothingBehind()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        using var output = new StringWriter();
        new Application(output, output, stopped.Token).Run(["generate", "fund-search", "--rows", "1000", "-o", Place("log.csv")]).ShouldBe(Application.Cancelled);
        Directory.GetFiles(_folder.FullName).ShouldBeEmpty();
    }

    [Fact]
    public void Generate_WithoutAWorld_ShowsWhichThereAre()
    {
        var (code, output, error) = Run("generate");
        code.ShouldBe(Application.InputError);
        (output + error).ShouldContain("switchyard generate --help");
        Run("generate", "--help").Output.ShouldContain("fund-search");
    }
}
