using System.Text.RegularExpressions;

namespace Switchyard.Cli.Tests;

/// <summary>Whole searches on a tiny log, through the command line.</summary>
public sealed partial class TuneTests : IDisposable
{
    const string Random =
        """
        base: run.yaml
        trials: 3
        seeds: [1, 2]
        set: {training.epochs: 2}
        start: [{name: as it is}]
        ranges:
          training.learning_rate: {min: 1e-3, max: 1e-1, log: true}
          model.experts: [2, 4]
        """;

    const string Halving =
        """
        base: run.yaml
        method: halving
        trials: 5
        eta: 2
        seeds: [3]
        set: {training.epochs: 4, training.patience: 0, training.schedule.decay: cosine}
        ranges:
          training.learning_rate: {min: 1e-4, max: 1e-1, log: true}
        """;

    readonly CliRun _run = new();

    public TuneTests() => File.AppendAllText(_run.Configuration, "\nevaluation: {min_positives: 1, min_negatives: 1}\n");

    public void Dispose() => _run.Dispose();

    [Fact]
    public void Tune_Random_TableReportAndConfigurationThatTrains()
    {
        var result = Tune(Random, "--json", _run.Place("copy.json")).ShouldSucceed();

        result.Output.ShouldContain("demo: 4 trials, 2 seeds, mean_auc on the validation rows");
        result.Output.ShouldContain("Standard error of the difference");
        result.Output.ShouldContain("| training.learning_rate |");
        result.Output.ShouldContain("best.yaml");
        result.Error.ShouldContain(" left");
        File.ReadAllText(_run.Place("copy.json")).Trim().ShouldBe(Read("report.json").Trim());
        Trials().Length.ShouldBe(8);
        Directory.Exists(Place("checkpoints")).ShouldBeFalse();
        _run.Leftovers().ShouldBeEmpty();

        var tune = TuneConfiguration.Load(_run.Place("tune.yaml"));
        var report = Switchyard.Run.Tune(tune);
        var best = RunConfiguration.Load(report.Best!);
        best.Data.Sources[0].Path.ShouldBe(Path.Combine("..", "..", "rows.csv"));
        var trained = Switchyard.Run.Train(best);
        trained.Training.BestValue.ShouldBe(report.Trials[0].Values[0]);
        Path.GetFullPath(trained.Bundle).ShouldBe(Path.GetFullPath(_run.Place("runs/demo-best/model")));
        Directory.EnumerateFiles(_run.Place("runs/.columns"), "*.columns").Count().ShouldBe(1);
    }

    [Fact]
    public void Tune_OnlyBest_PrintsTheFileAlone() =>
        Path.GetFullPath(Tune(Random, "--set", "trials=0", "--only-best").ShouldSucceed().Output.Trim()).ShouldBe(Place("best.yaml"));

    /// <summary>The best half of every rung goes on, and the last has the value of a training that never paused.</summary>
    [Fact]
    public void Tune_Halving_PromotesTheBestAndEndsAsWithoutPause()
    {
        Tune(Halving).ShouldSucceed();
        var halved = Switchyard.Run.Tune(TuneConfiguration.Load(_run.Place("tune.yaml")));

        halved.Trials.Select(t => t.PlannedEpochs).ShouldBe([4, 2, 1, 1, 1]);
        Trials().Length.ShouldBe(5 + 2 + 1);
        Directory.Exists(Place("checkpoints")).ShouldBeFalse();

        var whole = Switchyard.Run.Tune(TuneConfiguration.Load(_run.Place("tune.yaml"), ["method=random", $"output={_run.Place("whole")}"]));
        var values = whole.Trials.ToDictionary(t => t.Number, t => t.Values[0]);
        halved.Trials[0].Values[0].ShouldBe(values[halved.Trials[0].Number]);

        halved.Trials.Skip(2).Zip(halved.Trials.Skip(3)).ShouldAllBe(p => p.First.Mean >= p.Second.Mean);
        halved.Trials.Skip(1).ShouldAllBe(t => t.Behind >= 0);
    }

