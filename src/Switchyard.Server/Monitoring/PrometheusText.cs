using System.Globalization;
using System.Text;

namespace Switchyard.Server;

/// <summary>
/// The text format of Prometheus, version 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats): metrics and their series in the order of their names.
/// </summary>
static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Name of an instrument as Prometheus has it: dots become underscores, the unit and a counter's <c>_total</c> stand at the end.</summary>
    public static string NameOf(string name, string? unit, MetricKind kind)
    {
        var text = Clean(name, mayHaveColon: true);
        var suffix = unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            _ => "",
        };
        if (!text.EndsWith(suffix, StringComparison.Ordinal)) text += suffix;
        return kind == MetricKind.Counter && !text.EndsWith("_total", StringComparison.Ordinal) ? text + "_total" : text;
    }

    /// <summary>The text; a metric without a series is left out.</summary>
    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families.OrderBy(f => f.Name, StringComparer.Ordinal)) Write(text, family);
        return text.ToString();
    }

    static void Write(StringBuilder text, MetricFamily family)
    {
        var series = family.Series.Select(s => (Labels: Labels(s.Key), s.Value)).OrderBy(s => s.Labels, StringComparer.Ordinal).ToArray();
        if (series.Length == 0) return;
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
        var counts = new long[family.Bounds.Length + 1];
        foreach (var (labels, values) in series)
        {
            var value = values.Read(counts);
            if (family.Kind == MetricKind.Histogram) WriteHistogram(text, family, labels, counts, value);
            else Line(text, family.Name, labels, value);
        }
    }

    static void WriteHistogram(StringBuilder text, MetricFamily family, string labels, long[] counts, double sum)
    {
        var below = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            below += counts[i];
            var bound = i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf";
            Line(text, $"{family.Name}_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"", below);
        }

        Line(text, $"{family.Name}_sum", labels, sum);
        Line(text, $"{family.Name}_count", labels, below);
    }

    static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    static string Labels(KeyValuePair<string, object?>[] tags) => string.Join(
        ',', tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{Clean(t.Key, mayHaveColon: false)}=\"{Escape(Convert.ToString(t.Value, CultureInfo.InvariantCulture) ?? "")}\""));

    static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    static string Number(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    static string Clean(string name, bool mayHaveColon)
    {
        var clean = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' || (mayHaveColon && c == ':') ? c : '_'));
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean;
    }
}
