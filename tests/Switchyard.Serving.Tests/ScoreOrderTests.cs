namespace Switchyard.Serving.Tests;

public sealed class ScoreOrderTests
{
    [Fact]
    public void Sort_TiesAndSigns_DescendingThenByPosition() =>
        Order(0.5f, float.NegativeInfinity, 0.5f, -0f, 1e-45f, 0f, -2f, float.MaxValue).ShouldBe([7, 0, 2, 4, 3, 5, 6, 1]);

    [Fact]
    public void Sort_ManyScores_EqualsAStableSort()
    {
        var random = new Random(5);
        var scores = Enumerable.Range(0, 1000).Select(_ => (float)Math.Round(random.NextDouble() - 0.5, 2)).ToArray();
        Order(scores).ShouldBe(Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]));
    }

    static int[] Order(params float[] scores)
    {
        var order = new int[scores.Length];
        ScoreOrder.Sort(scores, new ulong[scores.Length], order);
        return order;
    }
}