    /// <param name="yaml">The search.</param>
    /// <param name="trainings">Trainings before the stop, which comes in the middle of the next.</param>
    /// <param name="crash">Nothing is told to the search: what it has written by then has to do.</param>
    [Theory]
    [InlineData(Random, 1, false)]
    [InlineData(Random, 4, true)]
    [InlineData(Halving, 3, true)]
    [InlineData(Halving, 6, false)]
    [InlineData(Halving, 7, true)]
    public void Tune_StoppedAndStartedAgain_SameFilesAndOnlyTheMissingTrained(string yaml, int trainings, bool crash)
    {
        Tune(yaml).ShouldSucceed();
        var whole = Files();
        Directory.Delete(Place(""), recursive: true);

        using (var stop = new CancellationTokenSource())
        {
            var stopping = new Stopping(trainings, () =>
            {
                if (crash) throw new CrashException();
                stop.Cancel();
            });
            var stopped = Should.Throw<Exception>(() => Switchyard.Run.Tune(TuneConfiguration.Load(_run.Place("tune.yaml")), reporter: stopping, cancellation: stop.Token));
            (crash ? stopped is CrashException : stopped is OperationCanceledException).ShouldBeTrue();
        }

        Trials().Length.ShouldBe(trainings);
        var second = Tune(yaml).ShouldSucceed();
        Lines(second).ShouldBe(whole.Keys.Count(k => k.StartsWith("trials", StringComparison.Ordinal)) - trainings);
        Files().ShouldBe(whole);
        Lines(Tune(yaml).ShouldSucceed()).ShouldBe(0);
        Files().ShouldBe(whole);
    }

    [Fact]
    public void Tune_Cancelled_SaysHowToGoOn()
    {
        _run.Write("tune.yaml", [Random]);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        var result = CliRun.Run(stop.Token, "tune", _run.Place("tune.yaml"));

        result.Code.ShouldBe(Application.Cancelled);
        result.Error.ShouldContain("the same command goes on from there");
    }

    [Fact]
    public void Tune_DamagedResult_IsTrainedAgain()
    {
        Tune(Random).ShouldSucceed();
        var whole = Files();
        File.WriteAllText(Trials()[0], "{\"key\": ");
        File.WriteAllText(Trials()[1], File.ReadAllText(Trials()[2]));

        var again = Tune(Random).ShouldSucceed();

        again.Error.ShouldContain("the training is made again");
        again.Error.ShouldContain("is not the result of this training");
        Lines(again).ShouldBe(2);
        Files().ShouldBe(whole);
    }

    [Fact]
    public void Tune_MoreTrials_KeepThoseThatWereTrained()
    {
        Tune(Random).ShouldSucceed();

        Lines(Tune(Random, "--set", "trials=4").ShouldSucceed()).ShouldBe(2);
        Lines(Tune(Random, "--set", "training.batch_size=32").ShouldSucceed()).ShouldBe(8);
    }

    /// <summary>Every test row is another one, and nothing that the search leaves or says is.</summary>
    [Theory]
    [InlineData(Random)]
    [InlineData(Halving)]
    public void Tune_OtherTestRows_NotAByteIsDifferent(string yaml)
    {
        var first = Tune(yaml).ShouldSucceed();
        var files = Files();
        Directory.Delete(_run.Place("runs"), recursive: true);
        var changed = 0;
        _run.Write("rows.csv", [.. _run.ReadLines("rows.csv").Select(line =>
        {
            var cells = line.Split(',');
            if (cells[^1] is not ("9" or "10")) return line;
            changed++;
            return Other(cells, changed);
        })]);
        changed.ShouldBe(CliRun.Rows / 5);

        var second = Tune(yaml).ShouldSucceed();

        Files().ShouldBe(files);
        Timeless(second.Output).ShouldBe(Timeless(first.Output));
        Timeless(second.Error).ShouldBe(Timeless(first.Error));
    }

    /// <summary>A row with other labels, other scenarios and groups, ids that no other row has and numbers at the ends of what can be read.</summary>
    static string Other(string[] cells, int i)
    {
        var clicked = cells[10] == "1" ? "0" : "1";
        var price = ((string[])["-1e30", "1e30", "", "0"])[i % 4];
        return string.Join(',', cells[0], $"nobody{i}", "one list for all", cells[3] == "ams" ? "ber" : "ams", cells[4] == "desk" ? "phone" : "desk",
            $"new{i}", $"new{i}|new{i / 2}|i1", price, 1 + i % 9, i % 7, clicked, clicked, cells[12].Length == 0 ? "5" : "", cells[13]);
    }

    /// <summary>What a test row could be reached through is not there.</summary>
    [Fact]
    public void FittingRows_Members_NoneTakesAPart()
    {
        var members = typeof(Switchyard.Run).Assembly.GetType("Switchyard.FittingRows")!.GetMembers(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public);
        members.OfType<System.Reflection.MethodInfo>().SelectMany(m => m.GetParameters()).ShouldAllBe(p => p.ParameterType != typeof(Data.Part) && p.ParameterType != typeof(Data.Dataset));
        members.OfType<System.Reflection.PropertyInfo>().ShouldAllBe(p => p.PropertyType != typeof(Data.Dataset));
    }

