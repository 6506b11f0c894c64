using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// How well one field alone ranks a task's rows: every value is scored by its label rate in the training rows, smoothed towards the
/// overall rate, and unseen values by the overall rate. Near 1 means that the field knows the label.
/// </summary>
static class SingleFieldAuc
{
    /// <summary>Rows at the overall rate that are added to every value's own.</summary>
    const double Smoothing = 1;

    /// <summary>AUC on the rows of a part; null where a class is missing there or in training.</summary>
    /// <param name="counts">Counts of the field's values.</param>
    /// <param name="task">Index of the task.</param>
    /// <param name="measured">Part to measure on; on Train a row's own label is taken out of its value's rate.</param>
    /// <param name="bins">Joins values before fitting (quantiles of a number); null scores every value by itself.</param>
    public static double? Measure(ValueCounts counts, int task, Part measured, int[]? bins = null)
    {
        var size = bins is null ? counts.Values : bins.DefaultIfEmpty(0).Max() + 1;
        var cells = new (long FitPositives, long Fit, long Positives, long Rows)[size];
        (long Positives, long Rows) all = default;
        for (var code = 0; code < counts.Values; code++)
        {
            ref var cell = ref cells[bins?[code] ?? code];
            cell.FitPositives += counts.Positives(code, Part.Train, task);
            cell.Fit += counts.Observed(code, Part.Train, task);
            cell.Positives += counts.Positives(code, measured, task);
            cell.Rows += counts.Observed(code, measured, task);
            all = (all.Positives + counts.Positives(code, Part.Train, task), all.Rows + counts.Observed(code, Part.Train, task));
        }

        if (all.Positives == 0 || all.Positives == all.Rows) return null;
        var prior = Smoothing * all.Positives / all.Rows;
        var own = measured == Part.Train ? 1 : 0;
        var scored = new List<(double Score, long Positives, long Negatives)>(size);
        foreach (var (fitPositives, fit, positives, rows) in cells)
        {
            if (positives > 0) scored.Add(((fitPositives - own + prior) / (fit - own + Smoothing), positives, 0));
            if (rows > positives) scored.Add(((fitPositives + prior) / (fit - own + Smoothing), 0, rows - positives));
        }

        return Auc(scored);
    }

    static double? Auc(List<(double Score, long Positives, long Negatives)> scored)
    {
        scored.Sort((a, b) => a.Score.CompareTo(b.Score));
        double wins = 0;
        long below = 0, positives = 0;
        for (var i = 0; i < scored.Count;)
        {
            long tiedPositives = 0, tiedNegatives = 0;
            for (var score = scored[i].Score; i < scored.Count && scored[i].Score == score; i++)
            {
                tiedPositives += scored[i].Positives;
                tiedNegatives += scored[i].Negatives;
            }

            wins += tiedPositives * (below + (tiedNegatives / 2.0));
            below += tiedNegatives;
            positives += tiedPositives;
        }

        return positives == 0 || below == 0 ? null : wins / ((double)positives * below);
    }
}
