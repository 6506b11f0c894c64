using System.Text.Json;

namespace Switchyard.Cli.Tests;

public sealed class InspectTests
{
    [Fact]
    public void Inspect_Aesm2_ShowsMapsAndWritesFiles() => new CliRun().Use(run =>
    {
        run.Train().ShouldSucceed();
        var weights = run.WeightsDigest();
        var result = CliRun.Run("inspect", run.Configuration, "--csv", run.Place("use.csv"), "--json", run.Place("use.json")).ShouldSucceed();

        var lines = result.Output.Split('\n');
        lines.ShouldAllBe(l => l.Length <= 80);
        result.Output.ShouldNotContain("\u001b");
        result.Output.ShouldContain("scenario.0.0: 4 experts, a gate per city; 1 specific, 1 shared a row");
        result.Output.ShouldContain("scenario.1.0: 4 experts, a gate per device");
        result.Output.ShouldContain("task.0: 4 experts, a gate per task");
        run.WeightsDigest().ShouldBe(weights);

        var csv = run.ReadLines("use.csv");
        csv[0].ShouldBe("layer,task,column,scenario,rows,kind,expert,share");
        var rows = csv.Skip(1).Select(l => l.Split(',')).ToList();
        rows.ShouldAllBe(r => r.Length == 8);
        foreach (var gate in rows.GroupBy(r => string.Join(',', r[..6])))
        {
            gate.Count().ShouldBe(4);
            if (!gate.Key.EndsWith("chosen", StringComparison.Ordinal)) gate.Sum(r => double.Parse(r[7], System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(1, 1e-5);
        }

        rows.Where(r => r[0] == "task.0" && r[2] == "city/device" && r[1] == "buy").Select(r => r[3]).Distinct().Count().ShouldBe(6);
        using var json = JsonDocument.Parse(File.ReadAllText(run.Place("use.json")));
        var layers = json.RootElement.GetProperty("layers").EnumerateArray().ToList();
        layers.Select(l => l.GetProperty("layer").GetString()).ShouldBe(["scenario.0.0", "scenario.1.0", "task.0"]);
        var overlap = layers[0].GetProperty("overlap");
        overlap.GetProperty("gates").EnumerateArray().Select(g => g.GetString()).ShouldBe(["cph", "ams", "ber"], ignoreOrder: true);
        overlap.GetProperty("shared")[1][1].GetDouble().ShouldBe(1, 1e-9);
        json.RootElement.TryGetProperty("drift", out _).ShouldBeFalse();
    });

    /// <summary>CESAA's rows choose specific experts only; its dense gates are a layer of their own.</summary>
    [Fact]
    public void Inspect_ModelThatChoosesNothingAsShared_ShowsNoMapOfIt() => new CliRun().Use(run =>
    {
        run.Train("model={name: cesaa, experts: 4}").ShouldSucceed();
        var result = CliRun.Run("inspect", run.Bundle, "-c", run.Configuration).ShouldSucceed();

        result.Output.ShouldContain("layer.0.dense: 4 experts, a gate per task; a row mixes all of them");
        result.Output.ShouldContain("layer.0: 4 experts, a gate per task; 2 specific, 0 shared a row");
        result.Output.ShouldContain("chosen as specific");
        result.Output.ShouldNotContain("chosen as shared");
    });

    [Fact]
    public void Inspect_AgainstTheStart_ShowsDrift() => new CliRun().Use(run =>
    {
        run.Train().ShouldSucceed();
        run.Train("training.epochs=1", "output=runs/short").ShouldSucceed();
        var result = CliRun.Run(
            "inspect", run.Bundle, "-c", run.Configuration, "--against", run.Place("runs/short/model"), "--part", "train", "--rows", "100",
            "--csv", run.Place("use.csv"), "--json", run.Place("use.json")).ShouldSucceed();

        result.Output.ShouldStartWith("train: 100 rows");
        result.Output.ShouldContain("specific    shared    weight   changed");
        run.ReadLines("use.csv")[0].ShouldEndWith(",share,against");
        using var json = JsonDocument.Parse(File.ReadAllText(run.Place("use.json")));
        var gates = json.RootElement.GetProperty("drift").GetProperty("gates").EnumerateArray().ToList();
        gates.ShouldContain(g => g.GetProperty("weight").GetDouble() > 0);
        gates.ShouldAllBe(g => g.GetProperty("changed").GetDouble() >= 0 && g.GetProperty("shared").GetDouble() <= 1);
    });

    [Fact]
    public void Inspect_Mmoe_ShowsWeights()
    {
        using var run = new TemporaryRun();
        CliRun.Run("train", run.Configuration, "--set", "training.epochs=1").ShouldSucceed();
        var output = CliRun.Run("inspect", run.Configuration).ShouldSucceed().Output;
        output.ShouldContain("expert: 6 experts, a gate per task; a row mixes all of them");
        output.ShouldContain("mean weight");
        output.ShouldNotContain("chosen as");
    }

    [Fact]
    public void Inspect_WrongInput_IsOneLine()
    {
        using var run = new TemporaryRun();
        CliRun.Run("train", run.Configuration, "--set", "training.epochs=1").ShouldSucceed();
        CliRun.Run("inspect", run.Configuration, "--part", "tests").ShouldRefuse("--part tests", "use train, validation, test");
        CliRun.Run("inspect", run.Configuration, "--rows", "0").ShouldRefuse("--rows 0");
        CliRun.Run("inspect", run.Configuration, "--dead", "2").ShouldRefuse("--dead 2", "from 0 to 1");
        CliRun.Run("inspect", run.Configuration, "--against", "nowhere").ShouldRefuse("nowhere");
        CliRun.Run("inspect", run.Configuration, "--csv", run.Path).ShouldRefuse("it is a folder");
        CliRun.Run("inspect", "nowhere").ShouldRefuse("nowhere");
        CliRun.Run("inspect", run.Configuration, "--set", "split.validation=kind == z", "--part", "validation").ShouldRefuse("no validation row to inspect");
    }
}
