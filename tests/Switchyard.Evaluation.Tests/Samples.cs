namespace Switchyard.Evaluation.Tests;

/// <summary>Layouts and rows the tests share.</summary>
static class Samples
{
    public static readonly EvaluationLayout OneTask = new([], ["click"], [-1]);

    public static readonly EvaluationLayout Channels = new([("channel", ["web", "app"])], ["click"], [-1]);

    public static readonly EvaluationLayout Tree =
        new([("region", ["APAC", "EU"]), ("device", ["desktop", "mobile", "tablet"])], ["click", "buy"], [-1, 0]);

    /// <summary>Evaluates rows of a single task.</summary>
    public static EvaluationReport Report(EvaluationLayout layout, Oracle.Row[] rows, EvaluationOptions? options = null, int batch = 7)
    {
        var evaluator = new Evaluator(layout, options ?? new());
        foreach (var part in rows.Chunk(batch)) AddTo(evaluator, part);
        return evaluator.Report();
    }

    public static void AddTo(Evaluator evaluator, Oracle.Row[] rows) => evaluator.Add(
        [.. rows.Select(r => r.Leaf)],
        [.. rows.Select(r => r.Group)],
        new[] { rows.Select(r => r.Score).ToArray() },
        new[] { rows.Select(r => r.Label < 0 ? float.NaN : r.Label).ToArray() },
        rows.Length);

    /// <summary>Rows of leaf 0 without group.</summary>
    public static Oracle.Row[] Rows(params (float Score, int Label)[] rows) =>
        [.. rows.Select(r => new Oracle.Row(0, -1, r.Score, r.Label))];

    /// <summary>Rows with many ties, unobserved labels (−1), unknown leaves, no group, groups of at most 6 rows across leaves.</summary>
    public static Oracle.Row[] Random(int seed, int count, int leaves)
    {
        var random = new Random(seed);
        var levels = random.Next(1, 12);
        var rate = random.NextDouble();
        var crossing = random.Next(2) == 0;
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var group = random.Next(10) == 0 ? -1 : i / 6;
                var leaf = random.Next(12) == 0 ? -1 : crossing ? random.Next(leaves) : i / 6 % leaves;
                var label = random.Next(8) == 0 ? -1 : random.NextDouble() < rate ? 1 : 0;
                return new Oracle.Row(leaf, group, random.Next(levels + 1) / (float)levels, label);
            }),
        ];
    }
}
