using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Switchyard.Data;

namespace Switchyard.Ui.Tests;

/// <summary>An item of a request, given or recorded, and its way through the model.</summary>
public sealed class ExplainRequestTests
{
    const string Body = """{"scenario": {"kind": "b"}, "items": [{"id": "x", "fields": {"size": 12, "line": 40}}, {"id": "y", "fields": {"size": null, "line": 7}}]}""";

    [Fact]
    public async Task Pasted_ARowOfTheTestPart_HasTheWayOfTheRow()
    {
        await using var page = await TrainedPage.Train().StartAsync();
        for (var row = 0; row < 6; row++)
        {
            var measured = await TrainedPage.AskAsync(page, string.Create(CultureInfo.InvariantCulture, $"explain?run=run&row={row}"));
            // The line of the file that it was.
            var line = int.Parse((string)measured["inputs"]!.AsArray().Single(i => (string)i!["name"]! == "line")!["value"]!, CultureInfo.InvariantCulture);
            var size = TrainedPage.IsMissing(line) ? "null" : TrainedPage.Size(line).ToString(CultureInfo.InvariantCulture);
            var request = await PasteAsync(page, 0, $$"""{"rows": [{"kind": "{{TrainedPage.Kind(line)}}", "size": {{size}}, "line": {{line}}}]}""");
            foreach (var part in new[] { "scenario", "gates", "inputs" }) request[part]!.ToJsonString().ShouldBe(measured[part]!.ToJsonString());
            request["tasks"]![0]!["logit"]!.ToJsonString().ShouldBe(measured["tasks"]![0]!["logit"]!.ToJsonString());
            (1 / (1 + Math.Exp(-(double)measured["tasks"]![0]!["logit"]!))).ShouldBe((double)request["scores"]![0]!["score"]!, 1e-6);
        }
    }

    [Fact]
    public async Task Pasted_AnItem_TellsItsIdAndWhatIsMissing()
    {
        await using var page = await TrainedPage.Train().StartAsync();

        var answer = await PasteAsync(page, 1, """{"scenario": ["a"], "items": [{"id": "x"}, {"id": "y", "fields": {"line": 7}}]}""");

        ((int)answer["item"]!, (int)answer["items"]!, (string?)answer["id"]).ShouldBe((1, 2, "y"));
        answer["missing"]!.ToJsonString().ShouldBe("""["size"]""");
        answer["record"].ShouldBeNull();
        answer["scores"]!.AsArray().ShouldAllBe(s => s!["recorded"] == null && s["same"] == null);
        answer["scores"]!.AsArray().Select(s => (string)s!["name"]!).ShouldBe(["click", "fused"]);
        answer["inputs"]!.AsArray().Single(i => (string)i!["name"]! == "size")!["value"]!.GetValue<string>().ShouldBe("missing");
    }

