using MathNet.Numerics.Distributions;

namespace Switchyard.Reports;

/// <summary>ROC and calibration curves of some rows of one task.</summary>
static class Curves
{
    /// <summary>Points of an ROC curve at most.</summary>
    public const int RocPoints = 60;

    /// <summary>Groups of equally many rows that a calibration curve has, at most.</summary>
    public const int Bins = 12;

    /// <summary>Rows of such a group, at least.</summary>
    const int RowsOfBin = 50;

    const double Confidence = 0.95;

    /// <summary>
    /// Points of the exact curve from (0, 0) to (1, 1), thinned to equal steps along it: none is moved, and between two the curve leaves the line by less
    /// than its width in print. Empty where a class is missing.
    /// </summary>
    public static List<(double FalsePositives, double TruePositives)> Roc(ReadOnlySpan<int> rows, float[] scores, float[] labels)
    {
        var observed = Descending(rows, scores, labels);
        var positives = observed.Count(r => labels[r] == 1);
        var negatives = observed.Length - positives;
        if (positives == 0 || negatives == 0) return [];
        List<(double, double)> points = [(0, 0)];
        var (truePositives, falsePositives, written) = (0, 0, 0.0);
        const double Step = 2.0 / (RocPoints - 2);
        for (var i = 0; i < observed.Length; i++)
        {
            if (labels[observed[i]] == 1) truePositives++;
            else falsePositives++;

            // Rows of one score come together: a threshold cannot part them.
            if (i + 1 < observed.Length && scores[observed[i + 1]] == scores[observed[i]]) continue;
            var (x, y) = ((double)falsePositives / negatives, (double)truePositives / positives);
            if (x + y - written < Step && i + 1 < observed.Length) continue;
            points.Add((x, y));
            written = x + y;
        }

        return points;
    }

    /// <summary>Groups of equally many rows by ascending score: mean score, share of positives with its 95 % interval (Jeffreys), rows.</summary>
    public static List<(double Score, double Rate, double Low, double High, int Rows)> Calibration(ReadOnlySpan<int> rows, float[] scores, float[] labels)
    {
        var observed = Descending(rows, scores, labels);
        Array.Reverse(observed);
        var bins = Math.Min(Bins, observed.Length / RowsOfBin);
        List<(double, double, double, double, int)> points = [];
        for (var bin = 0; bin < bins; bin++)
        {
            var own = observed.AsSpan((int)((long)observed.Length * bin / bins)..(int)((long)observed.Length * (bin + 1) / bins));
            var (score, positives) = (0.0, 0);
            foreach (var row in own)
            {
                score += scores[row];
                positives += labels[row] == 1 ? 1 : 0;
            }

            var (a, b) = (positives + 0.5, own.Length - positives + 0.5);
            var low = positives == 0 ? 0 : Beta.InvCDF(a, b, (1 - Confidence) / 2);
            var high = positives == own.Length ? 1 : Beta.InvCDF(a, b, (1 + Confidence) / 2);
            points.Add((score / own.Length, (double)positives / own.Length, low, high, own.Length));
        }

        return points;
    }

    static int[] Descending(ReadOnlySpan<int> rows, float[] scores, float[] labels)
    {
        var observed = rows.ToArray().Where(r => !float.IsNaN(labels[r])).ToArray();
        var keys = Array.ConvertAll(observed, r => -scores[r]);
        Array.Sort(keys, observed);
        return observed;
    }
}
