using System.Collections.Immutable;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>Which drops of AUC in a scenario are more than chance, and which fields help in one scenario only.</summary>
static class OneScenarioFinder
{
    /// <summary>
    /// Drops that are significant: Benjamini and Hochberg (1995) over all fields, scenarios and tasks at once, so that at most 5 % of those
    /// named are expected to be chance.
    /// </summary>
    public static HashSet<(string Field, string Scenario, string Task)> Significant(IReadOnlyList<FieldImportance> fields)
    {
        var tests = fields.SelectMany(f => Tested(f).Select(c => (Key: (f.Unit.Name, c.Scenario, c.Task), P: c.Auc!.PValue))).OrderBy(t => t.P).ToArray();
        var last = -1;
        for (var i = 0; i < tests.Length; i++)
        {
            if (tests[i].P <= ImportanceReport.Level * (i + 1) / tests.Length) last = i;
        }

        return [.. tests.Take(last + 1).Select(t => t.Key)];
    }

    /// <summary>
    /// Fields whose drop for a task is significant in one scenario of a level, in no other one, and larger there than in each other one
    /// (every comparison at 5 %: all must hold, so their number needs no correction). A scenario with too few rows to compare with says no.
    /// </summary>
    public static ImmutableArray<OneScenarioField> Find(IReadOnlyList<FieldImportance> fields, IReadOnlySet<(string Field, string Scenario, string Task)> significant) =>
    [
        .. fields.Where(f => !f.Unit.IsScenario)
            .SelectMany(f => Tested(f).GroupBy(c => (c.Level, c.Task)).Select(cells => Only(f.Unit, [.. cells], significant)))
            .OfType<OneScenarioField>(),
    ];

    static OneScenarioField? Only(ImportanceUnit unit, CellDifference[] cells, IReadOnlySet<(string Field, string Scenario, string Task)> significant)
    {
        var found = cells.Where(c => significant.Contains((unit.Name, c.Scenario, c.Task))).ToArray();
        if (cells.Length < 2 || found.Length != 1) return null;
        var own = found[0];
        var others = cells.Where(c => c != own).ToArray();
        if (others.Any(o => own.Auc!.Minus(o.Auc!).PValue > ImportanceReport.Level)) return null;
        var next = others.MaxBy(o => o.Auc!.Value)!;
        return new OneScenarioField(unit, own.Level, own.Scenario, own.Task, own.Auc!, next.Auc!, next.Scenario);
    }

    static IEnumerable<CellDifference> Tested(FieldImportance field) => field.Loss.Cells.Where(c => c is { Level: not "total", Auc: not null });
}
