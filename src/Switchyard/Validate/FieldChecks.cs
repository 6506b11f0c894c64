using System.Collections.Immutable;
using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Checks of the fields: missing, constant, unique ids, leaks, values that training has not seen.</summary>
static class FieldChecks
{
    /// <summary>AUC above which a field alone knows the label.</summary>
    public const double Leak = 0.99;

    const double Suspect = 0.9;
    const double MostlyMissing = 0.5;
    const double NearlyUnique = 0.95;
    const double MostlyUnseen = 0.5;

    /// <summary>Fewer rows than these say nothing about uniqueness.</summary>
    const int EnoughRows = 30;

    public static void Run(DataScan scan, Findings findings)
    {
        foreach (var field in scan.Fields) Content(field, scan.Totals.Rows(Part.Train), findings);
        findings.PassUnlessFound("missing", "every field has values");
        findings.PassUnlessFound("constant", "no field is constant in training");
        findings.PassUnlessFound("unique", "no field is unique per row");
    }

    /// <summary>Single-field AUC of every field and task, best first.</summary>
    public static ImmutableArray<FieldAuc> Leaks(DataSpec spec, DataScan scan, Findings findings)
    {
        var aucs = new List<FieldAuc>();
        for (var t = 0; t < spec.Tasks.Length; t++)
        {
            var part = Measured(scan.Totals, t);
            foreach (var field in scan.Fields)
                if (field.Auc(t, part) is { } auc)
                    aucs.Add(new FieldAuc(field.Field.Name, spec.Tasks[t].Name, auc, part.Name()));
        }

        var sorted = aucs.OrderByDescending(a => a.Auc).ThenBy(a => a.Field, StringComparer.Ordinal).ThenBy(a => a.Task, StringComparer.Ordinal).ToImmutableArray();
        foreach (var auc in sorted.Where(a => a.Auc > Suspect))
        {
            var value = auc.Auc.ToString("0.0000", CultureInfo.InvariantCulture);
            var (verdict, advice) = auc.Auc > Leak
                ? (Verdict.Fail, "it knows the label; drop the field unless it is known before the user acts")
                : (Verdict.Warn, "is it known before the user acts?");
            findings.Add(verdict, "leak", auc.Field, $"alone ranks {auc.Task} with AUC {value} on {auc.MeasuredOn} rows: {advice}");
        }

        findings.PassUnlessFound("leak", sorted.IsEmpty ? "no task has both classes" : $"no field alone reaches AUC {Suspect.ToString(CultureInfo.InvariantCulture)}");
        return sorted;
    }

    public static ImmutableArray<UnseenShare> Unseen(DataScan scan, Findings findings)
    {
        var shares = ImmutableArray.CreateBuilder<UnseenShare>();
        foreach (var field in scan.Fields.Where(f => f.HasVocabulary))
        {
            foreach (var part in (Part[])[Part.Validation, Part.Test])
            {
                var (values, unseen) = field.UnseenIn(part);
                var share = new UnseenShare(field.Field.Name, part.Name(), unseen, values);
                shares.Add(share);
                if (share.Share > MostlyUnseen)
                    findings.Add(Verdict.Warn, "unseen", field.Field.Name, $"{Findings.Share(share.Share)} of its {share.Part} values are unseen in training and share one vector", unseen, field.UnseenExamples(part));
            }
        }

        var worst = shares.OrderByDescending(s => s.Share).FirstOrDefault();
        findings.PassUnlessFound("unseen", worst is null || worst.Unseen == 0
            ? "training has seen every value"
            : $"at most {Findings.Share(worst.Share)} of a field's values are unseen in training ({worst.Field}, {worst.Part})");
        return shares.ToImmutable();
    }

    static void Content(FieldProfile field, long trainingRows, Findings findings)
    {
        var name = field.Field.Name;
        var missing = field.Missing(Part.Train);
        var values = field.Counts.Rows(Part.Train) - missing;
        if (trainingRows == 0) return;
        if (values == 0)
        {
            findings.Add(Verdict.Fail, "missing", name, $"has no value in any of {Findings.Number(trainingRows)} training rows; drop it or correct its column", missing);
            return;
        }

        if (missing > MostlyMissing * trainingRows)
            findings.Add(Verdict.Warn, "missing", name, $"is missing in {Findings.Share((double)missing / trainingRows)} of the training rows", missing);
        var distinct = field.DistinctInTraining;
        if (distinct == 1 && missing == 0)
            findings.Add(Verdict.Warn, "constant", name, "is the same in every training row; drop it", values, [field.ExampleInTraining]);
        if (field.HasVocabulary && values >= EnoughRows && distinct >= NearlyUnique * values)
            findings.Add(Verdict.Warn, "unique", name, $"has {Findings.Number(distinct)} different values in {Findings.Number(values)}: an id of the row, of which nothing can be learned; drop it", distinct, [field.ExampleInTraining]);
    }

    static Part Measured(ValueCounts totals, int task)
    {
        foreach (var part in (Part[])[Part.Validation, Part.Test])
            if (totals.Positives(part, task) is > 0 and var positives && positives < totals.Observed(part, task))
                return part;
        return Part.Train;
    }
}
