using System.Text.RegularExpressions;
using Switchyard.Data;
using Switchyard.Training;

namespace Switchyard.Tests;

/// <summary>The metric log of whole runs.</summary>
public sealed partial class MetricRunTests
{
    const string Aesm2 = "model={name: aesm2, experts: 3, expert: {widths: [8]}, tower_widths: [4]}";

    [Fact]
    public void Train_AnyRun_TellsOfEveryEvent()
    {
        using var folder = new CompareFolder();
        var run = Train(folder, [Aesm2], new RunWatch { Command = ["switchyard", "train", "run.yaml"] });

        var events = MetricLogReader.Read(LogOf(folder));

        var first = events[0].ShouldBeOfType<RunEvent>();
        (first.Version, first.Name, first.Model, first.Epochs, first.StepsPerEpoch, first.BatchSize).ShouldBe((1, "run", "aesm2", 2, 19, 64));
        first.Command.ShouldBe(["switchyard", "train", "run.yaml"]);
        first.Tasks.ShouldBe(["click", "buy"]);
        first.Levels.ShouldHaveSingleItem().Scenarios.Order(StringComparer.Ordinal).ShouldBe(["r0", "r1", "r2"]);
        first.Rows.ShouldBe(new MetricRows(1200, 150, 150));
        (first.Monitor, first.HigherIsBetter, first.Parameters).ShouldBe(("mean_auc", true, run.Ranker.Parameters.TrainedValues));
        RunConfiguration.Parse(first.Configuration, "log", folder.Place(".")).Model.Name.ShouldBe("aesm2");

        var steps = events.OfType<StepEvent>().ToArray();
        steps.Select(s => s.Step).ShouldBe(Enumerable.Range(1, 38).Select(i => (long)i));
        steps.ShouldAllBe(s => s.Seconds > 0 && s.RowsPerSecond > 0 && s.Rate > 0 && s.LeftSeconds >= 0);
        foreach (var step in steps)
        {
            step.Tasks.Keys.ShouldBe(["click", "buy"]);
            step.Auxiliary.Keys.ShouldBe(["scenario.0.0.specific", "scenario.0.0.shared", "task.0.specific", "task.0.shared"]);
        }

        steps[0].Loss.ShouldBe(steps[0].Tasks.Values.Sum() + steps[0].AuxiliaryLoss, 1e-5);
        steps[^1].LeftSeconds.ShouldBe(0);
        events[^1].ShouldBeOfType<EndEvent>().ShouldSatisfyAllConditions(
            e => e.Reason.ShouldBe(EndReason.Finished),
            e => e.Step.ShouldBe(38),
            e => e.BestStep.ShouldBe(run.Training.BestStep),
            e => e.BestValue!.Value.ShouldBe(run.Training.BestValue!.Value, 1e-6),
            e => e.Message.ShouldBeNull());
    }

    /// <summary>The names in the file are a format that other programs read.</summary>
    [Fact]
    public void Train_AnyRun_LinesHaveTheDocumentedNames()
    {
        using var folder = new CompareFolder();
        var control = new TrainingControl();
        control.SaveCheckpoint();
        Train(folder, [Aesm2], new RunWatch { Control = control });

        var names = MetricLogReader.WholeLines(LogOf(folder)).Select(line => (MetricJson.Place(line).Kind, Names: string.Join(' ', Name().Matches(line).Select(m => m.Groups[1].Value).Distinct()))).ToLookup(l => l.Kind, l => l.Names);

        names["run"].ShouldHaveSingleItem().ShouldBe("event version run_id name started command model configuration tasks levels column scenarios most_scenarios parameters epochs steps_per_epoch batch_size rows train validation test monitor higher_is_better");
        names["step"].Distinct().ShouldHaveSingleItem().ShouldBe("event step epoch seconds loss tasks click buy auxiliary scenario.0.0.specific scenario.0.0.shared task.0.specific task.0.shared auxiliary_loss rate rows_per_second left_seconds");
        names["experts"].Distinct().ShouldHaveSingleItem().ShouldBe("event step layers name column experts gates task scenario rows specific shared weight");
        names["validation"].Distinct().ShouldHaveSingleItem().ShouldBe("event step epoch seconds value best improved cells column scenario task rows positives auc log_loss");
        names["control"].ShouldHaveSingleItem().ShouldBe("event step action value");
        names["end"].ShouldHaveSingleItem().ShouldBe("event step seconds reason best_step best_epoch best_value message");
    }