    [Theory]
    [InlineData("""{"items": [{"id": "x", "fields": {"size": 1}}]}""", "Column 'kind' of the scenario is missing", "(/scenario of the request)", "No feature store is asked here")]
    [InlineData("""{"scenario": ["a"], "items": [{"fields": {"sice": 1}}]}""", "The model reads no column 'sice'. Did you mean 'size'? (/items/0/fields/sice of the request)", "", "")]
    [InlineData("""{"scenario": ["a"], "items": [{"fields": {"customer": 1}}]}""", "The model reads no column 'customer'", "(/items/0/fields/customer of the request)", "must be left out")]
    [InlineData("""{"scenario": ["a"], "items": ["x", {"fields": {"size": "big"}}]}""", "Column 'size' of item 1: 'big' is not a number", "(/items/1/fields/size of the request)", "Correct the value")]
    [InlineData("""{"rows": [{"kind": "a", "size": {}}]}""", "Column 'size' is an object", "(/rows/0/size of the request)", "give a text")]
    [InlineData("""{"scenario": ["a"], "items": []}""", "The request has no items", "", "at least one")]
    [InlineData("""{"scenario": ["a"], "items": ["x"]}""", "There is no item 1", "", "the request has 1")]
    [InlineData("""{"scenario": ["a"], """, "Line 1, byte", "", "")]
    [InlineData("", "does not contain any JSON", "", "")]
    [InlineData("[1]", "The body must be an object", "", "")]
    [InlineData("""{"time":"now"}""", "this is no record of a request", "", "")]
    [InlineData("{\"items\": [\"\\ud800\"]}", "half of a surrogate pair", "", "")]
    [InlineData("""{"time":"now", "model": "sh""", "this is no record of a request: Expected", "", "")]
    [InlineData("null", "The body must be an object", "", "")]
    [InlineData("""{"time": "now", "digest": 5}""", "one of its values is not of the type that it has in a record", "", "")]
    public async Task Pasted_Mistake_IsASentenceWithItsPlace(string body, string said, string place, string advice)
    {
        await using var page = await TrainedPage.Train().StartAsync();
        using var answer = await SendAsync(page, "explain?run=run&item=1", Encoding.UTF8.GetBytes(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var error = await ErrorAsync(answer);
        error.ShouldContain(said);
        if (place.Length > 0) error.ShouldContain(place);
        else if (!said.Contains("of the request)", StringComparison.Ordinal)) error.ShouldNotContain("of the request)");
        error.ShouldContain(advice);
        if (advice.Length == 0) error.ShouldNotContain("feature store");
        error.ShouldNotContain("\n");
        error.ShouldNotContain("LineNumber");
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Pasted_TooLargeOrNoText_IsRefused()
    {
        await using var page = await TrainedPage.Train().StartAsync();
        using var large = await SendAsync(page, "explain?run=run&item=0", new byte[ExplorerEndpoint.MostBytes + 1]);
        large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ErrorAsync(large)).ShouldContain("more than 4 MiB");
        using var unannounced = new HttpRequestMessage(HttpMethod.Post, new Uri("explain?run=run&item=0", UriKind.Relative)) { Content = new ByteArrayContent(new byte[ExplorerEndpoint.MostBytes + 1]) };
        unannounced.Headers.TransferEncodingChunked = true;
        using var streamed = await page.Client.SendAsync(unannounced);
        streamed.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        using var latin = await SendAsync(page, "explain?run=run&item=0", [0x7b, 0x22, 0xe4, 0x22, 0x7d]);
        latin.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorAsync(latin)).ShouldContain("UTF-8");
        using var noItem = await SendAsync(page, "explain?run=run", Encoding.UTF8.GetBytes(Body));
        noItem.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorAsync(noItem)).ShouldContain("'item' is the number");
    }

