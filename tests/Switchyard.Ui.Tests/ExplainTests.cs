using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Switchyard.Ui.Tests;

/// <summary>A row of a run's test part and its way through the model.</summary>
public sealed class ExplainTests
{
    [Fact]
    public async Task Explain_Rows_NameTheirValues()
    {
        await using var page = await TrainedAsync();
        var sizes = new List<string>();
        for (var row = 0; row < 12; row++)
        {
            var answer = await Explain(page, row);
            ((int)answer["row"]!, (string?)answer["part"]).ShouldBe((row, "test"));
            var values = answer["inputs"]!.AsArray().ToDictionary(i => ((string)i!["name"]!, (string)i["as"]!), i => (string)i!["value"]!);

            // The line of the file that it was.
            var line = int.Parse(values[("line", "field")], CultureInfo.InvariantCulture);
            var kind = Kind(line);
            ((string?)answer["scenario"]!["kind"], values[("kind", "field")], values[("kind", "scenario")]).ShouldBe((kind, kind, kind));
            ((int)answer["tasks"]![0]!["label"]!).ShouldBe(Click(line));
            var size = values[("size", "field")];
            sizes.Add(size);
            (size == "missing").ShouldBe(IsMissing(line));
            if (size.Split(" to below ") is [var from, var to]) ((double)Size(line)).ShouldBeInRange(Number(from), Number(to));
        }

        sizes.ShouldContain("missing");
        sizes.ShouldContain(s => s.Contains(" to below ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_ChosenExperts_HaveTheirDivergences()
    {
        await using var page = await TrainedAsync();
        var gates = (await Explain(page, 0))["gates"]!.AsArray();
        var chosen = gates.SelectMany(g => g!["experts"]!.AsArray()).Where(e => (string)e!["role"]! != "mixed").ToList();
        chosen.ShouldNotBeEmpty();
        chosen.ShouldAllBe(e => (float)e!["from_own"]! >= 0 && e["from_all"] != null);
    }

    [Theory]
    [InlineData("explain?run=none&row=0", HttpStatusCode.NotFound, "no trained model")]
    [InlineData("explain?run=run&row=-1", HttpStatusCode.BadRequest, "number of a row")]
    [InlineData("explain?run=run", HttpStatusCode.BadRequest, "number of a row")]
    [InlineData("explain?run=run&row=300", HttpStatusCode.Conflict, "There is no row 300")]
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
            Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Kind(i)},{(IsMissing(i) ? default(int?) : Size(i))},{i},{Click(i)}")).Prepend("kind,size,line,click"));
        Run.Train(RunConfiguration.Parse(
            """
            name: run
            sources: rows.csv
            fields: [kind, {name: size, type: numeric, buckets: 4}, {name: line, type: numeric, encoding: standardise}]
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

    static async Task<JsonNode> Explain(RunningPage page, int row) =>
        JsonNode.Parse(await page.Client.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"explain?run=run&row={row}"), UriKind.Relative)))!;

    static string Kind(int line) => "abc"[line % 3].ToString();

    static bool IsMissing(int line) => line % 4 == 1;

    static int Size(int line) => line * 7 % 31;

    static int Click(int line) => line * line % 5 == 1 ? 1 : 0;

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
