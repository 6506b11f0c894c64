using System.IO.Compression;
using Switchyard.Data;

namespace Switchyard.Samples.Tests;

/// <summary>The library as a program uses it: the quick start, and the scorer behind its last lines.</summary>
public sealed class QuickstartTests : IDisposable
{
    readonly SampleFolder _data = new();
    readonly string[] _overrides;

    public QuickstartTests()
    {
        using var stream = new GZipStream(File.OpenRead(Path.Combine(SampleFolder.Samples, "census-income", "census_income.csv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (lines.Count <= 4000 && reader.ReadLine() is { } line) lines.Add(line);
        _data.Write("rows.csv", lines);
        _overrides = [$"sources={_data.Place("rows.csv")}", "training.epochs=1", $"output={_data.Place("run")}", "unknown_scenario=parent"];
    }

    static string Census => Path.Combine(SampleFolder.Samples, "census-income");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void Quickstart_OnTheCensus_PrintsTheTableAndScoresAsTheCommandDoes()
    {
        var printed = Program("Quickstart.dll", [Census, .. _overrides]);

        var trained = Run.Train(RunConfiguration.Load(Census, [.. _overrides, $"output={_data.Place("again")}"]));
        printed.ShouldStartWith(trained.Report.ToMarkdown());
        printed.ShouldContain($"mean AUC over {trained.Report.Means[0].Counted} cells: {trained.Report.MeanAuc("leaf"):0.0000}");
        printed.ShouldEndWith("99762 rows scored\n");

        Program("Switchyard.Cli.dll", ["predict", _data.Place("run/model"), "--input", Path.Combine(Census, "census_income.csv.gz"), "--output", _data.Place("command.csv")]);
        File.ReadAllText(_data.Place("scores.csv")).ShouldBe(File.ReadAllText(_data.Place("command.csv")));
    }

    [Fact]
    public void Quickstart_Program_HasAtMost20Lines() =>
        File.ReadLines(Path.Combine(SampleFolder.Samples, "Quickstart", "Program.cs")).Count(l => l.Length > 0).ShouldBeLessThanOrEqualTo(20);

    [Fact]
    public void Scorer_RowsOfAFile_ScoresOfPredict()
    {
        var bundle = Run.Train(RunConfiguration.Load(Census, _overrides)).Bundle;
        Run.Predict(bundle, _data.Place("rows.csv"), _data.Place("scores.csv"));
        using var scorer = Scorer.Load(bundle);
        var lines = File.ReadAllLines(_data.Place("rows.csv"));
        var header = lines[0].Split(',');
        var rows = lines.Skip(1).Where(l => !l.Contains('"', StringComparison.Ordinal)).Take(600)
            .Select(l => header.Zip(l.Split(',')).Where(p => scorer.Columns.Contains(p.First)).ToDictionary(p => p.First, p => (string?)p.Second)).ToArray();

        var expected = File.ReadLines(_data.Place("scores.csv")).Skip(1).Zip(lines.Skip(1)).Where(p => !p.Second.Contains('"', StringComparison.Ordinal)).Take(600).Select(p => p.First);
        scorer.Score(rows).Select(s => string.Join(',', s.Values.Select(v => v.ToString("R")))).ShouldBe(expected);
        scorer.Score(rows[7]).ShouldBe(scorer.Score(rows)[7]);
    }

    [Fact]
    public void Scorer_WrongRows_SayWhatIsWrongAndSpoilNoLaterOne()
    {
        var bundle = Run.Train(RunConfiguration.Load(Census, [.. _overrides, "unknown_scenario=error"])).Bundle;
        using var scorer = Scorer.Load(bundle, threads: 1);
        Dictionary<string, string?> right = new() { ["class_worker"] = "Private", ["age"] = "38" };
        var scores = scorer.Score(right);

        Should.Throw<InputException>(() => scorer.Score(new Dictionary<string, string?> { ["clas_worker"] = "Private" })).Message
            .ShouldBe("The model reads no column 'clas_worker'. Did you mean 'class_worker'?");
        Should.Throw<InputException>(() => scorer.Score(new Dictionary<string, string?> { ["class_worker"] = "Private", ["age"] = "old" })).Message.ShouldContain("'old'");
        Should.Throw<InputException>(() => scorer.Score([right, new Dictionary<string, string?> { ["class_worker"] = "Astronaut" }])).Message.ShouldContain("Astronaut");
        Should.Throw<ArgumentNullException>(() => scorer.Score((IReadOnlyDictionary<string, string?>)null!)).ParamName.ShouldBe("row");
        Should.Throw<ArgumentNullException>(() => scorer.Score((IEnumerable<IReadOnlyDictionary<string, string?>>)null!)).ParamName.ShouldBe("rows");
        Should.Throw<ArgumentNullException>(() => scorer.Score([right, null!])).ParamName.ShouldBe("rows");

        scorer.Score(right).ShouldBe(scores);
        scorer.Tasks.ShouldBe(["y_income", "y_never_married"]);
    }

    string Program(string name, string[] arguments) =>
        _data.Command(".", "dotnet", [Path.Combine(AppContext.BaseDirectory, name), .. arguments]).ReplaceLineEndings("\n");
}
