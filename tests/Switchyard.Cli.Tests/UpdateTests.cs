using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Switchyard.Cli.Tests;

/// <summary><c>train --init-from</c>: a second log with new items, a new city and a new task, on top of a trained bundle.</summary>
public sealed class UpdateTests : IDisposable
{
    static readonly string[] Small = ["evaluation.min_positives=1", "evaluation.min_negatives=1"];

    static readonly string[] Next =
    [
        .. Small, "name=next", "sources=next.csv", "tasks={click: click, save: click, buy: {label: buy, given: click}, like: {label: rating >= 4, mask: rating is present, weight: 0.5}}",
    ];

    /// <summary>Nothing in these labels can be learnt better: without validation rows the last weights are kept.</summary>
    const string KeepLast = "split={train: day <= 7, test: day >= 9}";

    readonly CliRun _run = new();

    public UpdateTests()
    {
        // A third of the items is renamed and one city is new.
        _run.Write("next.csv", CliRun.Lines(CliRun.Rows).Select((line, i) => i % 3 == 0 ? line.Replace(",i1", ",new1", StringComparison.Ordinal).Replace(",ams,", ",oslo,", StringComparison.Ordinal) : line).Prepend(CliRun.Header));
        _run.Train(Small).ShouldSucceed();
    }

    public void Dispose() => _run.Dispose();

    string Start => _run.Bundle;

    CliResult Update(params string[] settings) => Update(resume: false, settings);

    CliResult Update(bool resume, params string[] settings) =>
        CliRun.Run(["train", _run.Configuration, "--init-from", Start, .. resume ? (string[])["--resume"] : [], .. Next.Concat(settings).SelectMany(s => new[] { "--set", s })]);

    JsonElement Manifest(string run) => JsonElement.Parse(File.ReadAllText(_run.Place($"runs/{run}/model/manifest.json")));

    [Fact]
    public void Train_InitFrom_GrowsReportsBothAndNamesItsStart()
    {
        var metrics = _run.Place("metrics.json");
        var result = CliRun.Run(["train", _run.Configuration, "--init-from", Start, "--json", metrics, .. Next.SelectMany(s => new[] { "--set", s })]).ShouldSucceed();

        result.Error.ShouldContain("update of demo: new ids: city 1, item ");
        result.Error.ShouldContain("new nodes of city: oslo; new task save from click");
        result.Error.ShouldContain("task save is most related to click (correlation 1.000)");
        result.Output.ShouldContain("test, before and after the update:");
        result.Output.ShouldContain("test rows of the earlier run demo, before and after the update:");
        result.Output.ShouldContain("AUC before");
        var manifest = Manifest("next");
        manifest.GetProperty("schema").GetProperty("levels")[0].GetProperty("nodes").EnumerateArray().Select(n => n.GetString()).ToArray()[^1].ShouldBe("oslo");
        var ancestor = manifest.GetProperty("provenance").GetProperty("ancestors").EnumerateArray().ShouldHaveSingleItem();
        ancestor.GetProperty("run").GetString().ShouldBe("demo");
        ancestor.GetProperty("weights").GetString().ShouldBe(_run.WeightsDigest());

        var update = JsonElement.Parse(File.ReadAllText(metrics)).GetProperty("update");
        update.GetProperty("start").GetProperty("weights").GetString().ShouldBe(_run.WeightsDigest());
        update.GetProperty("new_rows_means").EnumerateArray().ShouldContain(m => m.GetProperty("level").GetString() == "leaf" && m.GetProperty("counted").GetInt32() > 0);
        update.GetProperty("new_rows").EnumerateArray().ShouldContain(c => c.GetProperty("scenario").GetString() == "oslo");
        foreach (var rows in new[] { "new_rows", "old_rows" })
        {
            foreach (var cell in update.GetProperty(rows).EnumerateArray())
            {
                var auc = cell.GetProperty("auc");
                if (cell.GetProperty("task").GetString() == "save") auc.GetProperty("before").ValueKind.ShouldBe(JsonValueKind.Null);
                else if (auc.GetProperty("difference").ValueKind == JsonValueKind.Number)
                    auc.GetProperty("difference").GetDouble().ShouldBe(auc.GetProperty("after").GetDouble() - auc.GetProperty("before").GetDouble(), 1e-12);
            }
        }
    }