    [Fact]
    public async Task Pasted_OfAnotherOriginOrWithoutTheToken_IsRefused()
    {
        await using var page = await TrainedPage.Train().StartAsync();
        using var foreign = new HttpRequestMessage(HttpMethod.Post, new Uri("explain?run=run&item=0", UriKind.Relative)) { Content = new StringContent(Body) };
        foreign.Headers.Add("Origin", "http://example.org");
        using var refused = await page.Client.SendAsync(foreign);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var stranger = await page.Client.PostAsync(new Uri("/explain?run=run&item=0", UriKind.Relative), new StringContent(Body));
        stranger.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Recorded_SameWeights_HasTheRecordedBits()
    {
        await using var page = TrainedPage.Train();
        var file = Path.Combine(page.Folder, "requests.jsonl");
        Records.Append(file, TrainedPage.Bundle(page), Body);
        var rows = Records.Append(file, TrainedPage.Bundle(page), """{"rows": [{"kind": "c", "size": 3, "line": 9}]}""", 1);
        await page.StartAsync(null, file);

        var list = await TrainedPage.AskAsync(page, "records?run=run");
        ((bool)list["given"]!, (int)list["all"]!).ShouldBe((true, 2));
        var records = list["records"]!.AsArray();
        records.Select(r => ((string)r!["time"]!, (string)r["kind"]!, (string)r["version"]!, (int)r["items"]!, (string)r["scenario"]!, (bool)r["same_weights"]!))
            .ShouldBe([("2026-11-22T12:00:01Z", "score", "3", 1, "c", true), ("2026-11-22T12:00:00Z", "rank", "3", 2, "b", true)], "newest first");

        var answer = await TrainedPage.AskAsync(page, $"explain?run=run&item=1&record={Uri.EscapeDataString((string)records[1]!["name"]!)}");
        ((string?)answer["id"], (string?)answer["record"]!["model"], (bool)answer["record"]!["same_weights"]!, (bool)answer["record"]!["same_fusion"]!).ShouldBe(("y", "shop", true, true));
        answer["scores"]!.AsArray().ShouldAllBe(s => (bool)s!["same"]!);
        answer["scores"]![0]!["recorded"]!.ToJsonString().ShouldBe(answer["scores"]![0]!["score"]!.ToJsonString());

        // A line of the file can be given as well.
        var pasted = await PasteAsync(page, 0, rows);
        pasted["record"]!["kind"]!.GetValue<string>().ShouldBe("score");
        pasted["scores"]!.AsArray().ShouldAllBe(s => (bool)s!["same"]!);

        // As other programs write it: with other space between the values, or in another order.
        var node = JsonNode.Parse(rows)!.AsObject();
        var indented = node.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
        var reversed = new JsonObject(node.Reverse().Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString();
        foreach (var other in new[] { indented, reversed }) (await PasteAsync(page, 0, other)).ToJsonString().ShouldBe(pasted.ToJsonString());
    }

    [Fact]
    public async Task Recorded_OtherScoresOrWeights_SaysSo()
    {
        await using var page = TrainedPage.Train();
        var file = Path.Combine(page.Folder, "requests.jsonl");
        var record = JsonNode.Parse(Records.Append(file, TrainedPage.Bundle(page), Body))!;
        record["scores"]!["click"]![0] = 0.5f;
        var changed = record.ToJsonString();
        record["digest"] = "another";
        File.WriteAllText(file, $"{changed}\n{record.ToJsonString()}\n");
        await page.StartAsync(null, file);

        var records = (await TrainedPage.AskAsync(page, "records?run=run"))["records"]!.AsArray();
        foreach (var (place, isSame) in new[] { (0, false), (1, true) })
        {
            var answer = await TrainedPage.AskAsync(page, $"explain?run=run&item=0&record={Uri.EscapeDataString((string)records[place]!["name"]!)}");
            ((bool)answer["record"]!["same_weights"]!).ShouldBe(isSame);
            answer["scores"]!.AsArray().Select(s => (bool)s!["same"]!).ShouldBe([false, true]);
            ((float)answer["scores"]![0]!["recorded"]!).ShouldBe(0.5f);
        }
    }

    [Fact]
    public async Task Records_ManyOfThem_AreFoundByPageAndByText()
    {
        await using var page = TrainedPage.Train();
        var file = Path.Combine(page.Folder, "requests.jsonl");
        var line = Records.Append(file, TrainedPage.Bundle(page), Body);
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, 450).Select(i => line.Replace("\"id\": \"y\"", $"\"id\": \"item-{i:000}\"", StringComparison.Ordinal))));
        await page.StartAsync(null, file);

