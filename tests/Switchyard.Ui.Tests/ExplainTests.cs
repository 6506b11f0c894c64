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
        await using var page = await TrainedPage.Train().StartAsync();
        var sizes = new List<string>();
        for (var row = 0; row < 12; row++)
        {
            var answer = await Explain(page, row);
            ((int)answer["row"]!, (string?)answer["part"]).ShouldBe((row, "test"));
            var values = answer["inputs"]!.AsArray().ToDictionary(i => ((string)i!["name"]!, (string)i["as"]!), i => (string)i!["value"]!);

            // The line of the file that it was.
            var line = int.Parse(values[("line", "field")], CultureInfo.InvariantCulture);
            var kind = TrainedPage.Kind(line);
            ((string?)answer["scenario"]!["kind"], values[("kind", "field")], values[("kind", "scenario")]).ShouldBe((kind, kind, kind));
            ((int)answer["tasks"]![0]!["label"]!).ShouldBe(TrainedPage.Click(line));
            var size = values[("size", "field")];
            sizes.Add(size);
            (size == "missing").ShouldBe(TrainedPage.IsMissing(line));
            if (size.Split(" to below ") is [var from, var to]) ((double)TrainedPage.Size(line)).ShouldBeInRange(Number(from), Number(to));
        }

        sizes.ShouldContain("missing");
        sizes.ShouldContain(s => s.Contains(" to below ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_ChosenExperts_HaveTheirDivergences()
    {
        await using var page = await TrainedPage.Train().StartAsync();
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
        await using var page = await TrainedPage.Train().StartAsync();
        using var answer = await page.Client.GetAsync(new Uri(path, UriKind.Relative));
        answer.StatusCode.ShouldBe(expected);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(said);
    }

    static Task<JsonNode> Explain(RunningPage page, int row) => TrainedPage.AskAsync(page, string.Create(CultureInfo.InvariantCulture, $"explain?run=run&row={row}"));

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