    [Fact]
    public void Train_Validations_HaveTheCellsOfTheirEvaluation()
    {
        using var folder = new CompareFolder();
        Train(folder, []);

        var validations = MetricLogReader.Read(LogOf(folder)).OfType<ValidationEvent>().ToArray();

        validations.Select(v => (v.Step, v.Epoch)).ShouldBe([(19, 1), (38, 2)]);
        validations.Select(v => v.Value!.Value).ShouldBe(folder.Validations.Select(v => v!.Value), 1e-6);
        foreach (var validation in validations)
        {
            validation.Cells.Select(c => (c.Column, c.Task)).ShouldBe(
                [("region", "click"), ("region", "buy"), ("region", "click"), ("region", "buy"), ("region", "click"), ("region", "buy"), (null, "click"), (null, "buy")]);
            validation.Cells.Where(c => c is { Column: not null, Task: "click" }).Sum(c => c.Rows).ShouldBe(150);
            validation.Cells.Where(c => c.Column is not null).Average(c => c.Auc!.Value).ShouldBe(validation.Value!.Value, 1e-5);
            validation.Cells.ShouldAllBe(c => c.LogLoss > 0 && c.Positives > 0 && (c.Column == null) == (c.Scenario == null));
        }
    }

    [Fact]
    public void Train_ModelWithGates_CountsTheBatchesExperts()
    {
        using var folder = new CompareFolder();
        Train(folder, [Aesm2, "training.epochs=6", "training.patience=0"]);

        var experts = MetricLogReader.Read(LogOf(folder)).OfType<ExpertsEvent>().ToArray();

        experts.Select(e => e.Step).ShouldBe([20, 100, 114]);
        var layers = experts[0].Layers;
        layers.Select(l => (l.Name, l.Column, l.Experts)).ShouldBe([("scenario.0.0", "region", 3), ("task.0", null, 3)]);
        layers[0].Gates.Select(g => (g.Task, g.Column)).ShouldBe([(null, null), (null, "region"), (null, "region"), (null, "region")]);
        layers[1].Gates.Where(g => g.Column is null).Select(g => g.Task).ShouldBe([null, "click", "buy"]);
        foreach (var task in layers[1].Gates.Where(g => g is { Column: null, Task: not null }))
            layers[1].Gates.Where(g => g.Column == "region" && g.Task == task.Task).Sum(g => g.Rows).ShouldBe(task.Rows);
        foreach (var gate in layers.SelectMany(l => l.Gates))
        {
            gate.Specific.Sum().ShouldBe(1, 0.001);
            gate.Shared.Sum().ShouldBe(1, 0.001);
            gate.Weight.Sum().ShouldBe(1, 0.001);
        }

        layers[0].Gates[0].Rows.ShouldBe(64);
        layers[0].Gates.Skip(1).Sum(g => g.Rows).ShouldBe(64);
    }

    /// <summary>The log counts batches by itself, quickly; what it counts is what inspect counts.</summary>
    [Theory]
    [InlineData("{name: aesm2, experts: 3, expert: {widths: [8]}, tower_widths: [4]}")]
    [InlineData("{name: mmoe, experts: 3, expert: {widths: [8]}, tower_widths: [4]}")]
    public void Count_ABatch_HasTheSharesOfInspect(string model)
    {
        using var folder = new CompareFolder();
        var ranker = Train(folder, [$"model={model}"]).Ranker;
        using var data = Run.OpenData(RunConfiguration.Load(folder.Place("run.yaml"), [$"model={model}"]), ranker.Schema, folder, default);
        using var rows = data.Open(Part.Test);
        var pass = new ObservedPass(ranker, rows, null);
        pass.Next(default).ShouldBeTrue();
        var tally = new ExpertTally(ranker.Schema, ranker.Schema);
        tally.Add(pass.Graph, pass.Batch);
        var experts = new BatchExperts(ranker.Schema);
        experts.Count(pass.Graph, pass.Batch);

        var layers = experts.Count(pass.Graph, pass.Batch);

        var expected = tally.Layers();
        layers.Select(l => (l.Name, l.Column, l.Experts)).ShouldBe(expected.Select(l => (l.Name, l.Column, l.Experts)));
        foreach (var (layer, use) in layers.Zip(expected))
        {
            // Of gates of tasks, also their rows by the coarsest scenarios.
            var ofTasks = use.Column is null ? use.Own.SelectMany(g => use.Nodes(ranker.Schema.Levels[0].Column, g.Task).Prepend(g)) : use.Own;
            var shown = ofTasks.Prepend(use.Total).ToList();
            if (use.Column is null) shown.Count.ShouldBeGreaterThan(1 + use.Own.Length);
            layer.Gates.Select(g => (g.Task, g.Column, g.Scenario, g.Rows)).ShouldBe(shown.Select(g => (g.Task, g.Column, g.Scenario, g.Rows)));
            foreach (var (gate, of) in layer.Gates.Zip(shown))
            {
                gate.Specific.ShouldBe(of.Specific, 1e-4);
                gate.Shared.ShouldBe(of.Shared, 1e-4);
                gate.Weight.ShouldBe(of.Weight, 1e-4);
            }
        }
    }

