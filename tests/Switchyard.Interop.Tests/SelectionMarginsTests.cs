using Switchyard.Engine;
using Switchyard.Models;
using Switchyard.Models.Tests;
using Switchyard.Testing;

namespace Switchyard.Interop.Tests;

public sealed class SelectionMarginsTests
{
    readonly Graph _graph = new(GraphMode.Score, new ParameterSet(1));
    readonly SelectionMargins _margins;

    public SelectionMarginsTests() => _graph.Listener = _margins = new SelectionMargins(_graph, rows: 2);

    [Fact]
    public void Smallest_OneOfThree_IsTheDistanceToTheNext()
    {
        _graph.SmallestPerRow(Values(0.1f, 0.4f, 0.15f, 3, 2, 1), 1);
        ShouldBe(0.05f, 1);
    }

    [Fact]
    public void Smallest_WithoutSome_TheyAreNoCandidates()
    {
        _graph.SmallestPerRow(Values(0.1f, 0.4f, 0.15f, 3, 2, 1), 1, without: Values(0, 0, 1, 0, 1, 0));
        ShouldBe(0.3f, 2);
    }

    [Fact]
    public void Largest_TwoOfThree_IsTheDistanceToTheThird()
    {
        _graph.LargestPerRow(Values(0.1f, 0.4f, 0.15f, 3, 2, 1), 2);
        ShouldBe(0.05f, 1);
    }

    [Fact]
    public void SeveralChoices_TheSmallestOfARowCounts()
    {
        _graph.SmallestPerRow(Values(0, 4, 5, 0, 1, 5), 1);
        _graph.LargestPerRow(Values(0, 4, 6, 0, 1, 9), 1);
        ShouldBe(2, 1);
    }

    [Fact]
    public void AllOfThem_NothingIsLeftToTurnTo()
    {
        _graph.SmallestPerRow(Values(0.1f, 0.4f, 0.15f, 3, 2, 1), 3);
        _margins.OfRows.ToArray().ShouldBe([float.PositiveInfinity, float.PositiveInfinity]);
    }

    [Fact]
    public void Of_Models_KnowsWhichChoose()
    {
        var dense = Trained.Untrained(new MmoeOptions());
        var rows = TinyData.Rows(dense.Schema, 5, 1);
        SelectionMargins.Of(dense, rows).ShouldAllBe(m => float.IsPositiveInfinity(m));
        SelectionMargins.Of(Trained.Untrained(new Aesm2Options()), rows).ShouldAllBe(m => m >= 0 && float.IsFinite(m));
    }

    Tensor Values(params float[] values) => _graph.Input(values, 2, 3);

    void ShouldBe(float first, float second)
    {
        _margins.OfRows[0].ShouldBe(first, 1e-6f);
        _margins.OfRows[1].ShouldBe(second, 1e-6f);
    }
}
