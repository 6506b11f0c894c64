using System.Globalization;
using Switchyard.Data;

namespace Switchyard.Cli.Tests;

/// <summary>Candidates of a request, whose user and context are given once, have the scores of rows.</summary>
public sealed class RequestTests : IDisposable
{
    const int Items = 300;

    readonly CliRun _run = new();

    public RequestTests()
    {
        var text = File.ReadAllText(_run.Configuration);
        foreach (var (from, to) in new[]
                 {
                     ("  - city\n", "  - {name: city, side: context}\n"),
                     ("  - device\n", "  - {name: device, side: context}\n"),
                     ("shares: item}", "shares: item, side: user}"),
                     ("embedding: 4}", "embedding: 4, side: user}"),
                 })
        {
            text.ShouldContain(from);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        File.WriteAllText(_run.Configuration, text);
        _run.Train("unknown_scenario=parent", "training.epochs=1").ShouldSucceed();
    }

    /// <summary>Scenarios and users that training knows, and such that it does not; more items than are scored at a time.</summary>
    [Theory]
    [InlineData("ams", "u1", "i3|i5")]
    [InlineData("atlantis", "nobody", "")]
    public void ScoreRequest_UserAndContextOnce_ScoresOfRowsAndOfPredict(string city, string user, string seen)
    {
        Dictionary<string, string?> shared = new() { ["city"] = city, ["device"] = "phone", ["user"] = user, ["seen"] = seen };
        var items = Enumerable.Range(0, Items).Select(i => new Dictionary<string, string?>
        {
            ["item"] = i % 30 == 7 ? "never seen" : $"i{i % 20}",
            ["price"] = i % 9 == 0 ? null : i.ToString(CultureInfo.InvariantCulture),
        }).ToArray();
        Dictionary<string, string?>[] rows = [.. items.Select(item => new Dictionary<string, string?>(shared.Concat(item)))];
        _run.Write("request.csv", rows.Select(r => $"{r["city"]},{r["device"]},{r["user"]},{r["seen"]},{r["item"]},{r["price"]}").Prepend("city,device,user,seen,item,price"));
        _run.Predict("request.csv", "scores.csv").ShouldSucceed();
        using var scorer = Scorer.Load(_run.Bundle, threads: 2);

        var scores = Lines(scorer.ScoreRequest(shared, items));

        scores.ShouldBe(_run.ReadLines("scores.csv").Skip(1));
        scores.ShouldBe(Lines(scorer.Score(rows)));
        scores.ShouldBe(rows.SelectMany(row => Lines([scorer.Score(row)])));
        scores.Distinct().Count().ShouldBeGreaterThan(20);
    }

    [Fact]
    public void ScoreRequest_ScenarioOfEveryItem_ScoresOfRows()
    {
        using var scorer = Scorer.Load(_run.Bundle);
        Dictionary<string, string?> shared = new() { ["user"] = "u1" };
        Dictionary<string, string?>[] items = [.. new[] { "ams", "ber", "atlantis", "ams" }.Select(city => new Dictionary<string, string?> { ["city"] = city, ["device"] = "desk", ["item"] = "i2" })];

        Lines(scorer.ScoreRequest(shared, items)).ShouldBe(items.SelectMany(item => Lines([scorer.Score(new Dictionary<string, string?>(shared.Concat(item)))])));
        Lines(scorer.ScoreRequest(new Dictionary<string, string?>(), items)).ShouldBe(Lines(scorer.Score(items)));
    }

    [Fact]
    public void ScoreRequest_NoItems_NoScores()
    {
        using var scorer = Scorer.Load(_run.Bundle);
        scorer.ScoreRequest(new Dictionary<string, string?> { ["user"] = "u1" }, []).ShouldBeEmpty();
    }

    [Fact]
    public void ScoreRequest_WrongColumns_SayWhatIsWrongAndSpoilNoLaterOne()
    {
        using var scorer = Scorer.Load(_run.Bundle);
        Dictionary<string, string?> shared = new() { ["user"] = "u1", ["city"] = "ams" };
        Dictionary<string, string?> item = new() { ["item"] = "i2" };
        var scores = Lines(scorer.ScoreRequest(shared, [item]));

        Should.Throw<InputException>(() => scorer.ScoreRequest(shared, [item, new Dictionary<string, string?> { ["user"] = "u2" }])).Message
            .ShouldBe("Column 'user' is given for the whole request and again by one of its items; give it once.");
        Should.Throw<InputException>(() => scorer.ScoreRequest(new Dictionary<string, string?> { ["usr"] = "u1" }, [item])).Message
            .ShouldBe("The model reads no column 'usr'. Did you mean 'user'?");
        Should.Throw<ArgumentNullException>(() => scorer.ScoreRequest(null!, [item])).ParamName.ShouldBe("shared");
        Should.Throw<ArgumentNullException>(() => scorer.ScoreRequest(shared, null!)).ParamName.ShouldBe("items");

        Lines(scorer.ScoreRequest(shared, [item])).ShouldBe(scores);
    }

    /// <summary>Columns that the model leaves out say nothing, but twice the same one is a mistake there too.</summary>
    [Fact]
    public void ScoreRequest_ColumnsLeftOut_MayBeGivenOnce()
    {
        _run.Train("unknown_scenario=parent", "training.epochs=1", "model.without=[user]").ShouldSucceed();
        using var scorer = Scorer.Load(_run.Bundle);
        Dictionary<string, string?> shared = new() { ["user"] = "u1", ["city"] = "ams" };
        Dictionary<string, string?> item = new() { ["item"] = "i2" };

        Lines(scorer.ScoreRequest(shared, [item])).ShouldBe(Lines(scorer.ScoreRequest(new Dictionary<string, string?> { ["city"] = "ams" }, [item])));
        Should.Throw<InputException>(() => scorer.ScoreRequest(shared, [new Dictionary<string, string?>(item) { ["user"] = "u2" }])).Message
            .ShouldBe("Column 'user' is given for the whole request and again by one of its items; give it once.");
        Should.Throw<InputException>(() => scorer.ScoreRequest(shared, [new Dictionary<string, string?> { ["usr"] = "u2" }])).Message.ShouldContain("The model reads no column 'usr'");
    }

    public void Dispose() => _run.Dispose();

    static string[] Lines(IReadOnlyList<IReadOnlyDictionary<string, float>> scores) =>
        [.. scores.Select(s => string.Join(',', s.Values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))))];
}
