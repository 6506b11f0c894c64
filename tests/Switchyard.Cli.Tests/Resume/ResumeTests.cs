using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Switchyard.Cli.Tests;

/// <summary><c>train --resume</c> in this process; the cancellation stands for Ctrl+C.</summary>
public sealed class ResumeTests : IDisposable
{
    static readonly string[] Settings =
    [
        "model.expert.batch_norm=true", "model.expert.dropout=0.2", "training.epochs=4", "training.validate_every=5", "training.checkpoint_every=3", "training.patience=0",
        "evaluation.min_positives=1", "evaluation.min_negatives=1",
    ];

    readonly CliRun _run = new();

    public void Dispose() => _run.Dispose();

    string Checkpoints => _run.Place("runs/demo/checkpoints");

    [Theory]
    [InlineData("lazy", 1)]
    [InlineData("lazy", 3)]
    [InlineData("exact", 2)]
    public void Train_CancelledAndResumed_SameWeightsAsWithoutStop(string embeddings, int validations)
    {
        string[] settings = [.. Settings, $"training.embeddings={embeddings}"];
        _run.Train([.. settings, "output=runs/whole"]).ShouldSucceed();

        var stopped = Cancelled(validations, settings);

        stopped.Code.ShouldBe(Application.Cancelled);
        stopped.Output.ShouldBeEmpty();
        stopped.Error.ShouldContain($"saved after step {5 * validations}; to go on: switchyard train {_run.Configuration} --set ");
        stopped.Error.ShouldContain(" --resume");
        Directory.Exists(_run.Bundle).ShouldBeFalse();
        Directory.Exists(Path.Combine(Checkpoints, $"step-{5 * validations:D6}")).ShouldBeTrue();

        // Neither the threads nor when checkpoints are saved belong to the result.
        var resumed = Resume([.. settings, "training.threads=2", "training.checkpoint_every=0"]).ShouldSucceed();

        resumed.Error.ShouldContain($"resumed after step {5 * validations}");
        _run.WeightsDigest().ShouldBe(_run.WeightsDigest("whole"));
        Directory.Exists(Checkpoints).ShouldBeFalse();
    }

    [Fact]
    public void Train_ResumeWithoutCheckpoint_SaysSoAndTrains()
    {
        var result = Resume(Settings).ShouldSucceed();

        result.Error.ShouldContain("there is no checkpoint in ");
        result.Error.ShouldContain("training starts anew");
    }

    [Fact]
    public void Train_ResumeWithOtherConfiguration_IsRefusedAndNamesIt()
    {
        Cancelled(1, Settings);

        Resume([.. Settings, "training.learning_rate=0.002"]).ShouldRefuse("of another run", "training.learning_rate was 0.001, is 0.002");
        Resume([.. Settings, "fields[2].embedding=4"]).ShouldRefuse("fields[2].embedding was 8, is 4");
        Resume(Settings).ShouldSucceed();
    }

    /// <summary>Options that came after a checkpoint are not in it: it was made with what are their defaults now.</summary>
    [Fact]
    public void Train_CheckpointFromBeforeSides_GoesOnUnlessOneIsSet()
    {
        _run.Train([.. Settings, "output=runs/whole"]).ShouldSucceed();
        Cancelled(1, Settings);
        foreach (var state in Directory.GetFiles(Checkpoints, "state.json", SearchOption.AllDirectories)) RemoveSides(state);

        Resume([.. Settings, "fields[0].side=context"]).ShouldRefuse("of another run", "fields[0].side was not there, is context");
        Resume(Settings).ShouldSucceed().Error.ShouldContain("resumed after step 5");

        _run.WeightsDigest().ShouldBe(_run.WeightsDigest("whole"));
    }

    [Fact]
    public void Train_SourcesChangedAndResumed_GoesOnWithTheRowsItBeganWith()
    {
        _run.Train([.. Settings, "output=runs/whole"]).ShouldSucceed();
        Cancelled(1, Settings);
        _run.Write("rows.csv", CliRun.Lines(CliRun.Rows - 1).Prepend(CliRun.Header));

        Resume(Settings).ShouldSucceed().Error.ShouldContain("warning: the sources have changed since this run began; it goes on with the rows it began with");

        _run.WeightsDigest().ShouldBe(_run.WeightsDigest("whole"));
    }

    [Fact]
    public void Train_ResumeWithOtherRowsAndNoColumnFile_IsRefused()
    {
        Cancelled(1, Settings);
        _run.Write("rows.csv", CliRun.Lines(CliRun.Rows - 1).Prepend(CliRun.Header));
        Directory.Delete(_run.Place("runs/.columns"), recursive: true);

        Resume(Settings).ShouldRefuse("of another run", "fingerprint of the rows");
    }

    [Fact]
    public void Train_AnewOverCheckpoints_WarnsAndReplacesThem()
    {
        Cancelled(3, Settings);

        var again = Cancelled(1, [.. Settings, "training.seed=2"]);

        again.Error.ShouldContain("holds checkpoints of an earlier run, up to step 15");
        Directory.GetDirectories(Checkpoints).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["step-000003", "step-000005"]);
    }

    [Fact]
    public void Train_KeepCheckpointsAtEnd_LeavesThemAndResumesAtTheEnd()
    {
        string[] settings = [.. Settings, "training.keep_checkpoints_at_end=true"];
        _run.Train(settings).ShouldSucceed();
        var digest = _run.WeightsDigest();
        Directory.GetDirectories(Checkpoints).Length.ShouldBe(2);
        Directory.Delete(_run.Bundle, recursive: true);

        Resume(settings).ShouldSucceed().Error.ShouldContain("resumed after step 28");

        _run.WeightsDigest().ShouldBe(digest);
    }

    [Fact]
    public void Train_FolderOfCheckpointsHeldByAnotherRun_GoesOnWithoutAndResumeIsRefused()
    {
        Directory.CreateDirectory(Checkpoints);
        using var held = new FileStream(Path.Combine(Checkpoints, ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        _run.Train(Settings).ShouldSucceed().Error.ShouldContain("warning: no checkpoints are kept");
        Resume(Settings).ShouldRefuse("cannot be used for checkpoints");
    }

    static void RemoveSides(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        var state = Regex.Replace(document.RootElement.GetProperty("state").GetRawText(), @"""fields\[\d+\]\.side"":""item"",", "");
        state.Length.ShouldBeLessThan(document.RootElement.GetProperty("state").GetRawText().Length);
        File.WriteAllText(file, $$"""{"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)))}}","state":{{state}}}""");
    }

    CliResult Resume(string[] settings) => CliRun.Run(["train", _run.Configuration, "--resume", .. Sets(settings)]);

    /// <summary>Trains and cancels at a validation's line.</summary>
    CliResult Cancelled(int validations, string[] settings)
    {
        using var cancel = new CancellationTokenSource();
        using var output = new StringWriter();
        using var error = new Canceller(cancel, validations);
        var code = new Application(output, error, cancel.Token).Run(["train", _run.Configuration, .. Sets(settings)]);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    static IEnumerable<string> Sets(string[] settings) => settings.SelectMany(s => new[] { "--set", s });

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
