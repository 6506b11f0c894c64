using System.Globalization;
using System.Text.Json;
using Switchyard.Data;

namespace Switchyard.Cli.Tests;

/// <summary>What predict writes is what evaluation measured.</summary>
public sealed class ScoringTests
{
    [Fact]
    public void Predict_AnotherOrderOrOneRow_SameScores()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();
        var lines = run.ReadLines("rows.csv");
        run.Write("reversed.csv", lines.Skip(1).Reverse().Prepend(CliRun.Header));
        run.Write("one.csv", [CliRun.Header, lines[123]]);

        run.Predict("rows.csv", "scores.csv", "--keep", "id").ShouldSucceed();
        run.Predict("reversed.csv", "reversed-scores.csv", "--keep", "id").ShouldSucceed();
        run.Predict("one.csv", "one-score.csv", "--keep", "id").ShouldSucceed();

        var scores = run.ReadLines("scores.csv");
        scores[0].ShouldBe("id,click,buy,like");
        scores.Length.ShouldBe(CliRun.Rows + 1);
        run.ReadLines("reversed-scores.csv").Skip(1).Reverse().ShouldBe(scores.Skip(1));
        run.ReadLines("one-score.csv")[1].ShouldBe(scores[123]);
    }

    [Fact]
    public void Predict_WithoutLabelsGroupsAndPosition_SameScores()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();
        // user, city, device, item, seen, price
        run.Write("bare.csv", run.ReadLines("rows.csv").Select(l => string.Join(',', l.Split(',') is var v ? [v[1], .. v[3..8]] : [])));

        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
        run.Predict("bare.csv", "bare-scores.csv").ShouldSucceed();

        run.ReadLines("bare-scores.csv").ShouldBe(run.ReadLines("scores.csv"));
    }

    /// <summary>city is a scenario, so it stays; nothing else needs price or seen.</summary>
    [Fact]
    public void Predict_ModelWithoutFields_NeedsNoneOfTheirColumns()
    {
        using var run = new CliRun();
        run.Train("model.without=[seen, price, price_z, city]").ShouldSucceed();
        // user, city, device, item
        run.Write("bare.csv", run.ReadLines("rows.csv").Select(l => string.Join(',', l.Split(',') is var v ? [v[1], v[3], v[4], v[5]] : [])));

        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
        run.Predict("bare.csv", "bare-scores.csv").ShouldSucceed();

        var scores = run.ReadLines("scores.csv");
        run.ReadLines("bare-scores.csv").ShouldBe(scores);
        using var scorer = Scorer.Load(run.Bundle);
        scorer.Columns.ShouldBe(["device", "item", "user", "slot", "city"]);
        var (header, row) = (CliRun.Header.Split(','), run.ReadLines("rows.csv")[1].Split(','));
        var values = header.Zip(row).Where(p => scorer.Columns.Contains(p.First) || p.First is "price" or "seen").ToDictionary(p => p.First, p => (string?)p.Second, StringComparer.Ordinal);
        scorer.Score(values).Values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)).ShouldBe(scores[1].Split(','));
        values["prise"] = "1";
        Should.Throw<InputException>(() => scorer.Score(values)).Message.ShouldContain("'prise'");
    }

    [Fact]
    public void Evaluate_Json_IsThatOfTrainAndOfThePredictions()
    {
        using var run = new CliRun();
        CliRun.Run("train", run.Configuration, "--json", run.Place("train.json")).ShouldSucceed();
        CliRun.Run("evaluate", run.Bundle, "--json", run.Place("evaluate.json")).ShouldSucceed();
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();

        File.ReadAllText(run.Place("evaluate.json")).ShouldBe(File.ReadAllText(run.Place("train.json")));
        using var json = JsonDocument.Parse(File.ReadAllText(run.Place("evaluate.json")));
        var root = json.RootElement;
        root.GetProperty("min_positives").GetInt32().ShouldBe(10);
        root.GetProperty("min_negatives").GetInt32().ShouldBe(10);
        root.GetProperty("mean_auc").EnumerateObject().Select(p => p.Name).ShouldBe(["level1", "leaf"], ignoreOrder: true);
        var rows = run.ReadLines("rows.csv").Skip(1).Zip(run.ReadLines("scores.csv").Skip(1), (row, score) => (Row: row.Split(','), Score: score.Split(',')))
            .Where(r => int.Parse(r.Row[13], CultureInfo.InvariantCulture) >= 9).ToArray();
        foreach (var cell in root.GetProperty("cells").EnumerateArray())
        {
            var task = cell.GetProperty("task").GetString();
            var scenario = cell.GetProperty("scenario").GetString()!;
            if (task == "like") continue;
            var (label, column) = task == "click" ? (10, 0) : (11, 1);
            var own = rows.Where(r => scenario == "all" || $"{r.Row[3]}/{r.Row[4]}".StartsWith(scenario, StringComparison.Ordinal)).ToArray();
            cell.GetProperty("rows").GetInt64().ShouldBe(own.Length);
            var positives = own.Where(r => r.Row[label] == "1").Select(Score).ToArray();
            var negatives = own.Where(r => r.Row[label] == "0").Select(Score).ToArray();
            cell.GetProperty("positives").GetInt64().ShouldBe(positives.Length);
            foreach (var key in new[] { "gauc", "logloss", "calibration" }) cell.TryGetProperty(key, out _).ShouldBeTrue(key);
            if (positives.Length == 0 || negatives.Length == 0) continue;
            var auc = positives.Sum(p => negatives.Sum(n => p > n ? 1.0 : p == n ? 0.5 : 0)) / ((double)positives.Length * negatives.Length);
            cell.GetProperty("auc").GetDouble().ShouldBe(auc, 1e-9, $"{scenario} {task}");

            float Score((string[] Row, string[] Score) r) => float.Parse(r.Score[column], CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public void Predict_UnseenIds_AreScored()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();
        run.Write("new.csv", [CliRun.Header, "1,new-user,s,ams,desk,new-item,new|newer,99999,77,1,,,,"]);

        run.Predict("new.csv", "scores.csv").ShouldSucceed();

        run.ReadLines("scores.csv")[1].Split(',').ShouldAllBe(v => float.Parse(v, CultureInfo.InvariantCulture) > 0 && float.Parse(v, CultureInfo.InvariantCulture) < 1);
    }

    [Fact]
    public void Predict_UnknownScenario_IsRefusedWithTheCountOfAllRows()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();
        run.Write("new.csv", [CliRun.Header, .. Enumerable.Repeat("1,u1,s,oslo,desk,i1,,1,1,1,0,0,,1", 5000)]);

        run.Predict("new.csv", "scores.csv").ShouldRefuse("column 'city': 5,000 rows with 'oslo'", "unknown_scenario: parent");

        File.Exists(run.Place("scores.csv")).ShouldBeFalse();
        run.Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public void Predict_UnknownScenarioWithParent_IsScoredAndCounted()
    {
        using var run = new CliRun();
        run.Train("unknown_scenario=parent").ShouldSucceed();
        run.Write("new.csv", [CliRun.Header, "1,u1,s,oslo,desk,i1,,1,1,1,0,0,,1", "1,u1,s,,desk,i1,,1,1,1,0,0,,1"]);

        var result = run.Predict("new.csv", "scores.csv").ShouldSucceed();

        result.Error.ShouldContain("warning: 2 rows have an unknown city (oslo, missing)");
        var scores = run.ReadLines("scores.csv");
        scores[1].ShouldBe(scores[2]);
    }

    [Fact]
    public void Predict_ToDevice_LeavesTheDevice()
    {
        if (OperatingSystem.IsWindows()) return;
        using var run = new CliRun();
        run.Train().ShouldSucceed();

        CliRun.Run("predict", run.Bundle, "-i", run.Place("rows.csv"), "-o", "/dev/null").ShouldSucceed();

        new FileInfo("/dev/null").Length.ShouldBe(0);
    }

    [Fact]
    public void Predict_KeepAColumnThatIsNotThere_NamesThem()
    {
        using var run = new CliRun();
        run.Train().ShouldSucceed();

        run.Predict("rows.csv", "scores.csv", "--keep", "idd").ShouldRefuse("--keep idd", "it has id, user");
    }
}
