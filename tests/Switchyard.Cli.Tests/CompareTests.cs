using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.Cli.Tests;

/// <summary><c>compare</c> in this process, on the small log of <see cref="CliRun"/>.</summary>
public sealed class CompareTests : IDisposable
{
    const string Head =
        """
        base: run.yaml
        seeds: [1, 2]
        bootstrap: {samples: 200}

        """;

    const string Three =
        Head +
        """
        baseline: mmoe
        variants:
          mmoe: {model: {name: mmoe, experts: 2, expert: {widths: [8]}, tower_widths: [4]}}
          aesm2: {model.experts: 3}
          pooled: {model: {name: mmoe, experts: 1, expert: {widths: [8]}, tower_widths: [4]}, size: own}
        """;

    readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    string Folder => _run.Place("runs/compare");

    string[] Results => [.. Directory.GetFiles(Path.Combine(Folder, "results"), "*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Compare_AllVariants_ReportsAndTrainsNothingTwice()
    {
        Write(Three);

        var first = Compare("--json", _run.Place("c.json"), "--markdown", _run.Place("c.md")).ShouldSucceed();

        first.Error.ShouldContain("run 6 of 6: pooled, seed 2; about ");
        first.Output.ShouldContain("pooled (own size)");
        first.Output.ShouldContain("mmoe against pooled, ");
        Results.Length.ShouldBe(6);
        Directory.Exists(Path.Combine(Folder, "work")).ShouldBeTrue();
        Directory.GetFileSystemEntries(Path.Combine(Folder, "work")).ShouldBeEmpty();
        _run.Leftovers().ShouldBeEmpty();
        Directory.GetDirectories(_run.Place("runs")).Select(Path.GetFileName).ShouldBe([".columns", "compare"], ignoreOrder: true);

        using var json = JsonDocument.Parse(File.ReadAllText(_run.Place("c.json")));
        var root = json.RootElement;
        (root.GetProperty("part").GetString(), root.GetProperty("level").GetString(), root.GetProperty("pooled").GetString()).ShouldBe(("test", "level1", "pooled"));
        root.GetProperty("single").ValueKind.ShouldBe(JsonValueKind.Null);
        var variants = root.GetProperty("variants").EnumerateArray().ToList();
        variants.Select(v => v.GetProperty("variant").GetString()).ShouldBe(["mmoe", "aesm2", "pooled"]);
        variants.ShouldAllBe(v => v.GetProperty("runs").GetArrayLength() == 2 && v.GetProperty("cells").GetArrayLength() == (1 + 3 + 6) * 3);
        variants[1].GetProperty("active_parameters").GetProperty("mean").GetDouble().ShouldBeLessThan(variants[1].GetProperty("dense_parameters").GetDouble());
        variants[0].GetProperty("active_parameters").GetProperty("mean").GetDouble().ShouldBe(variants[0].GetProperty("dense_parameters").GetDouble());
        variants[0].GetProperty("runs")[0].GetProperty("peak_memory").GetInt64().ShouldBeGreaterThan(1 << 20);
        var means = root.GetProperty("differences").EnumerateArray().Where(d => d.GetProperty("metric").GetString() == "mean_auc" && d.GetProperty("reference").GetString() == "mmoe").ToList();
        means.Select(d => d.GetProperty("level").GetString()).Distinct().ShouldBe(["level1", "leaf"], ignoreOrder: true);
        var (ours, theirs) = (Mean(variants[1]), Mean(variants[0]));
        means.First(d => d.GetProperty("variant").GetString() == "aesm2" && d.GetProperty("level").GetString() == "level1")
            .GetProperty("bootstrap").GetProperty("difference").GetDouble().ShouldBe(ours - theirs, 1e-9);
        root.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("variant").GetString()).ShouldBe(["mmoe", "aesm2"]);

        var markdown = File.ReadAllText(_run.Place("c.md"));
        foreach (var head in new[] { "## Models", "## Mean AUC against mmoe", "## Negative transfer", "## AUC against pooled, by cell", "rows/s: median of the seeds and their range, with ", "## AUC by scenario and task", "## GAUC", "## Log loss", "## Calibration" }) markdown.ShouldContain(head);
        markdown.ShouldBe(File.ReadAllText(Path.Combine(Folder, "report.md")));

        var again = Compare().ShouldSucceed();
        again.Error.ShouldContain("6 of 6 runs are finished already");
        again.Error.ShouldNotContain("epoch ");
        var (before, after) = (JsonNode.Parse(File.ReadAllText(_run.Place("c.json")))!.AsObject(), JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "report.json")))!.AsObject());
        string[] command = ["switchyard", "compare", _run.Place("compare.yaml")];
        Command(before).ShouldBe([.. command, "--json", _run.Place("c.json"), "--markdown", _run.Place("c.md")]);
        Command(after).ShouldBe(command);
        (before.Remove("command"), after.Remove("command")).ShouldBe((true, true));
        after.ToJsonString().ShouldBe(before.ToJsonString());

        static string?[] Command(JsonObject report) => [.. report["command"]!.AsArray().Select(w => w!.GetValue<string>())];

        static double Mean(JsonElement variant) => variant.GetProperty("mean_auc").GetProperty("level1").GetProperty("mean").GetDouble();
    }

    [Fact]
    public void Compare_ChangedVariant_TrainsOnlyItself()
    {
        Write(Three);
        Compare("--seeds", "1").ShouldSucceed();
        Write(Three.Replace("model.experts: 3", "model.experts: 4", StringComparison.Ordinal));

        var result = Compare("--seeds", "1").ShouldSucceed();

        result.Error.ShouldContain("2 of 3 runs are finished already");
        result.Error.ShouldContain("run 1 of 1: aesm2, seed 1");

        // The former one is still known.
        Write(Three);
        Compare("--seeds", "1").ShouldSucceed().Error.ShouldContain("3 of 3 runs are finished already");
    }

    [Fact]
    public void Compare_Subset_ReportsWhatIsFinished()
    {
        Write(Three);

        var result = Compare("--only", "mmoe,pooled", "--seeds", "2").ShouldSucceed();

        result.Error.ShouldContain("run 1 of 2: mmoe, seed 2");
        result.Output.ShouldContain("not run yet: aesm2");
        result.Output.ShouldContain("One seed");
        Compare("--report-only").ShouldSucceed().Error.ShouldNotContain("run 1");
    }

    [Fact]
    public void Compare_SameModelTwice_DiffersByNothing()
    {
        Write(Head + "variants: {a: {}, pooled: {training.threads: 1}}");

        var output = Compare("--seeds", "1").ShouldSucceed().Output;

        output.ShouldContain("a against pooled, ");
        output.ShouldContain("No difference is shown.");
        output.ShouldContain("[0.0000, 0.0000]");
        Results.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Compare_CancelledAndGoneOn_SameScoresAsWithoutStop(int validations)
    {
        Write(Three.Replace("base: run.yaml", "base: run.yaml\noutput: runs/whole", StringComparison.Ordinal));
        Compare("--set", "training.epochs=3").ShouldSucceed();
        Write(Three);

        using var cancel = new CancellationTokenSource();
        using var error = new Canceller(cancel, validations);
        using var output = new StringWriter();
        new Application(output, error, cancel.Token).Run(["compare", _run.Place("compare.yaml"), "--set", "training.epochs=3"]).ShouldBe(Application.Cancelled);
        error.ToString().ShouldContain("runs are finished; the same command goes on from here");
        Compare("--set", "training.epochs=3").ShouldSucceed();

        foreach (var file in Directory.GetFiles(Path.Combine(Folder, "results"), "*.scores"))
            File.ReadAllBytes(file).ShouldBe(File.ReadAllBytes(_run.Place($"runs/whole/results/{Path.GetFileName(file)}")));
        Results.Length.ShouldBe(6);
    }

    [Fact]
    public void Compare_DamagedResult_IsTrainedAgain()
    {
        Write(Three);
        Compare("--only", "mmoe").ShouldSucceed();
        var scores = Path.ChangeExtension(Path.Combine(Folder, "results", Results[0]), ".scores");
        var bytes = File.ReadAllBytes(scores);
        File.WriteAllBytes(scores, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);

        var result = Compare("--only", "mmoe").ShouldSucceed();

        result.Error.ShouldContain("is damaged, its run is trained again");
        result.Error.ShouldContain("run 1 of 1: mmoe, seed 1");
        File.ReadAllBytes(scores).ShouldBe(bytes);
    }

    [Fact]
    public void Compare_FailOnLoss_ExitCodeSaysWhetherAVariantLoses()
    {
        _run.Write("rows.csv", CliRun.Lines(6000).Prepend(CliRun.Header));
        const string Text = "base: run.yaml\nseeds: [1, 2]\nbootstrap: {samples: 200}\nvariants:\n  pooled: {model: {name: mmoe, experts: 2}}\n  other: {model: {name: mmoe, experts: 2}, training.learning_rate: RATE}\n";

        Write(Text.Replace("RATE", "1e-12", StringComparison.Ordinal));
        var lost = Compare("--fail-on-loss");
        lost.Code.ShouldBe(Application.LossFound, lost.Error);
        lost.Output.ShouldContain("other against pooled, ");
        lost.Output.ShouldContain("loses in ");

        Write(Text.Replace("RATE", "0.0011", StringComparison.Ordinal));
        Compare("--fail-on-loss").ShouldSucceed();
        Write(Text.Replace("RATE", "0.0012", StringComparison.Ordinal));
        Compare("--fail-on-loss", "--only", "pooled").ShouldRefuse("there is no result of other, seed 1; other, seed 2.");
        Write(Text.Replace("RATE", "0.0012", StringComparison.Ordinal).Replace("seeds: [1, 2]", "seeds: [1]", StringComparison.Ordinal));
        Compare("--fail-on-loss").ShouldRefuse("has one seed", "name at least two");
        var alone = Compare("--only", "other").ShouldSucceed();
        alone.Output.ShouldContain("One seed: intervals and p values cover rows only");
        File.ReadAllText(Path.Combine(Folder, "report.md")).ShouldContain("One seed: intervals and p values cover rows only");
        Write(Text.Replace("RATE", "0.0013", StringComparison.Ordinal) + "baseline: other\n");
        Compare("--report-only").ShouldSucceed().Output.ShouldContain("the baseline other has no finished run; train it with --only other");
        Compare("--report-only").ShouldSucceed();
    }

    [Fact]
    public void Compare_VariantOfFields_ImportsItsOwnRows()
    {
        Write(Head + "variants: {a: {}, b: {\"fields[5].buckets\": 4}}");

        Compare("--seeds", "1").ShouldSucceed();

        Directory.GetFiles(_run.Place("runs/.columns"), "*", SearchOption.AllDirectories).Length.ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public void Compare_KeepModels_LeavesBundles()
    {
        Write(Head + "keep_models: true\nvariants: {a: {}}");

        Compare("--seeds", "1").ShouldSucceed();

        CliRun.Run("evaluate", Directory.GetDirectories(Path.Combine(Folder, "models"), "a-seed1-*").Single()).ShouldSucceed().Output.ShouldContain("test: ");
    }

    [Theory]
    [InlineData("bases: run.yaml\nvariants: {a: {}}", "compare.yaml:1:1", "unknown key 'bases'; did you mean 'base'?")]
    [InlineData("base: nowhere.yaml\nvariants: {a: {}}", "compare.yaml:1:7", "there is no file")]
    [InlineData("base: run.yaml", "key 'variants' is missing")]
    [InlineData("base: run.yaml\nvariants: {}", "variants: there is none")]
    [InlineData("base: run.yaml\nseeds: []\nvariants: {a: {}}", "compare.yaml:2:1", "there is no seed")]
    [InlineData("base: run.yaml\nseeds: [1, 1]\nvariants: {a: {}}", "a seed is given twice")]
    [InlineData("base: run.yaml\nbaseline: mmoo\nvariants: {mmoe: {}}", "compare.yaml:2:11", "baseline: there is no variant 'mmoo'; did you mean 'mmoe'?")]
    [InlineData("base: run.yaml\nvariants:\n  a: {model.expert: 4}", "compare.yaml:3:3", "variant 'a'", "model.expert")]
    [InlineData("base: run.yaml\nvariants:\n  a: mmoo", "variant 'a'", "unknown architecture 'mmoo'; did you mean 'mmoe'?")]
    [InlineData("base: run.yaml\nvariants:\n  a: {training: {epoch: 4}}", "compare.yaml:3:18", "unknown key 'epoch' in training; did you mean 'epochs'?")]
    [InlineData("base: run.yaml\nvariants:\n  a: [training.epochs]", "variant 'a'", "path=value")]
    [InlineData("base: run.yaml\nvariants:\n  a: {training.seed: 4}", "variant 'a'", "it changes training.seed")]
    [InlineData("base: run.yaml\nvariants:\n  a: {output: x}", "variant 'a'", "it changes output")]
    [InlineData("base: run.yaml\nvariants:\n  a/b: {}", "the name 'a/b' is also part of file names")]
    [InlineData("base: run.yaml\nvariants: [{model: mmoe}]", "needs a 'name'")]
    [InlineData("base: run.yaml\nvariants: [mmoe, mmoe]", "'mmoe' is given twice")]
    [InlineData("base: run.yaml\nvariants: {a: {size: big}}", "expected equal or own, found 'big'")]
    [InlineData("base: run.yaml\nlevel: leafs\nvariants: {a: {}}", "did you mean 'leaf'?")]
    [InlineData("base: run.yaml\nvariants: {a: {scenario: city}}", "variant 'a' changes what is compared")]
    [InlineData("base: run.yaml\nvariants: {a: {\"split.test\": day == 9}}", "variant 'a' changes what is compared", "test rows, the base")]
    [InlineData("", "the comparison is empty")]
    public void Compare_WrongFile_IsOneLine(string text, params string[] expected)
    {
        Write(text);
        Compare().ShouldRefuse(expected);
    }

    [Fact]
    public void Compare_WrongCommandLine_IsOneLine()
    {
        Write(Head + "variants: {mmoe: mmoe, a: {}}");
        Compare("--only", "mmo").ShouldRefuse("--only mmo", "did you mean 'mmoe'?");
        Compare("--seeds", "7").ShouldRefuse("--seeds 7", "its seeds are 1, 2");
        Compare("--seeds", "one").ShouldRefuse("a seed is a whole number");
        Compare("--report-only").ShouldRefuse("no run is finished yet");
        Compare("--report-only", "--only", "mmoe").ShouldRefuse("--report-only trains nothing", "--only");
        Compare("--set", "training.seed=4").ShouldRefuse("--set training.seed=4", "stand under 'seeds'");
        Compare("--fail-on-loss").ShouldRefuse("has no control to lose against");
        Compare("--json", _run.Folder).ShouldRefuse("it is a folder");
        CliRun.Run("compare", _run.Folder).ShouldRefuse("is a folder; name a comparison file");
        CliRun.Run("compare", _run.Place("none.yaml")).ShouldRefuse("none.yaml");
    }

    void Write(string text) => File.WriteAllText(_run.Place("compare.yaml"), text);

    CliResult Compare(params string[] more) => CliRun.Run(["compare", _run.Place("compare.yaml"), .. more]);

    sealed class Canceller(CancellationTokenSource cancel, int validations) : StringWriter
    {
        int _validations;

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.StartsWith("epoch ", StringComparison.Ordinal) && ++_validations == validations) cancel.Cancel();
        }
    }
}
