using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Switchyard.Server.Tests;

/// <summary>A strict reader of Prometheus' text format 0.0.4: whatever the format does not allow fails.</summary>
static partial class PrometheusParser
{
    /// <summary>Values by name and sorted labels: <c>name{a="1",b="2"}</c>, label values as they were before escaping.</summary>
    public static Dictionary<string, double> Parse(string text)
    {
        text.ShouldEndWith("\n");
        text.ShouldNotContain('\r');
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var families = new HashSet<string>(StringComparer.Ordinal);
        var (family, type, help) = ("", "", "");
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = line.Split(' ')[2];
                families.Add(help).ShouldBeTrue($"{help} has two groups");
                (family, type) = ("", "");
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                words.Length.ShouldBe(4);
                (family, type) = (words[2], words[3]);
                family.ShouldBe(help);
                type.ShouldBeOneOf("counter", "gauge", "histogram");
                continue;
            }

            var sample = Sample().Match(line);
            sample.Success.ShouldBeTrue(line);
            var name = sample.Groups["name"].Value;
            if (type == "histogram") name.ShouldBeOneOf($"{family}_bucket", $"{family}_sum", $"{family}_count");
            else name.ShouldBe(family);
            if (type == "counter") name.ShouldEndWith("_total");
            var labels = Labels(sample.Groups["labels"].Value);
            var key = labels.Count == 0 ? name : $"{name}{{{string.Join(',', labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}=\"{l.Value}\""))}}}";
            values.TryAdd(key, Number(sample.Groups["value"].Value)).ShouldBeTrue($"{key} stands there twice");
        }

        return values;
    }

    static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    static Dictionary<string, string> Labels(string text)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            if (at > 0) text[at++].ShouldBe(',');
            var label = Label().Match(text, at);
            label.Success.ShouldBeTrue(text);
            labels.TryAdd(label.Groups["name"].Value, Unescape(label.Groups["value"].Value)).ShouldBeTrue(text);
            at += label.Length;
        }

        return labels;
    }

    static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                plain.Append(text[i]);
                continue;
            }

            plain.Append(text[++i] switch
            {
                'n' => '\n',
                '"' => '"',
                '\\' => '\\',
                var c => throw new FormatException($"\\{c}"),
            });
        }

        return plain.ToString();
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.+)\})? (?<value>[^ ]+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""\G(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\\n]|\\[\\"n])*)["]""")]
    private static partial Regex Label();
}
