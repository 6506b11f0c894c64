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
            layers = layers.Select(l => new
            {
                name = l.Name,
                column = "kind",
                experts = l.Weight.Length,
                gates = l.Gates.Select((g, i) => new { column = i == 0 ? null : "kind", scenario = i == 0 ? null : $"s{i}", rows = i == 3 ? ExpertHealth.LeastRows - 1 : 1000, specific = g.Specific, shared = g.Shared, weight = g.Weight }),
            }),
        };
        File.AppendAllText(folder.LogOf("run"), JsonSerializer.Serialize(happened) + "\n");
        await using var server = await PageServer.StartAsync(new PageOptions { Folder = folder.Runs });
        await using var watched = await browser.OpenAsync();
        await watched.Page.GotoAsync(server.Address.AbsoluteUri);
        await Assertions.Expect(watched.Page.Locator(".warnings li")).Not.ToHaveCountAsync(0, new() { Timeout = Patience });

        var said = (await watched.Page.Locator(".warnings li").AllInnerTextsAsync()).Select(text => Sentence().Match(text)).ToList();
        said.ShouldAllBe(m => m.Success);
        var (dead, hardly, collapsed, rests) = (Of("dead"), Of("hardly"), Of("onto"), Of("rests"));
        foreach (var layer in layers)
        {
            var isJudged = !ExpertHealth.NotJudged.Contains(layer.Name);
            // The first is of all rows, the last one has too few.
            var gates = layer.Gates[1..3];
            var idle = isJudged ? ExpertHealth.Dead(Use(layer.Gates[0]), gates.Select(Use)) : [];
            Said(dead).ShouldBe(Text(idle), layer.ToString());
            Said(hardly).ShouldBe(isJudged ? Text([.. ExpertHealth.HardlyUsed(layer.Weight, gates.Select(g => g.Weight)).Except(idle)]) : "", layer.ToString());
            var onto = isJudged ? ExpertHealth.Collapsed(layer.Specific, layer.Shared, layer.Weight) : [];
            Said(collapsed).ShouldBe(Text(onto), layer.ToString());
            Said(rests).ShouldBe(
                isJudged && onto.IsEmpty ? string.Join(' ', gates.Select((g, i) => (Expert: ExpertHealth.RestsOn(g.Weight), Gate: i + 1)).Where(g => g.Expert is not null).Select(g => $"{g.Gate} {g.Expert}")) : "", layer.ToString());

            string Said(Dictionary<string, string> of) => of.GetValueOrDefault(layer.Name, "");
        }

        foreach (var found in new[] { dead.Count, hardly.Count, collapsed.Count, rests.Count }) found.ShouldBeInRange(5, 280, "otherwise the layers would show nothing");

        Dictionary<string, string> Of(string group) => said.Where(m => m.Groups[group].Success).ToDictionary(m => m.Groups["layer"].Value, m => Numbers(m.Groups[group].Value));
    }

    static ImmutableArray<double> Use(Shown gate) => ExpertHealth.Use(gate.Specific, gate.Shared, gate.Weight);

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

    [GeneratedRegex(@"(?<layer>[\w.]+): (experts? (?<dead>[\d, and]+) (is|are) dead|experts? (?<hardly>[\d, and]+) (is|are) hardly used|the choices have collapsed onto experts? (?<onto>[\d, and]+);|single gates rest on one expert, 95.% of the weight or more: (?<rests>.+)\.)")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    sealed record Shown(ImmutableArray<double> Specific, ImmutableArray<double> Shared, ImmutableArray<double> Weight);

    sealed record Layer(string Name, ImmutableArray<double> Specific, ImmutableArray<double> Shared, ImmutableArray<double> Weight)
    {
        /// <summary>All rows; two gates of scenarios, steeper than the average; and one that all experts serve, with too few rows to count.</summary>
        public ImmutableArray<Shown> Gates =>
        [
            new(Specific, Shared, Weight), Steeper(4), Steeper(9),
            new([.. Specific.Select(_ => 0.5)], [.. Shared.Select(_ => 0.5)], [.. Weight.Select(_ => 1.0 / Weight.Length)]),
        ];

        Shown Steeper(int power)
        {
            return new(Of(Specific), Of(Shared), Of(Weight));

            ImmutableArray<double> Of(ImmutableArray<double> shares)
            {
                var raw = shares.Select(s => Math.Pow(s, power)).ToArray();
                var sum = raw.Sum();
                return [.. raw.Select(r => sum > 0 ? Math.Round(r / sum, 4) : 0)];
            }
        }

        public override string ToString() => $"{Name}: specific {string.Join(' ', Specific)}; shared {string.Join(' ', Shared)}; weight {string.Join(' ', Weight)}";
    }
}
