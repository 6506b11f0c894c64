using System.Text;

namespace Switchyard.Cli.Tests;

public sealed class TensorBoardTests
{
    [Fact]
    public void Train_WithEvents_WritesAFileOfTheRun()
    {
        using var run = new CliRun();
        CliRun.Run("train", run.Configuration, "--tensorboard", run.Place("events")).ShouldSucceed();

        var first = Directory.GetFiles(run.Place("events/demo")).ShouldHaveSingleItem();
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(first));
        foreach (var tag in new[] { "training/loss", "loss/click", "loss/buy", "auc/all/click", "log_loss/all/buy" }) text.ShouldContain(tag);
    }

    [Fact]
    public void Train_WithEventsThatCannotBeWritten_IsOneLine()
    {
        using var run = new CliRun();
        File.WriteAllText(run.Place("file"), "");

        CliRun.Run("train", run.Configuration, "--tensorboard", run.Place("file")).ShouldRefuse("cannot be made for event files");
        CliRun.Run("train", run.Configuration, "--tensorboard", "").ShouldRefuse("has an empty name");
        CliRun.Run("train", run.Configuration, "--dry-run", "--tensorboard", run.Place("events")).ShouldRefuse("leave --tensorboard out");
        Directory.Exists(run.Place("events")).ShouldBeFalse();
    }
}
