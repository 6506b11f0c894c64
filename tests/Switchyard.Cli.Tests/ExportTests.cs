namespace Switchyard.Cli.Tests;

public sealed class ExportTests
{
    [Fact]
    public void Onnx_Run_WritesAFileAndNamesWhatGoesInAndOut()
    {
        using var run = new CliRun();
        run.Train("training.epochs=1").ShouldSucceed();
        var file = run.Place("exported/model.onnx");

        var result = CliRun.Run("export", "onnx", run.Bundle, "--output", file).ShouldSucceed();

        result.Output.ShouldContain("inputs: field/");
        result.Output.ShouldContain("outputs: task/");

        // Scoring fixes the position, so it is no input.
        result.Output.ShouldNotContain("field/slot");
        var bytes = File.ReadAllBytes(file);
        CliRun.Run("export", "onnx", run.Configuration, "-o", file).ShouldSucceed();
        File.ReadAllBytes(file).ShouldBe(bytes);
    }

    [Fact]
    public void Onnx_WrongInput_IsOneLine()
    {
        using var run = new CliRun();

        CliRun.Run("export", "onnx", run.Place("nowhere"), "-o", run.Place("model.onnx")).ShouldRefuse("nowhere");
        CliRun.Run("export", "onnx", run.Bundle, "-o", "").ShouldRefuse("--output: the name is empty");
        CliRun.Run("export", "onnx", run.Bundle, "-o", run.Place(".")).ShouldRefuse("it is a folder");
        CliRun.Run("export", "onnx", run.Bundle, "-o", run.Place("new/")).ShouldRefuse("it is a folder");
        Directory.Exists(run.Place("new")).ShouldBeFalse();
    }
}
