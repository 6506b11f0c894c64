using Switchyard.Evaluation;

namespace Switchyard.Tests;

public sealed class OneScenarioFinderTests
{
    static readonly Difference Large = new(0.2, 0.01, 200);

    static readonly Difference None = new(0, 0.01, 200);

    /// <summary>A scenario with too few rows has no say, but the reader hears of it.</summary>
    [Fact]
    public void Find_UncountedScenarios_AreCounted()
    {
        FieldImportance[] fields = [Field("x", ["x"], Large, None, null, None, null)];

        var found = OneScenarioFinder.Find(fields, OneScenarioFinder.Significant(fields)).ShouldHaveSingleItem();

        (found.Scenario, found.Compared, found.TooSmall).ShouldBe(("s1", 2, 2));
    }

    [Fact]
    public void Find_UncertainScenario_Vetoes()
    {
        FieldImportance[] fields = [Field("x", ["x"], Large, None, new Difference(0, 0.3, 10))];

        OneScenarioFinder.Find(fields, OneScenarioFinder.Significant(fields)).ShouldBeEmpty();
    }

    /// <summary>A field may bear the name of the scenario column and read another.</summary>
    [Fact]
    public void Significant_UnitsOfOneName_AreToldApart()
    {
        FieldImportance[] fields =
        [
            Field("user", ["y"], Large, None),
            new(new ImportanceUnit("y", [], true), Cells(None, None), false),
        ];

        fields.Select(f => f.Unit.Name).ShouldBe(["y", "y"]);
        OneScenarioFinder.Significant(fields).ShouldBe([("user", 1, "click")]);
    }

    [Fact]
    public void Significant_Totals_AreNotTested()
    {
        var field = Field("x", ["x"], null, null);

        OneScenarioFinder.Significant([field]).ShouldBeEmpty();
        OneScenarioFinder.IsTested(field.Loss.Cells[^1]).ShouldBeFalse();
    }

    static FieldImportance Field(string column, string[] names, params Difference?[] scenarios) => new(new ImportanceUnit(column, [.. names], false), Cells(scenarios), false);

    /// <summary>Scenarios s1, s2, …, then the total.</summary>
    static ScoreDifferences Cells(params Difference?[] scenarios) => new(
        [
            .. scenarios.Select((d, i) => new CellDifference(i + 1, "leaf", $"s{i + 1}", "click", 100, 50, d is not null, d, d)),
            new CellDifference(0, "total", "all", "click", 1000, 500, true, Large, Large),
        ],
        null);
}
