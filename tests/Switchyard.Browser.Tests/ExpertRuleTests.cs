using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Switchyard.Ui;

namespace Switchyard.Browser.Tests;

/// <summary>The page judges experts as they come, by a copy of the rule that inspect and reports have: the two must agree.</summary>
[Collection(BrowserGroup.Name)]
public sealed partial class ExpertRuleTests(BrowserFixture browser)
{
    const float Patience = 60_000;

    [BrowserFact]
    public async Task Findings_ManyLayers_AreThoseOfExpertHealth()
    {
        using var folder = new LiveFolder();
        folder.Train("run");
        folder.Reopen("run");
        var layers = Enumerable.Range(0, 300).Select(Make).Append(Make(4) with { Name = ExpertHealth.NotJudged[0] }).ToList();
        var happened = new
        {
            @event = "experts",
            step = 101,
            layers = layers.Select(l => new { name = l.Name, column = "kind", experts = l.Weight.Length, gates = new[] { new { rows = 1000, specific = l.Specific, shared = l.Shared, weight = l.Weight } } }),
        };
        File.AppendAllText(folder.LogOf("run"), JsonSerializer.Serialize(happened) + "\n");
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(server.Address.AbsoluteUri);
        await Assertions.Expect(watched.Page.Locator(".warnings li")).Not.ToHaveCountAsync(0, new() { Timeout = Patience });

        var said = (await watched.Page.Locator(".warnings li").AllInnerTextsAsync()).Select(text => Sentence().Match(text)).ToList();
        said.ShouldAllBe(m => m.Success);
        var dead = said.Where(m => m.Groups["dead"].Success).ToDictionary(m => m.Groups["layer"].Value, m => Numbers(m.Groups["dead"].Value));
        var collapsed = said.Where(m => m.Groups["onto"].Success).ToDictionary(m => m.Groups["layer"].Value, m => Numbers(m.Groups["onto"].Value));
        foreach (var layer in layers)
        {
            var isJudged = !ExpertHealth.NotJudged.Contains(layer.Name);
            dead.GetValueOrDefault(layer.Name, "").ShouldBe(isJudged ? Text(ExpertHealth.Dead(ExpertHealth.Use(layer.Specific, layer.Shared, layer.Weight))) : "", layer.ToString());
            collapsed.GetValueOrDefault(layer.Name, "").ShouldBe(isJudged ? Text(ExpertHealth.Collapsed(layer.Specific, layer.Shared, layer.Weight)) : "", layer.ToString());
        }

        foreach (var found in new[] { dead.Count, collapsed.Count }) found.ShouldBeInRange(20, 280, "otherwise the layers would show nothing");
    }

    /// <summary>Layers of 2 to 8 experts, from all chosen alike to one chosen by all; a third mixes all experts, a third has no shared ones.</summary>
    static Layer Make(int i)
    {
        var experts = 2 + (i % 7);
        var steep = i % 13 * 0.75;
        var weight = Shares(i, experts, steep, 1);
        return (i % 3) switch
        {
            0 => new Layer($"layer{i}", [], [], weight),
            1 => new Layer($"layer{i}", Shares(i + 5, experts, steep, 1 + (i % 2)), Shares(i, experts, 0, 0), weight),
            _ => new Layer($"layer{i}", Shares(i + 5, experts, steep, 1), Shares(i + 9, experts, 2 * steep, 1 + (i % 2)), weight),
        };
    }

    static ImmutableArray<double> Shares(int seed, int experts, double steep, int chosen)
    {
        var raw = Enumerable.Range(0, experts).Select(e => Math.Pow(((e * 37) + (seed * 17)) % 10 + 1, steep)).ToArray();
        return [.. raw.Select(r => Math.Round(Math.Min(1, chosen * r / raw.Sum()), 4))];
    }

    static string Numbers(string list) => string.Join(' ', Number().Matches(list).Select(m => m.Value));

    static string Text(ImmutableArray<int> experts) => string.Join(' ', experts.Select(e => e.ToString(CultureInfo.InvariantCulture)));

    [GeneratedRegex(@"(?<layer>[\w.]+): (experts? (?<dead>[\d, and]+) (is|are) dead|the choices have collapsed onto experts? (?<onto>[\d, and]+);)")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    sealed record Layer(string Name, ImmutableArray<double> Specific, ImmutableArray<double> Shared, ImmutableArray<double> Weight)
    {
        public override string ToString() => $"{Name}: specific {string.Join(' ', Specific)}; shared {string.Join(' ', Shared)}; weight {string.Join(' ', Weight)}";
    }
}