    /// <summary>A tree of thousands of scenarios does not make the log megabytes.</summary>
    [Fact]
    public void Train_ManyScenarios_LogsThoseWithTheMostRows()
    {
        // Of 60 regions, the first 40 have three validation rows, the next 10 two, the last 10 one.
        using var folder = new CompareFolder((i, line) => $"r{(i / 10 % 100 < 60 ? i / 10 % 100 : i / 10 % 40)}{line[line.IndexOf(',', StringComparison.Ordinal)..]}");
        Train(folder, [Aesm2]);

        var events = MetricLogReader.Read(LogOf(folder));

        ((RunEvent)events[0]).MostScenarios.ShouldBe(40);
        foreach (var validation in events.OfType<ValidationEvent>())
        {
            var click = validation.Cells.Where(c => c is { Column: not null, Task: "click" }).ToArray();
            click.Length.ShouldBe(40);
            click.ShouldAllBe(c => c.Rows == 3);
            validation.Cells.Count(c => c.Column is null).ShouldBe(2);
        }

        events.OfType<ExpertsEvent>().Last().Layers[0].Gates.ShouldHaveSingleItem();
    }

    [Fact]
    public void Train_ModelWithoutGates_TellsOfNoExperts()
    {
        using var folder = new CompareFolder();
        Train(folder, ["model={name: single, tower_widths: [4]}"]);
        MetricLogReader.Read(LogOf(folder)).OfType<ExpertsEvent>().ShouldBeEmpty();
    }

    /// <summary>Same content for any number of threads, and for a run that was cancelled and resumed, but for times.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(21)]
    public void Train_CancelledAndResumed_LogOfAnUninterruptedRun(int at)
    {
        using var whole = new CompareFolder();
        Train(whole, [Aesm2, "training.threads=1"]);
        using var folder = new CompareFolder();
        using var cancel = new CancellationTokenSource();
        folder.Stepped = step =>
        {
            if (step == at) cancel.Cancel();
        };
        Should.Throw<TrainingInterruptedException>(() => Train(folder, [Aesm2], cancellation: cancel.Token));
        MetricLogReader.Read(LogOf(folder))[^1].ShouldBeOfType<EndEvent>().Reason.ShouldBe(EndReason.Interrupted);
        folder.Stepped = null;

        Train(folder, [Aesm2], resume: true);

        Timeless(folder).ShouldBe(Timeless(whole));
    }

    /// <summary>What goes on is called as the bundle that comes of it: the log of a build that gave no id is the same training's, that of another id is not.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("\"run_id\":\"another\",", false)]
    public void Train_ResumedWithALogOfAnotherId_HasTheBundlesId(string id, bool goesOn)
    {
        using var folder = new CompareFolder();
        using var cancel = new CancellationTokenSource();
        folder.Stepped = step =>
        {
            if (step == 21) cancel.Cancel();
        };
        Should.Throw<TrainingInterruptedException>(() => Train(folder, [Aesm2], cancellation: cancel.Token));
        var own = ((RunEvent)MetricLogReader.Read(LogOf(folder))[0]).RunId;
        File.WriteAllText(LogOf(folder), File.ReadAllText(LogOf(folder)).Replace($"\"run_id\":\"{own}\",", id, StringComparison.Ordinal));
        folder.Stepped = null;

        var run = Train(folder, [Aesm2], resume: true);

        var events = MetricLogReader.Read(LogOf(folder));
        var bundle = Models.ModelBundle.Load(run.Bundle).Metadata.RunId.ShouldNotBeNull();
        (bundle, events.OfType<RunEvent>().ShouldHaveSingleItem().RunId).ShouldBe((own!, own));
        events.OfType<StepEvent>().Any(s => s.Step <= 21).ShouldBe(goesOn);
        events.OfType<StepEvent>().ShouldContain(s => s.Step > 21);
    }