    [Fact]
    public void Tune_DivergedTrial_IsLastAndTheOthersGoOn()
    {
        var result = Tune(Random.Replace("{min: 1e-3, max: 1e-1, log: true}", "[0.01, 1e3]", StringComparison.Ordinal), "--set", "training.optimizer=sgd", "--set", "method=grid").ShouldSucceed();

        result.Output.ShouldContain("diverged");
        result.Output.ShouldContain("best configuration");
    }

    [Fact]
    public void Tune_FieldRanges_ImportOnceAWay()
    {
        Tune("{base: run.yaml, method: grid, set: {training.epochs: 1}, ranges: {'fields[2].embedding': [4, 8], model.experts: [2, 4]}}").ShouldSucceed();

        Directory.EnumerateFiles(_run.Place("runs/.columns"), "*.columns").Count().ShouldBe(2);
        RunConfiguration.Load(Place("best.yaml")).Data.Fields[2].Embedding.ShouldBeOneOf(4, 8);
    }

    [Fact]
    public void Tune_NoValidationRows_Refused()
    {
        File.WriteAllText(_run.Configuration, File.ReadAllText(_run.Configuration).Replace("day == 8", "day == 77", StringComparison.Ordinal));

        Tune(Random).ShouldRefuse("there are no validation rows to compare trials on");
    }

    [Fact]
    public void Tune_ValidationSetToTheTestRows_Refused() =>
        Tune(Random, "--set", "split.validation=day >= 9", "--set", "split.test=day == 8").ShouldRefuse("--set split.test=day == 8: split cannot be set", "edit the base file");

    [Theory]
    [InlineData("none.yaml", "no such configuration file")]
    [InlineData(".", "this is a folder")]
    public void Tune_WrongFile_Refused(string file, string text) => CliRun.Run("tune", _run.Place(file)).ShouldRefuse(text);

    CliResult Tune(string yaml, params string[] more)
    {
        _run.Write("tune.yaml", [yaml]);
        return CliRun.Run(["tune", _run.Place("tune.yaml"), .. more]);
    }

    string Place(string name) => Path.TrimEndingDirectorySeparator(_run.Place(Path.Combine("runs/tune", name)));

    string Read(string name) => File.ReadAllText(Place(name));

    string[] Trials() => Directory.Exists(Place("trials")) ? [.. Directory.GetFiles(Place("trials")).Order(StringComparer.Ordinal)] : [];

    /// <summary>Trainings that were made.</summary>
    static int Lines(CliResult result) => result.Error.Split('\n').Count(l => l.StartsWith("trial ", StringComparison.Ordinal));

    /// <summary>Everything in the output folder but the speeds, by name.</summary>
    SortedDictionary<string, string> Files() => new(
        Directory.EnumerateFiles(Place(""), "*", SearchOption.AllDirectories).ToDictionary(f => Path.GetRelativePath(Place(""), f), f => Timeless(File.ReadAllText(f))),
        StringComparer.Ordinal);

    // The last column but the note; it may be wider or narrower.
    static string Timeless(string text) => Blanks().Replace(Times().Replace(text, "-"), "-");

    [GeneratedRegex("\"rows_per_second\": [0-9.E+-]+|[0-9,]+ rows/s|; about [0-9.hmins ]+ left|(?<=[0-9, ]{3} \\|) *[0-9,]+ \\|(?=[a-z -]*\\|?$)", RegexOptions.Multiline)]
    private static partial Regex Times();

    [GeneratedRegex("[ -]+")]
    private static partial Regex Blanks();

    /// <summary>Takes the place of a process that ends without a chance to save.</summary>
    sealed class CrashException : Exception;

    /// <summary>Stops the search in the training after so many.</summary>
    sealed class Stopping(int trainings, Action stop) : IRunReporter
    {
        int _begun;

        public void TrainingStarted(int epochs, string monitor) => _begun++;

        public void OnStep(in Training.StepReport report)
        {
            if (_begun > trainings && report.StepInEpoch == 2) stop();
        }

        public void OnValidation(in Training.ValidationReport report)
        {
        }

        public void Report(Data.ImportProgress value)
        {
        }

        public void Message(string text)
        {
        }

        public void Warning(string text)
        {
        }

        public void Result(string text)
        {
        }
    }
}
