using System.Collections.Immutable;
using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using Switchyard.Models;

namespace Switchyard.Reports;

/// <summary>The scenarios in a plane: near each other where the model treats them alike.</summary>
sealed class ScenarioMapSection(Ranker ranker, ImmutableArray<LayerView> layers)
{
    const int FewestNodes = 3;

    public Section? Build()
    {
        var figures = Enumerable.Range(0, ranker.Schema.Levels.Length).Select(OfLevel).OfType<Figure>().ToImmutableArray();
        return figures.IsEmpty ? null : new Section("map", "Map of the scenarios", [], figures);
    }

    Figure? OfLevel(int level)
    {
        var nodes = ranker.Schema.Levels[level].Nodes;
        if (nodes.Length < FewestNodes) return null;
        var (vectors, names, source) = Embedding(level) is { } learned ? (learned.Vectors, [.. nodes], $"learned vectors ({learned.Name})") : Gates(ranker.Schema.Levels[level].Column);
        if (names.Count < FewestNodes) return null;
        var (points, shares) = Project(vectors);
        var column = ranker.Schema.Levels[level].Column;
        return new Figure
        {
            Id = FormattableString.Invariant($"map-level{level + 1}"),
            Title = $"Map of {column}",
            Description = string.Create(
                CultureInfo.InvariantCulture,
                $"The first two principal components of the {source} of {column}; they keep {Words.Percent(shares[0] + shares[1])} of the spread. Scenarios that lie close together are treated alike; the axes themselves mean nothing."),
            Kind = FigureKind.Scatter,
            Encoding = new Encoding { X = "first", Y = "second", Label = "scenario" },
            Columns =
            [
                new("scenario", "Scenario"), Column.Number("first", $"First component ({Words.Percent(shares[0])})", 3), Column.Number("second", $"Second component ({Words.Percent(shares[1])})", 3),
            ],
            Rows = [.. names.Select((name, i) => new FigureValue[] { name, points[i, 0], points[i, 1] })],
        };
    }

    /// <summary>Vectors that the model learns of the nodes of a level: the first parameter with a row for each, and nothing else.</summary>
    (string Name, double[,] Vectors)? Embedding(int level)
    {
        var members = ModelShape.Of(ranker.Schema).EveryNode(level);
        var parameter = ranker.Parameters.Dense.FirstOrDefault(p =>
            p.Count == 1 && p.Cols > 1 && p.Place.Owners.IsEmpty && p.Place.Axes is { Rows: { } rows, Stack: null, Cols: null } && rows == members && p.Rows == members.Count);
        if (parameter is null) return null;
        var values = ranker.Parameters.Values(parameter);
        var vectors = new double[parameter.Rows, parameter.Cols];
        for (var i = 0; i < values.Length; i++) vectors[i / parameter.Cols, i % parameter.Cols] = values[i];
        return (parameter.Name, vectors);
    }

    /// <summary>Without learned vectors: the mean weights of all layers' experts.</summary>
    (double[,] Vectors, List<string> Names, string Source) Gates(string column)
    {
        var names = layers.SelectMany(l => l.Gates).Where(g => g.Column == column && g.Task is null).Select(g => g.Scenario!).Distinct().ToList();
        var rows = names.Select(name => layers.SelectMany(l => l.Gates.First(g => g.Task is null && ((g.Column == column && g.Scenario == name) || g == l.Total) && Has(l, g, column, name)).Weight).ToArray()).ToList();
        var vectors = new double[rows.Count, rows.Count == 0 ? 0 : rows[0].Length];
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < rows[i].Length; j++) vectors[i, j] = rows[i][j];
        }

        return (vectors, names, "mean gate weights");
    }

    /// <summary>A layer that has no gate of the node stands with its total.</summary>
    static bool Has(LayerView layer, GateView gate, string column, string name) =>
        gate.Scenario == name || !layer.Gates.Any(g => g.Task is null && g.Column == column && g.Scenario == name);

    /// <summary>Principal components by the singular value decomposition; the sign is chosen so that the largest coordinate is positive.</summary>
    static (double[,] Points, double[] Shares) Project(double[,] vectors)
    {
        var matrix = Matrix<double>.Build.DenseOfArray(vectors);
        var means = matrix.ColumnSums() / matrix.RowCount;
        for (var row = 0; row < matrix.RowCount; row++) matrix.SetRow(row, matrix.Row(row) - means);
        var svd = matrix.Svd();
        var total = svd.S.Sum(s => s * s);
        var points = new double[matrix.RowCount, 2];
        var shares = new double[2];
        for (var c = 0; c < Math.Min(2, svd.S.Count); c++)
        {
            var axis = svd.U.Column(c) * svd.S[c];
            if (axis[axis.AbsoluteMaximumIndex()] < 0) axis = -axis;
            for (var row = 0; row < matrix.RowCount; row++) points[row, c] = axis[row];
            shares[c] = total > 0 ? svd.S[c] * svd.S[c] / total : 0;
        }

        return (points, shares);
    }
}
