using System.Text.Json;
using Switchyard.Data;
using Switchyard.Models;

namespace Switchyard.Serving.Tests;

public sealed class ServedScoreTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_RequestsOfAnySize_HaveTheBitsOfTheOfflineScores()
    {
        var bundle = TinyModels.Save(_folder["bundle"]);
        var model = TinyModels.Serve(bundle);
        using var scorer = Scorer.Load(bundle, 1);
        await using var queue = new ScoringQueue();
        var request = new RankRequest();
        var number = 0;
        foreach (var items in (int[])[1, 2, 50, 7, 256, 257, 700, 3])
        {
            var (shared, rows) = (TinyModels.Shared(number, unknown: true), TinyModels.Items(number++, items));
            TinyModels.Fill(request, model, shared, rows);
            (await queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
            var expected = scorer.ScoreRequest(shared, rows);
            TinyModels.Bits(request.Scores).ShouldBe(TinyModels.Bits([.. expected.Select(e => e["click"]), .. expected.Select(e => e["book"])]));
            request.Score(1, items - 1).ShouldBe(expected[^1]["book"]);
            TinyModels.Bits(request.Fused).ShouldBe(TinyModels.Bits([.. expected.Select(e => e["book"])]));
            request.Order.ToArray().ShouldBe(Enumerable.Range(0, items).OrderByDescending(i => expected[i]["book"]));
        }
    }

    public static TheoryData<string> Zoo() => [.. ModelZoo.Options.Keys];

    [Theory]
    [MemberData(nameof(Zoo))]
    public async Task ScoreAsync_EveryModelOfTheZoo_WaitingRequestsHaveTheOfflineBits(string name)
    {
        var bundle = TinyModels.Save(_folder["bundle"], options: (ModelOptions)Activator.CreateInstance(ModelZoo.Options[name])!);
        var model = TinyModels.Serve(bundle);
        using var scorer = Scorer.Load(bundle, 1);
        using var gate = new Gate();
        await using var queue = new ScoringQueue(new ScoringQueueOptions { Workers = 1 }, new ManualTime(), gate.Pass);
        var first = gate.Occupy(queue, model);
        var requests = Enumerable.Range(0, 5).Select(n => TinyModels.Fill(new RankRequest(), model, TinyModels.Shared(n, unknown: true), TinyModels.Items(n, 3 + n))).ToArray();
        var outcomes = requests.Select(r => queue.ScoreAsync(r).AsTask()).ToArray();
        gate.Open();
        await first;
        await Task.WhenAll(outcomes);
        queue.State.Batches.ShouldBe(1);
        for (var n = 0; n < requests.Length; n++)
        {
            var expected = scorer.ScoreRequest(TinyModels.Shared(n, unknown: true), TinyModels.Items(n, 3 + n));
            TinyModels.Bits(requests[n].Scores).ShouldBe(TinyModels.Bits([.. expected.Select(e => e["click"]), .. expected.Select(e => e["book"])]));
        }
    }

    [Fact]
    public async Task ScoreAsync_JsonRowsWithListsNumbersAndTruth_HaveTheBitsOfPredict()
    {
        const string rows = """
            {"user":"u1","hour":7,"region":"r1","device":"phone","item":"i3","tags":["t1","","t5"],"clicks":["i9","i8","i7","i6"],"brand":12.50,"price":1e2}
            {"user":null,"hour":"nan","region":"r0","device":"desktop","item":"","tags":"t2|t3","brand":true,"price":50.125}
            {"user":"\u00fc","region":"r2","device":"phone","item":"i4","clicks":"i1","price":-0.0}
            """;
        var bundle = TinyModels.Save(_folder["bundle"]);
        await File.WriteAllTextAsync(_folder["rows.jsonl"], rows);
        Run.Predict(bundle, _folder["rows.jsonl"], _folder["scores.csv"]);
        var expected = (await File.ReadAllLinesAsync(_folder["scores.csv"])).Skip(1).Select(l => l.Split(',').Select(v => float.Parse(v, System.Globalization.CultureInfo.InvariantCulture)).ToArray()).ToArray();

        var request = new RankRequest();
        request.Begin(TinyModels.Serve(bundle));
        foreach (var line in rows.Split('\n')) SetJson(request, request.AddItem(), JsonDocument.Parse(line).RootElement);
        await using var queue = new ScoringQueue();
        await queue.ScoreAsync(request);
        TinyModels.Bits(request.Scores).ShouldBe(TinyModels.Bits([.. expected.Select(e => e[0]), .. expected.Select(e => e[1])]));
    }

    [Fact]
    public async Task ScoreAsync_ScenarioFormula_FusesEveryItemByItsOwn()
    {
        var bundle = TinyModels.Save(_folder["bundle"]);
        await File.WriteAllTextAsync(Path.Combine(bundle, Fusion.FileName), "formula: 1 - click\nscenarios:\n  r1: {formula: click + book}\n");
        var model = TinyModels.Serve(bundle);
        var request = new RankRequest();
        request.Begin(model);
        foreach (var region in (string[])["r0", "r1", "r2"]) TinyModels.Set(request, request.AddItem(), new Dictionary<string, string?> { ["region"] = region, ["device"] = "phone" });
        await using var queue = new ScoringQueue();
        await queue.ScoreAsync(request);
        request.Fused.ToArray().ShouldBe([1 - request.Score(0, 0), request.Score(0, 1) + request.Score(1, 1), 1 - request.Score(0, 2)], tolerance: 1e-6);
    }

    [Fact]
    public async Task ScoreAsync_FormulaWithoutAValue_FailsThatRequestAlone()
    {
        var bundle = TinyModels.Save(_folder["bundle"]);
        await File.WriteAllTextAsync(Path.Combine(bundle, Fusion.FileName), "formula: click\nscenarios:\n  r1: {formula: 1 / (click - click)}\n");
        var model = TinyModels.Serve(bundle);
        using var gate = new Gate();
        await using var queue = new ScoringQueue(new ScoringQueueOptions { Workers = 1 }, new ManualTime(), gate.Pass);
        var good = TinyModels.Fill(new RankRequest(), model, new Dictionary<string, string?>(TinyModels.Shared(1)) { ["region"] = "r0" }, TinyModels.Items(1, 4));
        var bad = TinyModels.Fill(new RankRequest(), model, new Dictionary<string, string?>(TinyModels.Shared(1)) { ["region"] = "r1" }, TinyModels.Items(2, 4));
        var first = gate.Occupy(queue, model);
        var results = new[] { queue.ScoreAsync(good).AsTask(), queue.ScoreAsync(bad).AsTask() };
        gate.Open();
        await first;
        (await results[0]).Status.ShouldBe(ScoreStatus.Scored);
        (await Should.ThrowAsync<InputException>(results[1])).Message.ShouldContain("click - click");
        queue.State.Failed.ShouldBe(1);
    }

    [Fact]
    public async Task ScoreAsync_NoItems_ScoresNothing()
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));
        await using var queue = new ScoringQueue();
        var request = TinyModels.NewRequest(model, 1, items: 0);
        (await queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
        request.Order.Length.ShouldBe(0);
    }

    [Fact]
    public async Task ScoreAsync_WrongNumber_NamesItemAndColumn()
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));
        await using var queue = new ScoringQueue();
        var items = TinyModels.Items(1, 6);
        items[4]["price"] = "cheap";
        var request = TinyModels.Fill(new RankRequest(), model, TinyModels.Shared(1), items);
        var e = await Should.ThrowAsync<RequestException>(queue.ScoreAsync(request).AsTask());
        (e.Error, e.Item, e.Column).ShouldBe((RequestError.NotANumber, 4, "price"));
        e.Message.ShouldBe("Column 'price' of item 4: 'cheap' is not a number, and the field is numeric. Correct the value, or give null where it is missing.");

        // Nothing of it is left for the next request.
        items[4]["price"] = "3";
        TinyModels.Fill(request, model, TinyModels.Shared(1), items);
        (await queue.ScoreAsync(request)).Status.ShouldBe(ScoreStatus.Scored);
    }

    [Fact]
    public async Task ScoreAsync_WrongSharedNumber_NamesTheRequest()
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));
        await using var queue = new ScoringQueue();
        var request = TinyModels.Fill(new RankRequest(), model, new Dictionary<string, string?>(TinyModels.Shared(1)) { ["hour"] = "noon" }, TinyModels.Items(1, 6));
        var e = await Should.ThrowAsync<RequestException>(queue.ScoreAsync(request).AsTask());
        (e.Error, e.Item, e.Column).ShouldBe((RequestError.NotANumber, RankRequest.Shared, "hour"));
    }

    [Theory]
    [InlineData(UnknownScenario.Parent, UnknownScenarioRule.Model, false)]
    [InlineData(UnknownScenario.Parent, UnknownScenarioRule.Refuse, true)]
    [InlineData(UnknownScenario.Error, UnknownScenarioRule.Model, true)]
    [InlineData(UnknownScenario.Error, UnknownScenarioRule.Average, false)]
    public async Task ScoreAsync_UnknownScenario_FollowsTheRule(UnknownScenario trained, UnknownScenarioRule rule, bool isRefused)
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"], schema: TinyModels.Schema(trained)), rule);
        await using var queue = new ScoringQueue();
        var request = TinyModels.Fill(new RankRequest(), model, new Dictionary<string, string?>(TinyModels.Shared(1)) { ["device"] = "watch" }, TinyModels.Items(1, 6));
        if (isRefused)
        {
            var e = await Should.ThrowAsync<RequestException>(queue.ScoreAsync(request).AsTask());
            (e.Error, e.Item, e.Column).ShouldBe((RequestError.UnknownScenario, RankRequest.Shared, "device"));
            return;
        }

        await queue.ScoreAsync(request);
        using var scorer = Scorer.Load(TinyModels.Save(_folder["parent"]), 1);
        var expected = scorer.ScoreRequest(new Dictionary<string, string?>(TinyModels.Shared(1)) { ["device"] = "watch" }, TinyModels.Items(1, 6));
        TinyModels.Bits(request.Fused).ShouldBe(TinyModels.Bits([.. expected.Select(e => e["book"])]));
    }

    [Fact]
    public async Task ScoreAsync_UnseenValues_AreCountedByField()
    {
        var model = TinyModels.Serve(TinyModels.Save(_folder["bundle"]));
        await using var queue = new ScoringQueue();
        var shared = new Dictionary<string, string?> { ["user"] = "nobody", ["region"] = "r1", ["device"] = "phone", ["clicks"] = "i1;i99;i98" };
        Dictionary<string, string?>[] items = [new() { ["item"] = "i1", ["tags"] = "t1|t99|t98", ["brand"] = "new" }, new() { ["item"] = "i77" }];
        await queue.ScoreAsync(TinyModels.Fill(new RankRequest(), model, shared, items));
        model.Rows.ShouldBe(2);
        var unknown = model.Schema.Fields.Select((f, i) => (f.Name, model.UnknownIds(i))).ToDictionary();

        // last_item is missing in both rows, and the vocabulary has no empty value.
        unknown.Where(u => u.Value > 0).ShouldBe(
            new Dictionary<string, long> { ["user"] = 2, ["item"] = 1, ["last_item"] = 2, ["tags"] = 2, ["clicks"] = 4 }, ignoreOrder: true);
    }

    static void SetJson(RankRequest request, int item, JsonElement row)
    {
        foreach (var property in row.EnumerateObject())
        {
            var column = request.Model.Columns.Require(System.Text.Encoding.UTF8.GetBytes(property.Name), item);
            if (property.Value.ValueKind == JsonValueKind.Array)
            {
                request.BeginList(item, column);
                foreach (var value in property.Value.EnumerateArray()) request.AddToList(Utf8(value));
            }
            else
            {
                request.Set(item, column, Utf8(property.Value));
            }
        }
    }

    static byte[] Utf8(JsonElement value) => System.Text.Encoding.UTF8.GetBytes(value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => "",
    });
}