    /// <summary>What stands as "before" is what evaluate says of the bundle on the same rows.</summary>
    [Fact]
    public void Train_InitFrom_BeforeIsWhatEvaluateMeasures()
    {
        var (evaluated, metrics) = (_run.Place("evaluated.json"), _run.Place("metrics.json"));
        string[] same = [.. Small, "name=next", "sources=next.csv", "unknown_scenario=parent"];
        CliRun.Run(["evaluate", Start, "--configuration", _run.Configuration, "--json", evaluated, .. same.SelectMany(s => new[] { "--set", s })]).ShouldSucceed();
        CliRun.Run(["train", _run.Configuration, "--init-from", Start, "--json", metrics, .. same.SelectMany(s => new[] { "--set", s })]).ShouldSucceed();

        var expected = JsonElement.Parse(File.ReadAllText(evaluated)).GetProperty("cells").EnumerateArray()
            .ToDictionary(c => (c.GetProperty("scenario").GetString(), c.GetProperty("task").GetString()), c => c.GetProperty("auc"));
        var cells = JsonElement.Parse(File.ReadAllText(metrics)).GetProperty("update").GetProperty("new_rows").EnumerateArray().ToArray();
        foreach (var cell in cells)
        {
            if (!expected.TryGetValue((cell.GetProperty("scenario").GetString(), cell.GetProperty("task").GetString()), out var auc)) continue;
            cell.GetProperty("auc").GetProperty("before").ToString().ShouldBe(auc.ToString());
        }

        cells.Length.ShouldBeGreaterThan(expected.Count);
    }

    /// <summary>New items, a new city and a new task: either model may be the one inspected.</summary>
    [Fact]
    public void Inspect_UpdateAgainstItsStart_ComparesWhatBothHave()
    {
        Update().ShouldSucceed();
        var next = _run.Place("runs/next/model");

        var forth = CliRun.Run("inspect", next, "--against", Start, "--json", _run.Place("forth.json")).ShouldSucceed();
        var back = CliRun.Run("inspect", Start, "--against", next).ShouldSucceed();

        forth.Error.ShouldContain("not compared: task save is only in the inspected model");
        back.Error.ShouldContain("not compared: task save is only in the model compared with");
        forth.Output.ShouldContain("drift from");
        back.Output.ShouldContain("drift from");
        var gates = JsonElement.Parse(File.ReadAllText(_run.Place("forth.json"))).GetProperty("drift").GetProperty("gates").EnumerateArray().ToArray();
        gates.Select(g => g.GetProperty("task").GetString()).ShouldNotContain("save");
        gates.ShouldContain(g => g.GetProperty("scenario").GetString() == "oslo");
        gates.ShouldContain(g => g.GetProperty("weight").GetDouble() > 0);
    }

    [Theory]
    [InlineData("embeddings", "embedding.item")]
    [InlineData("experts", "task.0.expert.0.weight")]
    [InlineData("towers", "tower.0.output.weight")]
    [InlineData("task.0.gate.*", "task.0.expert.0.weight")]
    public void Train_Freeze_TakesPartsAndNames(string freeze, string tensor)
    {
        var result = Update(KeepLast, $"update.freeze={freeze}", "tasks={click: click, buy: {label: buy, given: click}, like: {label: rating >= 4, mask: rating is present}}").ShouldSucceed();

        result.Error.ShouldContain("frozen: ");
        var (before, after) = (Tensor("demo", tensor), Tensor("next", tensor));
        after.AsSpan(0, before.Length).SequenceEqual(before).ShouldBe(freeze != "task.0.gate.*");
        Tensor("next", "scenario_embedding.0.weight").AsSpan(0, 12).SequenceEqual(Tensor("demo", "scenario_embedding.0.weight").AsSpan(0, 12)).ShouldBe(freeze == "embeddings");
    }

