using Switchyard.Data;

namespace Switchyard;

/// <summary>Checks of the rows as such: readable, in a part, not repeated, in time, whole groups in one part.</summary>
static class RowChecks
{
    public static void Run(DataSpec spec, DataScan scan, Findings findings)
    {
        Usable(scan, findings);
        Parts(scan, findings);
        Repeats(scan, findings);
        Dates(scan, findings);
        Histories(scan, findings);
        Groups(spec, scan, findings);
    }

    static void Usable(DataScan scan, Findings findings)
    {
        foreach (var (check, subject, count, examples) in scan.Problems.Kinds)
            findings.Add(Verdict.Fail, check, subject, $"{Findings.Number(count)} rows stop training; correct them or leave them out with 'filter'", count, examples);
        if (scan.Stopped is { } stopped)
            findings.Add(Verdict.Fail, "rows", "", $"reading stopped {stopped}: the other lines are about the first {Findings.Number(scan.RowsRead)} rows only", scan.RowsRead);
        if (scan.RowsUnmatched > 0)
            findings.Add(Verdict.Warn, "join", "", $"{Findings.Number(scan.RowsUnmatched)} rows have no partner in the joined source; its columns are missing there", scan.RowsUnmatched);
        findings.PassUnlessFound("rows", $"{Findings.Number(scan.RowsRead)} rows read, {Findings.Number(scan.RowsFiltered)} filtered out");
    }

    static void Parts(DataScan scan, Findings findings)
    {
        if (scan.RowsInNoPart > 0)
            findings.Add(Verdict.Warn, "part", "", $"{Findings.Number(scan.RowsInNoPart)} of {Findings.Number(scan.RowsRead)} rows meet none of split's conditions and are not used", scan.RowsInNoPart);
        if (scan.Totals.Rows(Part.Train) == 0)
            findings.Add(Verdict.Fail, "part", "train", "no row trains; correct split.train (or filter)");
        if (scan.Totals.Rows(Part.Validation) == 0)
            findings.Add(Verdict.Warn, "part", "validation", "no row validates: the last weights are taken, not the best");
        if (scan.Totals.Rows(Part.Test) == 0)
            findings.Add(Verdict.Warn, "part", "test", "no row tests: the table is that of the validation rows");
        findings.PassUnlessFound("part", string.Join(", ", Enum.GetValues<Part>().Select(p => $"{p.Name()} {Findings.Number(scan.Totals.Rows(p))}")));
    }

    static void Repeats(DataScan scan, Findings findings)
    {
        var about = scan.Repeats.IsSampled ? "about " : "";
        if (scan.Repeats.AcrossParts is > 0 and var across)
        {
            findings.Add(Verdict.Warn, "duplicate", "",
                $"{about}{Findings.Number(scan.Repeats.Repeated)} rows repeat an earlier one, and {about}{Findings.Number(across)} distinct rows stand in training and in another part: the table flatters; with 'row mod' set split.keep_identical_rows_together",
                across, scan.RepeatExamples);
        }
        else if (scan.Repeats.Repeated is > 0 and var repeated)
        {
            findings.Add(Verdict.Warn, "duplicate", "", $"{about}{Findings.Number(repeated)} rows repeat an earlier one of the same part", repeated, scan.RepeatExamples);
        }

        findings.PassUnlessFound("duplicate", "no row repeats another");
    }

    static void Dates(DataScan scan, Findings findings)
    {
        foreach (var dates in scan.Dates)
        {
            foreach (var part in (Part[])[Part.Train, Part.Validation])
            {
                if (dates.LaterThanTest(part) is not { } later) continue;
                findings.Add(Verdict.Warn, "date", dates.Column,
                    $"{Findings.Number(later.Rows)} {part.Name()} rows are later than the first test row (up to {later.Last}, test starts at {later.FirstTest}): the model sees the future it is tested on",
                    later.Rows);
            }
        }

        findings.PassUnlessFound("date", scan.Dates.Length == 0 ? "the split looks at no date" : "no training or validation row is later than the first test row");
    }

    static void Histories(DataScan scan, Findings findings)
    {
        foreach (var order in scan.HistoryOrders.Where(o => o.Descents > 0))
        {
            findings.Add(Verdict.Warn, "history", order.Field,
                $"{Findings.Number(order.Descents)} rows lie before an earlier row of the same user in '{order.Column}', but the history has no 'time' and takes the order of the rows for it: it shows the future; " +
                $"sort the rows by '{order.Column}', or name it under 'time'",
                order.Descents, order.Examples);
        }
    }

    static void Groups(DataSpec spec, DataScan scan, Findings findings)
    {
        if (spec.Group is not { } group) return;
        foreach (var (one, other) in (ReadOnlySpan<(Part, Part)>)[(Part.Train, Part.Validation), (Part.Train, Part.Test), (Part.Validation, Part.Test)])
        {
            var shared = scan.GroupsIn(one, other).ToList();
            if (shared.Count == 0) continue;
            findings.Add(Verdict.Warn, "group", group,
                $"{Findings.Number(shared.Count)} of {Findings.Number(scan.Groups)} groups have rows in {one.Name()} and {other.Name()}: what the model memorises about them looks like skill; split by hash({group}), unless the split is by time on purpose",
                shared.Count, shared.Take(3).Select(g => $"'{g}'"));
        }

        findings.PassUnlessFound("group", $"every one of {Findings.Number(scan.Groups)} groups is in one part");
    }
}
