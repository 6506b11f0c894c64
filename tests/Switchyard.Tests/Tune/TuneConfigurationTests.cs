using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Tests;

public sealed class TuneConfigurationTests : IDisposable
{
    const string Sound =
        """
        base: run.yaml
        trials: 6
        seeds: [1, 2]
        set: {training.epochs: 4}
        start:
          - name: base
          - {name: small, model.experts: 2}
        ranges:
          training.learning_rate: {min: 1e-4, max: 1e-2, log: true}
          model.experts: {min: 2, max: 8, integer: true}
          model.expert.widths: [[16], [32, 16]]
        """;

    readonly TuneFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_Random_StartFirstThenDrawsThatAreValid()
    {
        var trials = Trials(Sound);

        trials.Length.ShouldBe(8);
        trials.Select(t => t.Number).ShouldBe(Enumerable.Range(1, 8));
        trials[1].Name.ShouldBe("small");
        ((MmoeOptions)trials[1].Configuration.Model.Options).Experts.ShouldBe(2);
        trials.ShouldAllBe(t => t.Configuration.Training.Epochs == 4);
        trials.Skip(2).ShouldAllBe(t => t.Settings.Length == 3);
        trials.Select(t => ((MmoeOptions)t.Configuration.Model.Options).Expert.Widths.Length).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void Of_MoreTrialsAndAnotherKey_KeepEarlierDraws()
    {
        var few = Draws(Trials(Sound));
        var more = Draws(Trials(Sound, "trials=9"));
        var wider = Draws(Trials(Sound + "\n  training.batch_size: [64, 128, 256]"));

        more.Take(few.Length).ShouldBe(few);
        wider.Select(w => string.Join(' ', w.Split(' ').Take(3))).ShouldBe(few.Select(f => string.Join(' ', f.Split(' '))));
        Draws(Trials(Sound, "seed=2")).ShouldNotBe(few);

        static string[] Draws(ImmutableArray<TuneTrial> trials) =>
            [.. trials.Where(t => t.Name is null).Select(t => string.Join(' ', t.Settings.Select(s => s.Text.Replace(" ", "", StringComparison.Ordinal))))];
    }

    [Fact]
    public void Of_FewerCombinationsThanTrials_EachOnce() =>
        Trials("{base: run.yaml, ranges: {model.experts: [2, 3], training.batch_size: [64, 128]}}").Length.ShouldBe(4);

    [Fact]
    public void Of_Grid_EveryCombination()
    {
        var trials = Trials("{base: run.yaml, method: grid, ranges: {model.experts: [2, 3], training.learning_rate: {min: 0.1, max: 0.3, step: 0.1}}}");

        trials.Select(t => string.Join(' ', t.Settings.Select(s => s.Text))).ShouldBe(["2 0.1", "2 0.2", "2 0.3", "3 0.1", "3 0.2", "3 0.3"]);
    }

    [Fact]
    public void Of_WholeSection_IsReplacedBeforeItsKeys()
    {
        var trials = Trials("{base: run.yaml, method: grid, ranges: {model.experts: [3, 5], model: [mmoe, {name: aesm2, specific: 1}]}}");

        trials.Select(t => t.Configuration.Model.Name).ShouldBe(["mmoe", "aesm2", "mmoe", "aesm2"]);
        trials.Select(t => t.Configuration.Model.Options switch { MmoeOptions m => m.Experts, Aesm2Options a => a.Experts, _ => 0 }).ShouldBe([3, 3, 5, 5]);
    }

    [Fact]
    public void Of_SkipInvalid_LeavesOutWhatTheRulesRefuse()
    {
        const string Yaml = "{base: run.yaml, method: grid, set: {model: aesm2}, ranges: {model.experts: [2, 6], model.specific: [1, 4]}}";

        Error(Yaml).ShouldContain("a row cannot choose specific = 4");
        Error(Yaml).ShouldContain("(in a configuration with model.experts = 2, model.specific = 4; give other values, or set skip_invalid: true");
        Trials(Yaml, "skip_invalid=true").Length.ShouldBe(3);
    }

    [Fact]
    public void Load_Overrides_GoToTheFileOrElseToTheRun()
    {
        var tune = _folder.Parse(Sound, "trials=3", "seeds=[5]", "training.epochs=9", "ranges={model.experts: [1]}");

        tune.Options.Trials.ShouldBe(3);
        tune.Options.Seeds.ShouldBe([5ul]);
        tune.Options.Ranges.Keys.ShouldBe(["model.experts"]);
        tune.Document.Read().Training.Epochs.ShouldBe(9);
    }

    public static TheoryData<string, string[]> WrongFiles { get; } = new()
    {
        { "", ["tune.yaml:1:1", "expected a mapping"] },
        { "[1, 2]", ["tune.yaml:1:1", "found a list"] },
        { "ranges: {model.experts: [1]}", ["key 'base' is missing"] },
        { "{base: none.yaml, ranges: {model.experts: [1]}}", ["none.yaml: no such configuration file"] },
        { "base: run.yaml", ["ranges: there is nothing to try"] },
        { "{base: run.yaml, rangez: {}}", ["unknown key 'rangez'; did you mean 'ranges'?"] },
        { "{base: run.yaml, seeds: [], ranges: {model.experts: [1]}}", ["seeds: name at least one seed"] },
        { "{base: run.yaml, seeds: [1, 1], ranges: {model.experts: [1]}}", ["seeds: a seed is given twice"] },
        { "{base: run.yaml, rungs: [3, 1], ranges: {model.experts: [1]}}", ["rungs: epochs must ascend"] },
        { "{base: run.yaml, method: genetic, ranges: {model.experts: [1]}}", ["method: expected random, halving or grid"] },
        { "{base: run.yaml, ranges: {model.experts: 4}}", ["ranges.model.experts: expected a list of values", "stands under 'set'"] },
        { "{base: run.yaml, ranges: {model.experts: []}}", ["the list is empty"] },
        { "{base: run.yaml, ranges: {model.experts: [2, 2]}}", ["the value 2 is given twice"] },
        { "{base: run.yaml, ranges: {model.experts: {min: 1}}}", ["ranges.model.experts.max: give both min and max"] },
        { "{base: run.yaml, ranges: {model.experts: {min: 3, max: 1}}}", ["min: must be less than max"] },
        { "{base: run.yaml, ranges: {model.experts: {min: 0, max: 1, log: true}}}", ["must be greater than 0 where log is true"] },
        { "{base: run.yaml, ranges: {model.experts: {min: 1, max: 9, log: true, step: 2}}}", ["a logarithm is not"] },
        { "{base: run.yaml, ranges: {model.experts: {min: 1.5, max: 9, integer: true}}}", ["must be a whole number"] },
        { "{base: run.yaml, ranges: {model.experts: {choice: [1], min: 2}}}", ["choice stands alone"] },
        { "{base: run.yaml, ranges: {model.experts: {minimum: 2}}}", ["unknown key 'minimum'"] },
        { "{base: run.yaml, method: grid, ranges: {training.learning_rate: {min: 0.1, max: 1}}}", ["has no end of values"] },
        { "{base: run.yaml, set: {training.epoch: 4}, ranges: {model.experts: [1]}}", ["tune.yaml:1:", "unknown key 'epoch'"] },
    };

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public void Of_WrongFile_SaysWhatAndWhere(string yaml, string[] texts) => Says(yaml, texts);

    public static TheoryData<string, string> NotForTrials { get; } = new()
    {
        { "split.validation", "row mod 10 == 9" },
        { "split", "{train: row mod 10 == 0, validation: row mod 10 == 9}" },
        { "sources", "other.csv" },
        { "filter", "region == a" },
        { "scenario", "region" },
        { "group", "search" },
        { "weight", "rowweight" },
        { "tasks.click.label", "bought" },
        { "evaluation.min_positives", "1" },
        { "training.monitor", "auc:click" },
        { "training.seed", "7" },
    };

    /// <summary>Rows and measures are the run's own: one value away from its file, the test rows would be its validation rows.</summary>
    [Theory]
    [MemberData(nameof(NotForTrials))]
    public void Parse_SetOfWhatTrialsAreJudgedBy_SaysWhereAndWhatToDo(string key, string value)
    {
        const string Yaml = "base: run.yaml\nranges: {model.experts: [1, 2]}\nset:\n  ";
        string[] says = [$"{(key.StartsWith("training", StringComparison.Ordinal) ? key : key.Split('.')[0])} cannot be set for trials", key == "training.seed" ? "under 'seeds'" : "edit the base file, "];

        Says($"{Yaml}training.batch_size: 64\n  {key}: {value}", ["tune.yaml:5:3", .. says]);
        var message = Should.Throw<InputException>(() => _folder.Parse($"{Yaml}training.batch_size: 64", "model.experts=2", $"{key}={value}")).Message;
        foreach (var text in says.Prepend($"--set {key}={value}: ")) message.ShouldContain(text);
    }

    [Fact]
    public void Parse_SetOfWhatIsFitted_IsTaken()
    {
        var run = _folder.Parse("{base: run.yaml, set: {tasks.click.weight: 2, 'fields[1].embedding': 4, output: elsewhere, training.seed: 1}, ranges: {model.experts: [1]}}", "model=aesm2", "update.freeze=gates").Document.Read();

        (run.Output, run.Model.Name, run.Data.Fields[1].Embedding, run.Data.Tasks[0].Weight).ShouldBe(("elsewhere", "aesm2", 4, 2));
    }

    public static TheoryData<string, string[]> WrongKeys { get; } = new()
    {
        { "model.exprts: [1]", ["tune.yaml:5:3", "unknown key 'exprts' in model; did you mean 'experts'?"] },
        { "model.experts: [0, 1]", ["tune.yaml:5:19", "model.experts: expected a whole number"] },
        { "model.experts: {min: 2, max: 8}", ["tune.yaml:5:3", "model.experts: expected a whole number"] },
        { "model: [mmoe, none]", ["unknown architecture 'none'"] },
        { "training.seed: [1, 2]", ["tune.yaml:5:3", "training.seed cannot be tuned", "under 'seeds'"] },
        { "training.monitor: [mean_auc, auc:click]", ["training.monitor cannot be tuned"] },
        { "evaluation.min_positives: [1, 5]", ["evaluation cannot be tuned"] },
        { "split.validation: [row mod 10 == 8, row mod 10 == 7]", ["split cannot be tuned"] },
        { "sources: [data.csv, other.csv]", ["sources cannot be tuned"] },
        { "tasks.click.label: [click, bought]", ["tasks cannot be tuned"] },
        { "training.epochs: [1, 9]", ["training.epochs cannot be tuned", "halving decides"] },
        { "a..b: [1]", ["'a..b' is not a key"] },
        { "region.item: [1]", ["unknown key 'region'"] },
        { "fields[7].embedding: [1]", ["'7' is not an index"] },
    };

    [Theory]
    [MemberData(nameof(WrongKeys))]
    public void Of_WrongKey_SaysWhatAndWhere(string range, string[] texts) => Says($"base: run.yaml\nmethod: halving\nskip_invalid: false\nranges:\n  {range}\n", texts);

    [Fact]
    public void Of_TaskWeightsAndFields_CanBeSearched() =>
        Trials("{base: run.yaml, method: grid, ranges: {tasks.click.weight: [0.5, 2], 'fields[1].embedding': [4, 8]}}").Length.ShouldBe(4);

    /// <summary>Whatever is cut, doubled or swapped in a sound file, it is read or refused in one line.</summary>
    [Fact]
    public void Of_DamagedFiles_ReadOrRefused()
    {
        var random = new RandomStream(5, 0, 0);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 3000; i++)
        {
            var text = Sound.ToCharArray().ToList();
            for (var edits = 1 + (int)random.Below(4); edits > 0; edits--)
            {
                var at = (int)random.Below((ulong)text.Count);
                switch (random.Below(4))
                {
                    case 0: text.RemoveAt(at); break;
                    case 1: text.Insert(at, text[(int)random.Below((ulong)text.Count)]); break;
                    case 2: text[at] = "{}[]:,-01e.\n #&*!'\"x"[(int)random.Below(20)]; break;
                    default: (text[at], text[0]) = (text[0], text[at]); break;
                }
            }

            try
            {
                Trials(string.Concat(text));
                read++;
            }
            catch (InputException e)
            {
                e.Message.ShouldNotContain("\n");
                refused++;
            }
        }

        read.ShouldBeGreaterThan(20);
        refused.ShouldBeGreaterThan(100);
    }

    void Says(string yaml, string[] texts)
    {
        var message = Error(yaml);
        message.ShouldNotContain("\n");
        foreach (var text in texts) message.ShouldContain(text);
    }

    string Error(string yaml) => Should.Throw<InputException>(() => Trials(yaml)).Message;

    ImmutableArray<TuneTrial> Trials(string yaml, params string[] overrides) => TuneTrials.Of(_folder.Parse(yaml, overrides), SilentReporter.Instance);
}
