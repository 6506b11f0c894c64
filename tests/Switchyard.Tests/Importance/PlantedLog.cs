using System.Globalization;

namespace Switchyard.Tests;

/// <summary>
/// Rows whose click depends on <c>everywhere</c> in all three scenarios, on <c>only_mail</c> in mail alone, on <c>noise</c> nowhere;
/// <c>entry</c> says the same as the scenario.
/// </summary>
static class PlantedLog
{
    static readonly string[] Channels = ["feed", "search", "mail"];

    public static GeneratedLog Create(int seed)
    {
        var log = new GeneratedLog();
        var random = new Random(seed);
        for (var i = 0; i < 12_000; i++)
        {
            var channel = random.Next(3);
            var (everywhere, mail, noise) = (random.Next(8), random.Next(8), random.Next(8));
            var logit = (0.5 * (everywhere - 3.5)) + (channel == 2 ? 0.6 * (mail - 3.5) : 0) - 0.5 + (0.4 * channel);
            log.Rows.Add(new(StringComparer.Ordinal)
            {
                ["channel"] = Channels[channel],
                ["entry"] = $"entry {channel}",
                ["everywhere"] = $"v{everywhere}",
                ["only_mail"] = $"v{mail}",
                ["noise"] = $"v{noise}",
                ["slot"] = random.Next(1, 4).ToString(CultureInfo.InvariantCulture),
                ["click"] = random.NextDouble() < 1 / (1 + Math.Exp(-logit)) ? "1" : "0",
            });
        }

        log.WriteCsv();
        File.WriteAllText(log.Configuration, Yaml(seed));
        return log;
    }

    static string Yaml(int seed) =>
        $$"""
        name: planted
        sources: log.csv
        fields:
          - entry
          - everywhere
          - only_mail
          - {name: mail_again, column: only_mail, embedding: 4}
          - noise
          - {name: slot, role: position, fixed: 1}
        scenario: channel
        tasks: {click: click}
        split: {train: "row mod 10 in [0..4]", validation: row mod 10 == 5, test: "row mod 10 in [6..9]"}
        model: {name: aesm2, experts: 4, expert: {widths: [16]}, tower_widths: []}
        training: {epochs: 6, batch_size: 128, learning_rate: 0.005, seed: {{seed}}}
        """;
}
