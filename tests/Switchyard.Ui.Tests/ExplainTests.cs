using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Switchyard.Ui.Tests;

/// <summary>A row of a run's test part and its way through the model.</summary>
public sealed class ExplainTests
{
    [Fact]
    public async Task Explain_Row_NamesItsValuesAndItsExperts()
    {
        await using var page = await TrainedAsync();
        // Row 19 of the file.
        var answer = JsonNode.Parse(await page.Client.GetStringAsync(new Uri("explain?run=run&row=1", UriKind.Relative)))!;

        ((long)answer["row"]!, (long)answer["rows"]!, (string?)answer["part"]).ShouldBe((1, 30, "test"));
        ((string?)answer["scenario"]!["kind"]).ShouldBe("b");
        ((float)answer["tasks"]![0]!["label"]!).ShouldBe(1);
        var values = answer["inputs"]!.AsArray().ToDictionary(i => ((string)i!["name"]!, (string)i["as"]!), i => (string)i!["value"]!);
        values[("kind", "field")].ShouldBe("b");
        values[("kind", "scenario")].ShouldBe("b");
        values[("weight", "field")].ShouldBe("19");
        var edges = values[("size", "field")].Split(" to below ").Select(e => double.Parse(e, CultureInfo.InvariantCulture)).ToArray();
        9.0.ShouldBeInRange(edges[0], edges[1]);

        var chosen = answer["gates"]!.AsArray().SelectMany(g => g!["experts"]!.AsArray()).Where(e => (string)e!["role"]! != "mixed").ToList();
        chosen.ShouldNotBeEmpty();
        chosen.ShouldAllBe(e => (float)e!["from_own"]! >= 0 && e["from_all"] != null);
    }

    [Fact]
    public async Task Explain_MissingNumber_SaysSo()
    {
        await using var page = await TrainedAsync();
        // Row 9 of the file.
        var answer = JsonNode.Parse(await page.Client.GetStringAsync(new Uri("explain?run=run&row=0", UriKind.Relative)))!;
        answer["inputs"]!.AsArray().Single(i => (string)i!["name"]! == "size")!["value"]!.GetValue<string>().ShouldBe("missing");
    }

    [Theory]
    [InlineData("explain?run=none&row=0", HttpStatusCode.NotFound, "no trained model")]
    [InlineData("explain?run=run&row=-1", HttpStatusCode.BadRequest, "number of a row")]
    [InlineData("explain?run=run", HttpStatusCode.BadRequest, "number of a row")]
    [InlineData("explain?run=run&row=30", HttpStatusCode.Conflict, "There is no row 30")]
    public async Task Explain_WrongRequests_AreRefused(string path, HttpStatusCode expected, string said)
    {
        await using var page = await TrainedAsync();
        using var answer = await page.Client.GetAsync(new Uri(path, UriKind.Relative));
        answer.StatusCode.ShouldBe(expected);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(said);
    }

    /// <summary>A page of a run that has trained.</summary>
    static async Task<RunningPage> TrainedAsync()
    {
        var page = new RunningPage();
        File.WriteAllLines(
            Path.Combine(page.Folder, "rows.csv"),
            Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"{"abc"[i % 3]},{(i % 10 == 9 && i < 10 ? "" : i * 7 % 31)},{i % 31},{(i * i % 5 == 1 ? 1 : 0)}")).Prepend("kind,size,weight,click"));
        Run.Train(RunConfiguration.Parse(
            """
            name: run
            sources: rows.csv
            fields: [kind, {name: size, type: numeric, buckets: 4}, {name: weight, type: numeric, encoding: standardise}]
            scenario: kind
            tasks: {click: click}
            split: {train: "row mod 10 in [0..7]", validation: row mod 10 == 8, test: row mod 10 == 9}
            model: aesm2
            training: {epochs: 1, batch_size: 32, threads: 1}
            output: run
            """,
            "switchyard.yaml",
            page.Folder));
        return await page.StartAsync();
    }
}
