using System.Text.Json.Nodes;

namespace Switchyard.Cli.Tests;

/// <summary>drift from the command line.</summary>
public sealed class DriftTests
{
    const int Rows = 4096;

    [Fact]
    public void Drift_RowsOfTheTrainingAndShiftedOnes_SaysWhichFieldMoved()
    {
        using var run = new CliRun();
        // As many rows as two batches have, and the same with one value in a field.
        run.Write("rows.csv", CliRun.Lines(Rows).Prepend(CliRun.Header));
        run.Train("training.epochs=1").ShouldSucceed();
        run.Write("moved.csv", CliRun.Lines(Rows).Select(l => l.Split(',')).Select(c => string.Join(',', [.. c[..5], "i3", .. c[6..]])).Prepend(CliRun.Header));

        var same = CliRun.Run("drift", run.Place("rows.csv"), "--model", run.Bundle, "--json", run.Place("same.json")).ShouldSucceed();
        var moved = CliRun.Run("drift", run.Place("moved.csv"), "-m", run.Configuration, "--json", run.Place("moved.json")).ShouldSucceed();

        same.Output.ShouldContain("4,096 rows against");
        same.Output.ShouldContain("| scenario");
        var expected = Findings(run, "same.json");
        expected["device"].ShouldBe("stable");
        expected["item"].ShouldNotBe("large");
        var findings = Findings(run, "moved.json");
        findings["item"].ShouldBe("large");
        findings["device"].ShouldBe("stable");
    }

    [Fact]
    public void Drift_WrongInput_IsOneLine()
    {
        using var run = new CliRun();
        CliRun.Run("drift", run.Place("rows.csv"), "--model", run.Place("nowhere")).ShouldRefuse("nowhere");
        run.Train("training.epochs=1").ShouldSucceed();
        run.Write("empty.csv", [CliRun.Header]);
        run.Write("narrow.csv", ["id,device", "1,desk"]);

        CliRun.Run("drift", run.Place("missing.csv"), "--model", run.Bundle).ShouldRefuse("missing.csv");
        CliRun.Run("drift", run.Place("empty.csv"), "--model", run.Bundle).ShouldRefuse("empty.csv", "there is no row to compare");
        CliRun.Run("drift", run.Place("narrow.csv"), "--model", run.Bundle).ShouldRefuse("narrow.csv", "city");
        CliRun.Run("drift", run.Place("rows.csv"), "--model", run.Bundle, "--json", run.Folder).ShouldRefuse("--json", "is a folder");
        CliRun.Run("drift", run.Place("rows.csv"), "--model", run.Bundle, "--separator", "ab").ShouldRefuse("--separator");

        File.Delete(Path.Combine(run.Bundle, "baseline.json"));
        CliRun.Run("drift", run.Place("rows.csv"), "--model", run.Bundle).ShouldRefuse("the bundle has no baseline.json", "train it again");
    }

    [Fact]
    public void Drift_NoModel_NamesTheOption() => CliRun.Run("drift", "rows.csv").Error.ShouldContain("--model");

    // Of all scenarios together: verdict by field.
    static Dictionary<string, string> Findings(CliRun run, string json)
    {
        var all = JsonNode.Parse(File.ReadAllText(run.Place(json)))!["scenarios"]![0]!;
        all["scenario"]!.GetValue<string>().ShouldBe("(all)");
        all["rows"]!.GetValue<int>().ShouldBe(Rows);
        return all["findings"]!.AsArray().Where(f => f!["kind"]!.GetValue<string>() == "field").ToDictionary(f => f!["name"]!.GetValue<string>(), f => f!["verdict"]!.GetValue<string>());
    }
}
