using MathNet.Numerics.Random;
using MathNet.Numerics.Statistics;

namespace Switchyard.Evaluation.Tests;

public sealed class ListBootstrapTests
{
    [Fact]
    public void Difference_OneListPerGroup_HasTheErrorOfAMean()
    {
        var random = new Xoshiro256StarStar(2, threadSafe: false);
        const int Lists = 400;
        double[] values = [.. Enumerable.Range(0, Lists).Select(_ => random.NextDouble())];
        double[] reference = [.. values.Select(v => v - 0.1 + 0.2 * random.NextDouble())];
        double[] differences = [.. values.Zip(reference, (v, r) => v - r)];

        var difference = ListBootstrap.Difference([.. Enumerable.Range(0, Lists)], values, reference, 4000, 1)!;

        difference.Value.ShouldBe(differences.Mean(), 1e-12);
        difference.StandardError.ShouldBe(differences.StandardDeviation() / Math.Sqrt(Lists), 0.05 * difference.StandardError);
        difference.Freedom.ShouldBe(Lists - 1);
    }

    /// <summary>Lists of a group are drawn together: copies of every list are no news.</summary>
    [Fact]
    public void Difference_CopiedLists_HasTheSameError()
    {
        var random = new Xoshiro256StarStar(3, threadSafe: false);
        int[] groups = [.. Enumerable.Range(0, 100)];
        double[] values = [.. groups.Select(_ => random.NextDouble())];
        var once = ListBootstrap.Difference(groups, values, new double[100], 200, 1)!;

        var twice = ListBootstrap.Difference([.. groups, .. groups], [.. values, .. values], new double[200], 200, 1)!;

        twice.Value.ShouldBe(once.Value, 1e-12);
        twice.StandardError.ShouldBe(once.StandardError, 1e-12);
    }

    [Fact]
    public void Difference_OfTheSame_IsNothing() =>
        ListBootstrap.Difference([1, 2, 3], [0.1, 0.2, 0.3], [0.1, 0.2, 0.3], 100, 1).ShouldBe(new Difference(0, 0, 2));

    [Fact]
    public void Difference_OfOneGroup_IsUnknown() => ListBootstrap.Difference([1, 1], [0.1, 0.2], [0, 0], 100, 1).ShouldBeNull();
}
