namespace Switchyard.Reports.Tests;

public sealed class CurvesTests
{
    static readonly (float[] Scores, float[] Labels) Many = Rows(20_000);

    [Fact]
    public void Roc_FewRows_IsTheExactCurve()
    {
        float[] scores = [0.9f, 0.8f, 0.8f, 0.3f, 0.1f];
        float[] labels = [1, 1, 0, 0, float.NaN];
        Curves.Roc([0, 1, 2, 3, 4], scores, labels).ShouldBe([(0, 0), (0, 0.5), (0.5, 1), (1, 1)]);
    }

    [Fact]
    public void Roc_ManyRows_IsThinnedWithoutVisibleChange()
    {
        var points = Curves.Roc(All, Many.Scores, Many.Labels);
        points.Count.ShouldBeLessThanOrEqualTo(Curves.RocPoints);
        points[0].ShouldBe((0, 0));
        points[^1].ShouldBe((1, 1));
        var area = points.Zip(points.Skip(1)).Sum(p => (p.Second.FalsePositives - p.First.FalsePositives) * (p.Second.TruePositives + p.First.TruePositives) / 2);
        area.ShouldBe(ExactAuc(), 0.001);
    }

    [Fact]
    public void Roc_OneClass_IsEmpty() => Curves.Roc([0, 1], [0.1f, 0.2f], [1, 1]).ShouldBeEmpty();

    [Fact]
    public void Calibration_ScoresThatAreProbabilities_LieOnTheDiagonal()
    {
        var points = Curves.Calibration(All, Many.Scores, Many.Labels);
        points.Count.ShouldBe(Curves.Bins);
        points.Sum(p => p.Rows).ShouldBe(All.Length);
        points.Select(p => p.Score).ShouldBeInOrder();

        // An interval's width is four standard errors.
        points.ShouldAllBe(p => Math.Abs(p.Score - p.Rate) < p.High - p.Low);
        points.ShouldAllBe(p => p.Low <= p.Rate && p.Rate <= p.High);
    }

    static int[] All => [.. Enumerable.Range(0, Many.Scores.Length)];

    /// <summary>Labels drawn with the scores as probabilities.</summary>
    static (float[] Scores, float[] Labels) Rows(int count)
    {
        var random = new Switchyard.Engine.SeededRandom(1, "curves");
        float[] scores = [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
        return (scores, [.. scores.Select(s => random.NextDouble() < s ? 1f : 0f)]);
    }

    static double ExactAuc()
    {
        var order = All.OrderBy(i => Many.Scores[i]).ToArray();
        var (negatives, wins, positives) = (0L, 0.0, 0L);
        foreach (var row in order)
        {
            if (Many.Labels[row] == 1)
            {
                wins += negatives;
                positives++;
            }
            else
            {
                negatives++;
            }
        }

        return wins / ((double)positives * negatives);
    }
}