    [Fact]
    public void Train_Replay_MixesOldRowsAndSaysHowMany()
    {
        var without = Update(KeepLast).ShouldSucceed().Error;
        var plain = _run.WeightsDigest("next");
        var result = Update(KeepLast, "update.replay=0.5").ShouldSucceed();

        without.ShouldNotContain("replayed");
        result.Error.ShouldContain("replayed in every epoch: 210 of 420 old rows");
        _run.WeightsDigest("next").ShouldNotBe(plain);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Train_UpdateCancelledAndResumed_SameWeightsAsWithoutStop(int validations)
    {
        string[] settings =
        [
            "update.replay=0.3", "update.freeze=[embeddings, scenario.0.*]", "training.epochs=3", "training.validate_every=4", "training.checkpoint_every=3", "training.patience=0",
            "model.expert.dropout=0.2", "training.embeddings=exact", "update.new_ids=mean", "training.monitor=logloss:like", "training.learning_rate=0.005",
        ];
        Update([.. settings, "output=runs/whole"]).ShouldSucceed().Error.ShouldNotContain("no step bettered them");
        using var cancel = new CancellationTokenSource();
        using var error = new Canceller(cancel, validations);
        using var output = new StringWriter();
        var code = new Application(output, error, cancel.Token).Run(["train", _run.Configuration, "--init-from", Start, .. Next.Concat(settings).SelectMany(s => new[] { "--set", s })]);
        code.ShouldBe(Application.Cancelled, error.ToString());
        error.ToString().ShouldContain($" --init-from {Start} --resume");

        Update(resume: true, settings).ShouldSucceed().Error.ShouldContain($"resumed after step {4 * validations}");

        _run.WeightsDigest("next").ShouldBe(_run.WeightsDigest("whole"));
    }

    /// <summary>Whatever befalls the comparison with the bundle, training is not lost.</summary>
    [Fact]
    public void Train_UpdateCancelledInItsReport_HasSavedTheModel()
    {
        using var cancel = new CancellationTokenSource();
        using var output = new Canceller(cancel, 1, "test, before and after the update:");

        new Application(output, TextWriter.Null, cancel.Token).Run(["train", _run.Configuration, "--init-from", Start, .. Next.SelectMany(s => new[] { "--set", s })]).ShouldBe(Application.Cancelled);

        output.ToString().ShouldNotContain("earlier run");
        CliRun.Run("evaluate", _run.Place("runs/next/model")).ShouldSucceed();
    }

    [Fact]
    public void Train_ResumeFromAnotherBundle_IsRefused()
    {
        using var cancel = new CancellationTokenSource();
        using var error = new Canceller(cancel, 1);
        new Application(TextWriter.Null, error, cancel.Token).Run(["train", _run.Configuration, "--init-from", Start, .. Next.SelectMany(s => new[] { "--set", s })]).ShouldBe(Application.Cancelled);
        _run.Train([.. Small, "training.seed=5"]).ShouldSucceed();

        Update(resume: true).ShouldRefuse("of another run", "weights of the bundle to start from was");
    }

    [Fact]
    public void Train_UpdateOfAnUpdate_KeepsBothAncestorsAndFindsItsRows()
    {
        Update().ShouldSucceed();
        var first = _run.WeightsDigest("next");
        var result = CliRun.Run(["train", _run.Configuration, "--init-from", _run.Place("runs/next/model"), .. Next.Append("name=third").Append("update.replay=1").SelectMany(s => new[] { "--set", s })]).ShouldSucceed();

        result.Error.ShouldContain("replayed in every epoch: 420 of 420 old rows");
        Manifest("third").GetProperty("provenance").GetProperty("ancestors").EnumerateArray().Select(a => a.GetProperty("weights").GetString()).ShouldBe([first, _run.WeightsDigest()]);
        Directory.GetFiles(_run.Place("runs/.columns"), "*.columns").Length.ShouldBe(3);
    }

    /// <summary>What is replayed is the same, whether a column file still holds it or the sources are read again.</summary>
    [Fact]
    public void Train_UpdateResumedWithoutColumnFiles_GoesOn()
    {
        string[] settings = ["update.replay=0.3", "training.validate_every=4"];
        using var cancel = new CancellationTokenSource();
        using var error = new Canceller(cancel, 1);
        new Application(TextWriter.Null, error, cancel.Token).Run(["train", _run.Configuration, "--init-from", Start, .. Next.Concat(settings).SelectMany(s => new[] { "--set", s })]).ShouldBe(Application.Cancelled);
        DeleteColumns();

        Update(resume: true, [.. settings, "update.measure_old_rows=false"]).ShouldSucceed().Error.ShouldContain("resumed after step 4");
    }

    [Fact]
    public void Train_NoStepBettersTheBundle_KeepsItsWeights()
    {
        var result = Update("training.learning_rate=1", "training.patience=1", "tasks={click: click, buy: {label: buy, given: click}, like: {label: rating >= 4, mask: rating is present, weight: 0.5}}", "sources=rows.csv").ShouldSucceed();

        result.Error.ShouldContain("before the first step  mean_auc ");
        result.Error.ShouldContain("kept the weights it began with, mean_auc ");
        _run.WeightsDigest("next").ShouldBe(_run.WeightsDigest());
    }

    [Fact]
    public void Train_LogGrownSince_ReplaysOnlyTheRowsThatTrainedTheBundle()
    {
        AppendDays();

        var result = Update("sources=rows.csv", "split={train: day == 8, validation: day == 9, test: day >= 10}", "update.replay=1").ShouldSucceed();

        result.Error.ShouldContain("replayed in every epoch: 420 of 420 old rows");
    }

    /// <summary>Read again by the old split, the grown log would put other rows into the old parts.</summary>
    [Fact]
    public void Train_LogGrownAndColumnFileGone_ReplayIsRefusedAndMeasuringWarns()
    {
        AppendDays();
        DeleteColumns();

        Update("update.replay=1").ShouldRefuse("update.replay: ", "the sources of run demo (", "rows.csv) are not as it read them", "train without update.replay");
        var result = Update().ShouldSucceed();

        result.Error.ShouldContain("what it forgets of them is not measured");
        result.Output.ShouldNotContain("earlier run");
    }

    [Fact]
    public void Train_OldSourcesGone_ColumnFileIsReplayed()
    {
        File.Delete(_run.Place("rows.csv"));

        Update("update.replay=0.5").ShouldSucceed().Error.ShouldContain("replayed in every epoch: 210 of 420 old rows");
    }

    [Fact]
    public void Train_ColumnFileGone_SourcesAreReadAgainToTheSameResult()
    {
        Update(KeepLast, "update.replay=0.5").ShouldSucceed();
        var first = _run.WeightsDigest("next");
        DeleteColumns();

        Update(KeepLast, "update.replay=0.5").ShouldSucceed().Error.ShouldContain("replayed in every epoch: 210 of 420 old rows");
        _run.WeightsDigest("next").ShouldBe(first);
    }

    [Fact]
    public void Train_BundleThatDoesNotNameItsRows_IsNotReplayed()
    {
        var manifest = Path.Combine(Start, "manifest.json");
        var text = File.ReadAllText(manifest);
        var sources = Manifest("demo").GetProperty("provenance").GetProperty("sources").GetString()!;
        sources.Length.ShouldBe(64);
        File.WriteAllText(manifest, text.Replace($"\"{sources}\"", "null", StringComparison.Ordinal));

        Update("update.replay=1").ShouldRefuse("the bundle does not say which they were");
    }

    /// <summary>What training came to does not depend on the rows that are measured afterwards.</summary>
    [Fact]
    public void Train_OldTestRowsDamaged_KeepsTheModelAndWarns()
    {
        var column = Directory.GetFiles(_run.Place("runs/.columns"), "*.columns").ShouldHaveSingleItem();
        var bytes = File.ReadAllBytes(column);
        bytes[BitConverter.ToInt64(bytes, bytes.Length - 24) - 20] ^= 0x10;
        File.WriteAllBytes(column, bytes);

        var result = Update().ShouldSucceed();

        result.Error.ShouldContain("what it forgets of them is not measured");
        result.Output.ShouldContain("test, before and after the update:");
        File.Exists(_run.Place("runs/next/model/manifest.json")).ShouldBeTrue();
    }

    /// <summary>A word of <c>freeze</c> means the bundle's weights, wherever a new task has moved them.</summary>
    [Fact]
    public void Train_FreezeAndTasksInAnotherOrder_FreezesTheNamedTask()
    {
        const string tasks = "tasks={save: {label: click}, click: click, buy: {label: buy, given: click}, like: {label: rating >= 4, mask: rating is present, weight: 0.5}}";

        Update(KeepLast, tasks, "update.freeze=[tower.0.*]").ShouldSucceed().Error.ShouldNotContain("frozen: 0 of");

        Tensor("next", "tower.1.output.weight").ShouldBe(Tensor("demo", "tower.0.output.weight"));
        Tensor("next", "tower.0.output.weight").ShouldNotBe(Tensor("demo", "tower.0.output.weight"));
        Tensor("next", "tower.2.output.weight").ShouldNotBe(Tensor("demo", "tower.1.output.weight"));
    }

    [Fact]
    public void Train_UpdateSectionWithoutBundle_Warns() =>
        _run.Train([.. Small, "update.replay=0.5"]).ShouldSucceed().Error.ShouldContain("the section update counts only with --init-from");

    [Fact]
    public void Train_UpdateOfAModelWithHistories_SaysWhatTheyAreBuiltFrom()
    {
        const string history = "fields=[city, device, {name: item, min_count: 2, embedding: 8}, {name: clicked, type: sequence, shares: item, history: {of: user, item: item, when: click == 1}}]";
        _run.Train([.. Small, history]).ShouldSucceed();

        Update(history).ShouldSucceed().Error.ShouldContain("histories (clicked) are built from the sources of this run alone");
    }

    [Fact]
    public void Train_OldRowsGone_ReplayIsRefusedAndMeasuringWarns()
    {
        File.Delete(_run.Place("rows.csv"));
        DeleteColumns();

        Update("update.replay=0.1").ShouldRefuse("update.replay: the rows that the bundle was trained on cannot be read", "rows.csv");
        var result = Update().ShouldSucceed();

        result.Error.ShouldContain("what it forgets of them is not measured");
        result.Output.ShouldNotContain("earlier run");
    }

    [Theory]
    [InlineData("update.freeze=expert", "update.freeze: the model has no weights 'expert'; did you mean 'experts'?")]
    [InlineData("update.freeze=tower.9.*", "the model has no weights 'tower.9.*'")]
    [InlineData("update.new_tasks={save: clik}", "update.new_tasks: the bundle has no task 'clik'; did you mean 'click'?")]
    [InlineData("update.new_tasks={buy: click}", "'buy' is no new task")]
    [InlineData("update.new_tasks={share: fresh}", "update.new_tasks: there is no task 'share'")]
    [InlineData("model.experts=5", "model.experts was 4, is 5")]
    [InlineData("model=mmoe", "The bundle holds a model aesm2, the configuration names mmoe")]
    [InlineData("fields[2].embedding=4", "Field 'item' has another 'embedding'")]
    [InlineData("tasks={click: click}", "The model has a task 'buy'")]
    [InlineData("update.replay=1.5", "update.replay")]
    public void Train_UpdateThatCannotBe_IsRefused(string setting, string text) => Update(setting).ShouldRefuse(text);

    [Theory]
    [InlineData("fresh", "new task save from random weights")]
    [InlineData("buy", "new task save from buy")]
    [InlineData("{save: like}", "new task save from like")]
    public void Train_NewTasks_StartAsTold(string value, string text) => Update($"update.new_tasks={value}").ShouldSucceed().Error.ShouldContain(text);

    void DeleteColumns() => Directory.Delete(_run.Place("runs/.columns"), recursive: true);

    /// <summary>Two days more in the log that the bundle was trained on: one that its training part would take, one for its test part.</summary>
    void AppendDays() =>
        File.AppendAllLines(_run.Place("rows.csv"), CliRun.Lines(CliRun.Rows).Take(120).Select((line, i) => $"{line[..line.LastIndexOf(',')]},{(i < 60 ? 7 : 11)}"));

    float[] Tensor(string run, string name)
    {
        var bytes = File.ReadAllBytes(_run.Place($"runs/{run}/model/weights.safetensors"));
        var length = (int)BitConverter.ToInt64(bytes, 0);
        var offsets = JsonElement.Parse(Encoding.UTF8.GetString(bytes, 8, length)).GetProperty(name).GetProperty("data_offsets");
        var (from, to) = (offsets[0].GetInt32(), offsets[1].GetInt32());
        var values = new float[(to - from) / 4];
        Buffer.BlockCopy(bytes, 8 + length + from, values, 0, to - from);
        return values;
    }

    sealed class Canceller(CancellationTokenSource cancel, int validations, string line = "epoch ") : StringWriter(CultureInfo.InvariantCulture)
    {
        int _validations;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.StartsWith(line, StringComparison.Ordinal) && ++_validations == validations) cancel.Cancel();
        }
    }
}
