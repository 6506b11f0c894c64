using System.Text.Json;
using System.Text.Json.Nodes;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>A comparison for programs.</summary>
static class ComparisonJson
{
    public static string Write(ComparisonReport report)
    {
        var (comparison, options) = (report.Comparison, report.Comparison.Options);
        return new JsonObject
        {
            ["name"] = comparison.Name,
            ["base"] = comparison.Base.Name,
            ["command"] = report.Command is { } command ? JsonReport.List(command, w => JsonValue.Create(w)) : null,
            ["configuration"] = comparison.Text,
            ["data"] = JsonSerializer.SerializeToNode(report.Data, JsonReport.Options),
            ["part"] = report.Part,
            ["rows"] = report.Rows,
            ["groups"] = report.Groups,
            ["level"] = report.Level,
            ["baseline"] = comparison.Baseline,
            ["single"] = comparison.Single,
            ["pooled"] = comparison.Pooled,
            ["confidence"] = options.Confidence,
            ["bootstrap"] = new JsonObject { ["samples"] = options.Bootstrap.Samples, ["seed"] = options.Bootstrap.Seed, ["by"] = Lower(options.Bootstrap.By) },
            ["failed"] = JsonReport.List(report.Failed, f => new JsonObject { ["variant"] = f.Variant, ["seed"] = f.Seed, ["failure"] = f.Failure }),
            ["missing"] = JsonReport.List(report.Missing, m => JsonValue.Create(m)),
            ["variants"] = JsonReport.List(report.Variants, Variant),
            ["differences"] = JsonReport.List(report.Differences, d => Difference(d, report)),
            ["losses"] = JsonReport.List(report.Losses, d => Difference(d, report)),
            ["verdicts"] = JsonReport.List(report.Verdicts, v => Judged(v, report)),
        }.ToJsonString(JsonReport.Options);
    }

    static JsonObject Variant(VariantReport variant)
    {
        var run = variant.Runs[0];
        return new JsonObject
        {
            ["variant"] = variant.Name,
            ["model"] = variant.Model,
            ["topology"] = variant.Topology,
            ["size"] = variant.Size is { } size ? Lower(size) : null,
            ["parameters"] = run.Parameters,
            ["dense_parameters"] = run.DenseParameters,
            ["active_parameters"] = Spread(Switchyard.Spread.Of(variant.Runs.Select(r => (double?)r.ActiveParameters))),
            ["flops_per_row"] = Spread(Switchyard.Spread.Of(variant.Runs.Select(r => (double?)r.FlopsPerRow))),
            ["rows_per_second"] = Spread(Switchyard.Spread.Of(variant.Runs.Select(r => (double?)r.RowsPerSecond))),
            ["monitor"] = run.Monitor,
            ["validation"] = Spread(variant.Validation),
            ["mean_auc"] = new JsonObject(variant.Means.Select(m => KeyValuePair.Create<string, JsonNode?>(m.Level, Spread(m.Auc)))),
            ["runs"] = JsonReport.List(variant.Runs, Facts),
            ["cells"] = JsonReport.List(variant.Cells, Cell),
        };
    }

    /// <summary>Without the configuration, its identity and the metrics, which stand in the run's own file.</summary>
    static JsonObject Facts(ComparedRun run)
    {
        var facts = JsonSerializer.SerializeToNode(run, JsonReport.Options)!.AsObject();
        facts.Remove("configuration");
        facts.Remove("metrics");
        facts.Remove("identity");
        return facts;
    }

    static JsonObject Cell(CellSpread cell) => new()
    {
        ["scenario"] = cell.Scenario,
        ["level"] = cell.Level,
        ["task"] = cell.Task,
        ["rows"] = cell.Rows,
        ["positives"] = cell.Positives,
        ["auc"] = Spread(cell.Auc),
        ["gauc"] = Spread(cell.Gauc),
        ["logloss"] = Spread(cell.LogLoss),
        ["calibration"] = Spread(cell.Calibration),
    };

    static JsonObject Difference(ValueDifference difference, ComparisonReport report)
    {
        var of = difference.Of;
        var json = new JsonObject
        {
            ["variant"] = difference.Variant,
            ["reference"] = difference.Reference,
            ["metric"] = of.IsMean ? "mean_auc" : Metric(of.Metric),
            ["level"] = of.Level,
            ["scenario"] = of.IsMean ? null : of.Scenario,
            ["task"] = of.IsMean ? null : of.Task,
            ["seeds"] = new JsonObject { ["variant"] = report.SeedsOf(difference.Variant), ["reference"] = report.SeedsOf(difference.Reference) },
            ["bootstrap"] = Interval(difference.Bootstrap),
        };
        if (difference.DeLong is not null) json["delong"] = Interval(difference.DeLong);
        if (difference.HolmP is { } p) json["p_holm"] = p;
        return json;
    }

    static JsonObject Judged(TransferVerdict verdict, ComparisonReport report)
    {
        return new JsonObject
        {
            ["variant"] = verdict.Variant,
            ["reference"] = verdict.Reference,
            ["gains"] = Cells(verdict.Gains),
            ["loses"] = Cells(verdict.Losses),
            ["undecided"] = Cells(verdict.Undecided),
            ["text"] = VerdictText.Of(verdict, report),
        };

        static JsonArray Cells(IEnumerable<ValueDifference> cells) =>
            JsonReport.List(cells, c => new JsonObject { ["scenario"] = c.Of.Scenario, ["task"] = c.Of.Task });
    }

    static JsonObject? Spread(Spread? spread) => spread is null
        ? null
        : new JsonObject { ["mean"] = spread.Mean, ["sd"] = spread.Deviation, ["seeds"] = spread.Seeds };

    static JsonObject? Interval(Interval? interval) => interval is null
        ? null
        : new JsonObject { ["difference"] = interval.Value, ["low"] = interval.Low, ["high"] = interval.High, ["p"] = interval.P };

    static string Metric(ComparedMetric metric) => metric switch
    {
        ComparedMetric.Auc => "auc",
        ComparedMetric.Gauc => "gauc",
        _ => "logloss",
    };

    static string Lower<T>(T value)
        where T : struct, Enum => Names.Snake(value.ToString());
}