    [Fact]
    public void Train_StopAsked_EndsWithTheBestWeightsAndABundle()
    {
        using var folder = new CompareFolder();
        var control = new TrainingControl();
        folder.Stepped = step =>
        {
            if (step == 5) control.MultiplyRate(0.5);
            if (step == 25) control.Stop();
        };
        var heard = new Sink();

        var run = Train(folder, ["training.epochs=5"], new RunWatch { Control = control, Sinks = [heard] });

        (run.Training.Steps, run.Training.StoppedByRequest, run.Training.RateFactor).ShouldBe((25, true, 0.5));
        File.Exists(Path.Combine(run.Bundle, "manifest.json")).ShouldBeTrue();
        folder.Said.ShouldContain(s => s.Contains("(stopped as asked)", StringComparison.Ordinal));
        var events = MetricLogReader.Read(LogOf(folder));
        events.OfType<ControlEvent>().ShouldBe([new ControlEvent(5, ControlAction.Rate, 0.5), new ControlEvent(25, ControlAction.Stop, null)]);
        events.OfType<StepEvent>().Select(s => s.Rate).Distinct().ShouldBe([0.001, 0.0005]);
        events.OfType<ValidationEvent>().Select(v => v.Step).ShouldBe([19, 25]);
        events[^1].ShouldBeOfType<EndEvent>().Reason.ShouldBe(EndReason.Stopped);
        heard.Events.Select(e => e.GetType()).ShouldBe(events.Select(e => e.GetType()));
    }

    [Fact]
    public void Train_Diverges_LogEndsWithTheReason()
    {
        using var folder = new CompareFolder();
        var failure = Should.Throw<InputException>(() => Train(folder, [Aesm2, "training.learning_rate=1000", "training.optimizer=sgd", "training.epochs=20"]));

        var end = MetricLogReader.Read(LogOf(folder))[^1].ShouldBeOfType<EndEvent>();

        (end.Reason, end.Message, end.BestStep).ShouldBe((EndReason.Failed, failure.Message, null));
    }

    /// <summary>The model is worth more than its log.</summary>
    [Fact]
    public void Train_LogCannotBeWritten_WarnsOnceAndTrains()
    {
        using var folder = new CompareFolder();
        Directory.CreateDirectory(LogOf(folder));

        var run = Train(folder, []);

        File.Exists(Path.Combine(run.Bundle, "manifest.json")).ShouldBeTrue();
        folder.Said.Count(s => s.Contains("metrics.jsonl cannot be written", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void Compare_EveryRun_HasItsLogBesideItsResult()
    {
        using var folder = new CompareFolder();
        folder.Compare("base: run.yaml\nvariants: {mmoe: {}, single: {model: {name: single, tower_widths: [4]}}}\nseeds: [1]\noutput: compared");

        var logs = Directory.GetFiles(folder.Place("compared/results"), "*.metrics.jsonl").Order(StringComparer.Ordinal).ToArray();

        logs.Length.ShouldBe(2);
        foreach (var log in logs)
        {
            File.Exists(log.Replace(".metrics.jsonl", ".json", StringComparison.Ordinal)).ShouldBeTrue();
            MetricLogReader.Read(log)[^1].ShouldBeOfType<EndEvent>().Step.ShouldBe(38);
        }
    }

    static TrainedRun Train(CompareFolder folder, string[] overrides, RunWatch? watch = null, bool resume = false, CancellationToken cancellation = default) =>
        Run.Train(RunConfiguration.Load(folder.Place("run.yaml"), overrides), reporter: folder, resume: resume, watch: watch, cancellation: cancellation);

    static string LogOf(CompareFolder folder) => folder.Place("runs/run/metrics.jsonl");

    static string[] Timeless(CompareFolder folder) =>
        [.. MetricLogReader.WholeLines(LogOf(folder)).Skip(1).Select(line => Times().Replace(line, ""))];

    [GeneratedRegex("\"(?:seconds|rows_per_second|left_seconds)\":[^,}]*,?")]
    private static partial Regex Times();

    [GeneratedRegex("\"([a-z_.0-9]+)\":")]
    private static partial Regex Name();

    sealed class Sink : IMetricSink
    {
        public List<MetricEvent> Events { get; } = [];

        public void Write(MetricEvent happened) => Events.Add(happened);
    }
}
