using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Which drops of AUC in a scenario are more than chance, and which fields help in one scenario only.</summary>
static class OneScenarioFinder
{
    const string Total = "total";

    /// <summary>
    /// Drops that are significant: Benjamini and Hochberg (1995) over all fields, scenarios and tasks at once, so that at most 5 % of those
    /// named are expected to be chance.
    /// </summary>
    public static HashSet<(string Column, int Node, string Task)> Significant(IReadOnlyList<FieldImportance> fields)
    {
        var tests = fields.SelectMany(f => f.Loss.Cells.Where(IsTested).Select(c => (Key: (f.Unit.Column, c.Node, c.Task), P: c.Auc!.PValue))).OrderBy(t => t.P).ToArray();
        var last = -1;
        for (var i = 0; i < tests.Length; i++)
        {
            if (tests[i].P <= ImportanceReport.Level * (i + 1) / tests.Length) last = i;
        }

        return [.. tests.Take(last + 1).Select(t => t.Key)];
    }

    /// <summary>
    /// Fields whose drop for a task is significant in one scenario of a level, in no other one, and larger there than in each other one
    /// (every comparison at 5 %: all must hold, so their number needs no correction). Scenarios with too few rows to be compared with
    /// are counted, and have no say.
    /// </summary>
    public static ImmutableArray<OneScenarioField> Find(IReadOnlyList<FieldImportance> fields, IReadOnlySet<(string Column, int Node, string Task)> significant) =>
    [
        .. fields.Where(f => !f.Unit.IsScenario)
            .SelectMany(f => f.Loss.Cells.Where(c => c.Level != Total).GroupBy(c => (c.Level, c.Task)).Select(cells => Only(f.Unit, [.. cells], significant)))
            .OfType<OneScenarioField>(),
    ];

    /// <summary>Totals are no scenario, and where there are too few rows there is no drop.</summary>
    public static bool IsTested(CellDifference cell) => cell is { Level: not Total, Auc: not null };

    static OneScenarioField? Only(ImportanceUnit unit, CellDifference[] cells, IReadOnlySet<(string Column, int Node, string Task)> significant)
    {
        var tested = cells.Where(IsTested).ToArray();
        var found = tested.Where(c => significant.Contains((unit.Column, c.Node, c.Task))).ToArray();
        if (tested.Length < 2 || found.Length != 1) return null;
        var own = found[0];
        var others = tested.Where(c => c.Node != own.Node).ToArray();
        if (others.Any(o => own.Auc!.Minus(o.Auc!).PValue > ImportanceReport.Level)) return null;
        var next = others.MaxBy(o => o.Auc!.Value)!;
        return new OneScenarioField(unit, own.Level, own.Scenario, own.Task, own.Auc!, next.Auc!, next.Scenario, others.Length, cells.Length - tested.Length);
    }
}
