using System.Globalization;
using System.Text.Json;

namespace Switchyard.Cli.Tests;

/// <summary>A run with sequences, one from a column and one built from the log, from training to predictions.</summary>
public sealed class SequenceRunTests
{
    const int Length = 3;

    static readonly string Fields =
        "fields=[city, {name: item, embedding: 8}, {name: seen, type: sequence, shares: item, max_length: 2, order: newest-first}, " +
        $"{{name: recent, type: sequence, shares: item, max_length: {Length}, pooling: sum, history: {{of: user, item: item, when: click == 1, time: day}}}}]";

    static CliRun Trained()
    {
        var run = new CliRun();
        run.Train(Fields).ShouldSucceed();
        return run;
    }

    /// <summary>The items a row's user clicked on earlier days, the last ones.</summary>
    static string Recent(string[][] rows, int row) => string.Join('|', rows[..row]
        .Where(r => r[1] == rows[row][1] && r[10] == "1" && int.Parse(r[13], CultureInfo.InvariantCulture) < int.Parse(rows[row][13], CultureInfo.InvariantCulture))
        .Select(r => r[5]).TakeLast(Length));

    static string[][] Rows(CliRun run) => [.. run.ReadLines("rows.csv").Skip(1).Select(l => l.Split(','))];

    [Fact]
    public void Predict_HistoryBuiltOrGivenAsAList_SameBits() => Trained().Use(run =>
    {
        var rows = Rows(run);
        var lists = rows.Select((_, i) => Recent(rows, i)).ToArray();
        lists.Count(l => l.Length > 0).ShouldBeGreaterThan(rows.Length / 2);
        // The list replaces all that it would be built from: user, click, day.
        run.Write("lists.csv", rows.Select((r, i) => $"{r[3]},{r[4]},{r[5]},{r[6]},{lists[i]}").Prepend("city,device,item,seen,recent"));
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
        run.Predict("lists.csv", "list-scores.csv").ShouldSucceed();
        run.ReadLines("list-scores.csv").ShouldBe(run.ReadLines("scores.csv"));

        run.Write("none.csv", rows.Select(r => $"{r[3]},{r[4]},{r[5]},{r[6]},").Prepend("city,device,item,seen,recent"));
        run.Predict("none.csv", "none-scores.csv").ShouldSucceed();
        var changed = run.ReadLines("none-scores.csv").Zip(run.ReadLines("scores.csv")).Skip(1).Select(p => p.First != p.Second).ToArray();
        changed.ShouldBe(lists.Select(l => l.Length > 0));
    });

    [Fact]
    public void Evaluate_NewRows_BuildsTheirHistoriesAsPredictDoes() => Trained().Use(run =>
    {
        run.Predict("rows.csv", "scores.csv").ShouldSucceed();
        CliRun.Run("evaluate", run.Bundle, "--json", run.Place("test.json")).ShouldSucceed();
        var scored = Rows(run).Zip(run.ReadLines("scores.csv").Skip(1), (r, s) => (Day: int.Parse(r[13], CultureInfo.InvariantCulture), Click: r[10] == "1", Score: float.Parse(s.Split(',')[0], CultureInfo.InvariantCulture)))
            .Where(r => r.Day >= 9).ToArray();
        var loss = scored.Average(r => -Math.Log(r.Click ? r.Score : 1.0 - r.Score));
        using var json = JsonDocument.Parse(File.ReadAllText(run.Place("test.json")));
        var cell = json.RootElement.GetProperty("cells").EnumerateArray().Single(c => c.GetProperty("task").GetString() == "click" && c.GetProperty("scenario").GetString() == "all");
        cell.GetProperty("rows").GetInt64().ShouldBe(scored.Length);
        cell.GetProperty("logloss").GetDouble().ShouldBe(loss, 1e-9);
    });

    [Fact]
    public void Predict_NeitherListNorLog_SaysWhatIsNeeded() => Trained().Use(run =>
    {
        run.Write("bare.csv", ["city,device,item,seen,user", "ams,phone,i1,i2,u1"]);
        run.Predict("bare.csv", "scores.csv").ShouldRefuse("no column 'click' (to build field recent, unless a column 'recent' gives its items)", "no column 'day'");
    });

    [Fact]
    public void Predict_RowsOutOfOrder_IsRefusedWithBothPlaces() => Trained().Use(run =>
    {
        run.Write("back.csv", ["city,device,item,seen,user,day,click", "ams,phone,i1,i2,u1,5,1", "ams,phone,i1,i2,u2,4,1", "ams,phone,i1,i2,u1,4,1"]);
        run.Predict("back.csv", "scores.csv").ShouldRefuse("back.csv, line 4 (row 3), column 'day': '4' lies before", "line 2)", "Sort the rows by 'day'.");
        File.Exists(run.Place("scores.csv")).ShouldBeFalse();
    });

    [Fact]
    public void Train_FieldThatReadsBoth_IsAConfigurationError()
    {
        using var run = new CliRun();
        run.Train("fields=[item, {name: recent, column: seen, type: sequence, history: {of: user, item: item}}]").ShouldRefuse("field 'recent': a field reads a column or is built from the log");
    }
}