        var newest = await ShouldListAsync("", all: 450, newer: 0, first: 449, last: 250);
        var middle = await ShouldListAsync($"&before={newest}", all: 450, newer: 200, first: 249, last: 50);
        var oldest = await ShouldListAsync($"&before={middle}", all: 450, newer: 400, first: 49, last: 0);
        (await TrainedPage.AskAsync(page, $"records?run=run&before={oldest}"))["records"]!.AsArray().ShouldBeEmpty();
        var tens = await ShouldListAsync("&text=item-02", all: 10, newer: 0, first: 29, last: 20);
        ((int)(await TrainedPage.AskAsync(page, $"records?run=run&text=item-02&before={tens + 4}"))["newer"]!).ShouldBe(6);
        ((int)(await TrainedPage.AskAsync(page, "records?run=run&text=ITEM-02"))["all"]!).ShouldBe(0, "to the letter");
        using var refused = await page.Client.GetAsync(new Uri("records?run=run&before=x", UriKind.Relative));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        async Task<long> ShouldListAsync(string query, int all, int newer, int first, int last)
        {
            var list = await TrainedPage.AskAsync(page, $"records?run=run{query}");
            ((int)list["all"]!, (int)list["newer"]!).ShouldBe((all, newer));
            var names = list["records"]!.AsArray().Select(r => (string)r!["name"]!).ToList();
            names.Count.ShouldBe(first - last + 1);
            foreach (var (name, number) in new[] { (names[0], first), (names[^1], last) })
                ((string?)(await TrainedPage.AskAsync(page, $"explain?run=run&item=1&record={Uri.EscapeDataString(name)}"))["id"]).ShouldBe($"item-{number:000}");
            return (long)list["oldest"]!;
        }
    }

    [Fact]
    public async Task Records_OnesThatDoNotFit_AreNamed()
    {
        await using var page = TrainedPage.Train();
        var file = Path.Combine(page.Folder, "requests.jsonl");
        var line = Records.Append(file, TrainedPage.Bundle(page), Body);
        File.AppendAllText(file, "{\"day\": 1}\n" + line.Replace("\"line\": 40", "\"place\": 40", StringComparison.Ordinal) + line[..^20]);
        await page.StartAsync(null, file);

        var list = await TrainedPage.AskAsync(page, "records?run=run");

        var records = list["records"]!.AsArray();
        records.Count.ShouldBe(3, "a line that is being written is left out");
        ((int)list["all"]!).ShouldBe(3, "and not counted");
        ((string)records[0]!["refused"]!).ShouldContain("requests.jsonl:3: The model reads no column 'place'");
        ((string)records[1]!["refused"]!).ShouldContain("requests.jsonl:2: this is no record of a request");
        records[2]!["refused"].ShouldBeNull();
    }

    [Fact]
    public async Task Recorded_FileThatWentOn_IsNotMistaken()
    {
        await using var page = TrainedPage.Train();
        var file = Path.Combine(page.Folder, "requests.jsonl");
        Records.Append(file, TrainedPage.Bundle(page), Body);
        await page.StartAsync(null, file);
        var name = Uri.EscapeDataString((string)(await TrainedPage.AskAsync(page, "records?run=run"))["records"]![0]!["name"]!);
        File.Delete(file);
        Records.Append(file, TrainedPage.Bundle(page), Body, 5);

        foreach (var (asked, said) in new[] { (name, "changed since they were listed"), ("7@00000000", "changed since they were listed"), ("x", "as GET records lists it") })
        {
            using var answer = await page.Client.GetAsync(new Uri($"explain?run=run&item=0&record={asked}", UriKind.Relative));
            answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await ErrorAsync(answer)).ShouldContain(said);
        }
    }

    [Fact]
    public async Task Records_PageWithoutFiles_SaysThatThereAreNone()
    {
        await using var page = await TrainedPage.Train().StartAsync();
        ((bool)(await TrainedPage.AskAsync(page, "records?run=run"))["given"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Start_NoFileOfRecords_SaysSo()
    {
        await using var page = new RunningPage();
        (await Should.ThrowAsync<InputException>(() => page.StartAsync(null, "nowhere.jsonl"))).Message.ShouldContain("nowhere.jsonl: there is no such file of records");
        (await Should.ThrowAsync<InputException>(() => page.StartAsync(null, ""))).Message.ShouldBe("--record: name a file of recorded requests, or a folder of them.");
    }

    [Fact]
    public async Task Explain_RowsAreGone_RequestsAreStillTaken()
    {
        await using var page = TrainedPage.Train();
        File.Delete(Path.Combine(page.Folder, "rows.csv"));
        foreach (var columns in Directory.GetFiles(page.Folder, "*.columns", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })) File.Delete(columns);
        await page.StartAsync();

        using var row = await page.Client.GetAsync(new Uri("explain?run=run&row=0", UriKind.Relative));
        row.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await PasteAsync(page, 0, Body))["gates"]!.AsArray().ShouldNotBeEmpty();
    }

    static async Task<JsonNode> PasteAsync(RunningPage page, int item, string body)
    {
        using var answer = await SendAsync(page, string.Create(CultureInfo.InvariantCulture, $"explain?run=run&item={item}"), Encoding.UTF8.GetBytes(body));
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    static async Task<HttpResponseMessage> SendAsync(RunningPage page, string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        return await page.Client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    static async Task<string> ErrorAsync(HttpResponseMessage answer) => (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]!;
}
