using System.Collections.Immutable;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Checks of labels and scenarios: both classes everywhere, funnels that hold, scenario values that training knows.</summary>
static class LabelChecks
{
    public static void Run(DataSpec spec, DataScan scan, Findings findings)
    {
        for (var t = 0; t < spec.Tasks.Length; t++)
        {
            Classes(spec.Tasks[t].Name, scan.Totals, t, findings);
            if (scan.Orphans[t] > 0)
            {
                findings.Add(Verdict.Warn, "funnel", spec.Tasks[t].Name,
                    $"is 1 in {Findings.Number(scan.Orphans[t])} rows where '{spec.Tasks[t].Given}', which it is given, is 0; is the funnel right?", scan.Orphans[t]);
            }
        }

        findings.PassUnlessFound("label", "every task has both classes in every part");
        if (spec.Tasks.Any(t => t.Given is not null)) findings.PassUnlessFound("funnel", "a task given another is 1 only where that one is");
        Nodes(spec, scan, findings);
        Leaves(spec, scan, findings);
    }

    /// <summary>Label rates by task and part, over all rows and by leaf scenario.</summary>
    public static ImmutableArray<LabelRate> Rates(DataSpec spec, DataScan scan)
    {
        var rates = ImmutableArray.CreateBuilder<LabelRate>();
        for (var t = 0; t < spec.Tasks.Length; t++)
        {
            Add(t, null, scan.Totals, 0);
            foreach (var leaf in Enumerable.Range(0, scan.Leaves.Values).OrderBy(scan.LeafName, StringComparer.Ordinal)) Add(t, scan.LeafName(leaf), scan.Leaves, leaf);
        }

        return rates.ToImmutable();

        void Add(int task, string? scenario, ValueCounts counts, int code)
        {
            for (var part = Part.Train; part <= Part.Test; part++)
                rates.Add(new LabelRate(spec.Tasks[task].Name, scenario, part.Name(), counts.Observed(code, part, task), counts.Positives(code, part, task)));
        }
    }

    static void Classes(string task, ValueCounts totals, int t, Findings findings)
    {
        for (var part = Part.Train; part <= Part.Test; part++)
        {
            var rows = totals.Rows(part);
            if (rows == 0) continue;
            var observed = totals.Observed(part, t);
            var positives = totals.Positives(part, t);
            var problem = observed == 0 ? "no row with a label" : positives == 0 ? "no positive" : positives == observed ? "no negative" : null;
            if (problem is null) continue;
            findings.Add(part == Part.Train ? Verdict.Fail : Verdict.Warn, "label", task,
                $"has {problem} in the {Findings.Number(rows)} {part.Name()} rows{(part == Part.Train ? ", so nothing can be learned" : ", so there is no AUC")}", observed);
        }
    }

    static void Nodes(DataSpec spec, DataScan scan, Findings findings)
    {
        var verdict = spec.UnknownScenario == UnknownScenario.Error ? Verdict.Fail : Verdict.Warn;
        var remedy = spec.UnknownScenario == UnknownScenario.Error
            ? "training stops there; set unknown_scenario: parent or filter the rows out"
            : "they are scored as their siblings' mean";
        for (var l = 0; l < scan.Levels.Length; l++)
        {
            var level = scan.Levels[l];
            var missing = Enum.GetValues<Part>().Sum(level.Missing);
            if (missing > 0) findings.Add(verdict, "scenario", spec.Scenario[l], $"{Findings.Number(missing)} rows have no value: {remedy}", missing);
            foreach (var part in (Part[])[Part.Validation, Part.Test])
            {
                if (level.UnseenIn(part).Unseen is > 0 and var unseen)
                    findings.Add(verdict, "scenario", spec.Scenario[l], $"{Findings.Number(unseen)} {part.Name()} rows have a value that training has not seen: {remedy}", unseen, level.UnseenExamples(part));
            }
        }

        if (scan.Levels.Length > 0) findings.PassUnlessFound("scenario", $"training has seen every scenario value; {Findings.Number(scan.Leaves.Values)} leaves");
    }

    static void Leaves(DataSpec spec, DataScan scan, Findings findings)
    {
        for (var t = 0; t < spec.Tasks.Length; t++)
        {
            var empty = Enumerable.Range(0, scan.Leaves.Values)
                .Where(leaf => scan.Leaves.Observed(leaf, Part.Train, t) > 0 && scan.Leaves.Positives(leaf, Part.Train, t) == 0)
                .OrderByDescending(leaf => scan.Leaves.Observed(leaf, Part.Train, t)).ThenBy(leaf => leaf).ToList();
            if (empty.Count == 0) continue;
            findings.Add(Verdict.Warn, "scenario label", spec.Tasks[t].Name, $"has no positive training row in {Findings.Number(empty.Count)} of {Findings.Number(scan.Leaves.Values)} scenarios", empty.Count,
                empty.Take(5).Select(leaf => $"{scan.LeafName(leaf)}: {Findings.Number(scan.Leaves.Observed(leaf, Part.Train, t))} rows"));
        }

        if (scan.Levels.Length > 0) findings.PassUnlessFound("scenario label", "every scenario has positives of every task");
    }
}
