using System.Collections.Immutable;
using Switchyard.Reports;

namespace Switchyard.Browser.Tests;

/// <summary>A document with every kind of figure, small and large, and with texts that would break a page that took them for markup.</summary>
static class SampleReport
{
    static readonly string[] Scenarios = ["home", "search", "cart, \"small\"", "<i>live</i>"];
    static readonly string[] Tasks = ["click", "conversion"];

    public static ReportDocument Document { get; } = new()
    {
        Kind = ReportKind.Comparison,
        Title = "Census: 9 models </script><b>",
        Created = new DateTimeOffset(2026, 11, 22, 14, 0, 0, TimeSpan.Zero),
        Product = "switchyard 0.1.0",
        Opening = "9 models for 2 tasks, click and conversion.",
        Summary = [new("home gains most", Tone.Good), new("cart loses", Tone.Bad), new("no gate has collapsed")],
        Sections =
        [
            new("cells", "Scenarios and tasks", ["What every model gains."], [Heat(), Intervals("gain", select: true), Intervals("gain-of-all", select: false), Judged(), JudgedMap()]),
            new("curves", "Curves", [], [Lines(), Calibration()]),
            new("experts", "Experts", ["Who chooses whom."], [Attention(), Flow(), Map()]),
            new("fields", "Fields", [], [Bars(), Rows()]),
        ],
        Provenance = new() { Command = "switchyard compare compare.yaml", Configuration = "model:\n  name: aesm2\n", Facts = [["rows", "199,523"], ["seed", "1"]] },
    };

    static Figure Heat() => New("auc", FigureKind.Heat,
        new() { X = "task", Y = "scenario", Value = "auc", Low = "low", High = "high", Scale = "sequential" },
        [new("scenario", "Scenario"), new("task", "Task"), Column.Number("auc", "AUC"), Column.Number("low", "Low"), Column.Number("high", "High")],
        Scenarios.SelectMany((s, i) => Tasks.Select((t, j) => (FigureValue[])[s, t, i == 2 && j == 1 ? default(FigureValue) : 0.7 + (0.03 * i) - (0.01 * j), 0.69, 0.71])));

    static Figure Intervals(string id, bool select) => New(id, FigureKind.Interval,
        new() { Category = "scenario", Value = "gain", Low = "low", High = "high", Zero = 0, Series = select ? null : "model" },
        [new("model", "Model"), new("scenario", "Scenario"), Column.Number("gain", "Gain"), Column.Number("low", "Low"), Column.Number("high", "High")],
        Enumerable.Range(0, 9).SelectMany(m => Scenarios.Select((s, i) =>
        {
            var gain = (Math.Sin((m * 7) + i) / 100) + (1.0 / 3000);
            return (FigureValue[])[$"model {m}", s, gain, gain - 0.004, gain + 0.004];
        })),
        select ? ["model"] : null);

    /// <summary>An interval that misses 0 and is undecided, beside one that is decided.</summary>
    static Figure Judged() => New("judged", FigureKind.Interval, new() { Category = "scenario", Value = "gain", Low = "low", High = "high", Verdict = "verdict", Zero = 0 },
        [new("scenario", "Scenario"), Column.Number("gain", "Gain"), Column.Number("low", "Low"), Column.Number("high", "High"), new("verdict", "Verdict")],
        [["decided", 0.02, 0.01, 0.03, "gain"], ["open", 0.02, 0.01, 0.03, "undecided"], ["lost", -0.02, -0.03, -0.01, "loss"]]);

    /// <summary>A map with more columns than a table of cells shows.</summary>
    static Figure JudgedMap() => New("judged-map", FigureKind.Heat, new() { X = "model", Y = "scenario", Value = "gain", Verdict = "verdict", Scale = "diverging", Center = 0 },
        [new("model", "Model"), new("scenario", "Scenario"), Column.Number("gain", "Gain"), new("verdict", "Verdict")],
        Enumerable.Range(0, 30).SelectMany(m => Scenarios.Select((s, i) => (FigureValue[])[$"model {m}", s, Math.Sin(m + i) / 100, (m, i) switch { (0, 0) => "gain", (1, 0) => "loss", _ => "undecided" }])));

    static Figure Lines() => New("loss", FigureKind.Line, new() { X = "step", Y = "loss", Series = "model" },
        [new("model", "Model"), Column.Integer("step", "Step"), Column.Number("loss", "Loss")],
        Enumerable.Range(0, 9).SelectMany(m => Enumerable.Range(0, 60).Select(s => (FigureValue[])[$"model {m}", (long)s * 10, 0.4 + (0.3 / (s + m + 1))])));

    static Figure Calibration() => New("calibration", FigureKind.Line, new() { X = "score", Y = "rate", Low = "low", High = "high", Dash = "diagonal" },
        [Column.Number("score", "Score"), Column.Number("rate", "Rate of positives"), Column.Number("low", "Low"), Column.Number("high", "High")],
        Enumerable.Range(1, 9).Select(i => (FigureValue[])[i / 10.0, i / 10.5, i / 12.0, i / 9.5]));

    static Figure Attention() => New("attention", FigureKind.Heat, new() { X = "to", Y = "from", Value = "weight", Scale = "sequential" },
        [new("from", "From"), new("to", "To"), Column.Number("weight", "Weight")],
        Enumerable.Range(0, 90).SelectMany(a => Enumerable.Range(0, 90).Select(b => (FigureValue[])[$"scenario {a}", $"scenario {b}", 1.0 / (1 + Math.Abs(a - b))])));

    static Figure Flow() => New("flow", FigureKind.Flow, new() { From = "from", To = "to", Value = "share" },
        [new("from", "From"), new("to", "To"), Column.Number("share", "Share")],
        [["home", "expert 0", 0.7], ["home", "expert 1", 0.3], ["search", "expert 1", 1.0], ["expert 0", "click", 0.7], ["expert 1", "click", 1.3], ["click", "home", 0.1]]);

    static Figure Map() => New("map", FigureKind.Scatter, new() { X = "x", Y = "y", Label = "scenario", Size = "rows" },
        [new("scenario", "Scenario"), Column.Number("x", "First"), Column.Number("y", "Second"), Column.Integer("rows", "Rows")],
        Scenarios.Select((s, i) => (FigureValue[])[s, Math.Sin(i), Math.Cos(i), 100L * (i + 1)]));

    static Figure Bars() => New("importance", FigureKind.Bar, new() { Category = "field", Value = "loss", Series = "task", Low = "low", High = "high" },
        [new("field", "Field"), new("task", "Task"), Column.Number("loss", "Loss of AUC"), Column.Number("low", "Low"), Column.Number("high", "High")],
        Enumerable.Range(0, 8).SelectMany(f => Tasks.Select(t => (FigureValue[])[$"field_{f}", t, 0.05 / (f + 1), 0.04 / (f + 1), 0.06 / (f + 1)])));

    static Figure Rows() => New("rows", FigureKind.Table, new(), [new("scenario", "Scenario"), Column.Integer("rows", "Rows")], Scenarios.Select((s, i) => (FigureValue[])[s, 1000L * i]));

    static Figure New(string id, FigureKind kind, Encoding encoding, ImmutableArray<Column> columns, IEnumerable<FigureValue[]> rows, ImmutableArray<string>? select = null) => new()
    {
        Id = id,
        Title = $"Figure {id}",
        Description = $"What {id} shows, and what to read from it.",
        Kind = kind,
        Encoding = encoding,
        Columns = columns,
        Rows = [.. rows],
        Select = select,
    };
}
