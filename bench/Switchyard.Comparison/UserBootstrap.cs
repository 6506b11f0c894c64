namespace Switchyard.Comparison;

/// <summary>Mean AUC over (region, task) of samples of users with replacement: a user's rows come along together.</summary>
sealed class UserBootstrap(int[] userOfRow, int users, int[] regionOfRow, int regions, float[][] labels)
{
    /// <summary>Draws users; how often each was drawn.</summary>
    public int[] Draw(ulong sample)
    {
        var times = new int[users];
        var random = new Engine.SeededRandom(sample, "users");
        for (var i = 0; i < users; i++) times[random.Next(users)]++;
        return times;
    }

    /// <summary>Rows of every (region, task) in order of their scores; made once a model.</summary>
    public Cell[] Order(float[][] scores) =>
    [
        .. Enumerable.Range(0, labels.Length).SelectMany(task => Enumerable.Range(0, regions).Select(region =>
        {
            int[] rows = [.. Enumerable.Range(0, userOfRow.Length).Where(r => regionOfRow[r] == region && !float.IsNaN(labels[task][r])).OrderBy(r => scores[task][r])];
            return new Cell(
                [.. rows.Select(r => userOfRow[r])],
                [.. rows.Select(r => labels[task][r] > 0)],
                [.. rows.Select((r, i) => i + 1 == rows.Length || scores[task][rows[i + 1]] != scores[task][r])]);
        })),
    ];

    /// <summary>Mean AUC over the cells in which both classes were drawn.</summary>
    public static double MeanAuc(Cell[] cells, int[] times) => cells.Select(c => c.Auc(times)).Where(a => !double.IsNaN(a)).Average();

    /// <summary>One (region, task): users, labels and the ends of tied scores, ascending by score.</summary>
    public sealed record Cell(int[] Users, bool[] Positive, bool[] EndsTie)
    {
        public double Auc(int[] times)
        {
            long positives = 0, negatives = 0, tiedPositives = 0, tiedNegatives = 0;
            var above = 0.0;
            for (var i = 0; i < Users.Length; i++)
            {
                if (Positive[i]) tiedPositives += times[Users[i]];
                else tiedNegatives += times[Users[i]];
                if (!EndsTie[i]) continue;
                above += tiedPositives * (negatives + tiedNegatives / 2.0);
                (positives, negatives, tiedPositives, tiedNegatives) = (positives + tiedPositives, negatives + tiedNegatives, 0, 0);
            }

            return above / ((double)positives * negatives);
        }
    }
}
