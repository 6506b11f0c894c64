using System.Globalization;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Takes out fields that know a label: those that rank it nearly perfectly, or whose rarer values occur with one class only.</summary>
static class LeakFinder
{
    const double Suspect = 0.9;
    const int QuantileBins = 64;

    /// <summary>Rows with a rarer value that must all be of one class; rows of either class to measure an AUC on.</summary>
    const int EnoughRows = 30;

    /// <summary>Blocks the sample is cut into for an AUC.</summary>
    const int Blocks = 10;

    public static void Find(Proposal proposal)
    {
        foreach (var field in proposal.Fields.ToList())
        {
            if (Reason(proposal, field) is not { } reason) continue;
            proposal.Fields.Remove(field);
            proposal.LeftOut.Add(new LeftOut(field.Column, reason));
            proposal.Unsure.Add($"'{field.Column.Name}' was left out as a leak ({reason}); if it is known before the user acts, add it to fields");
        }
    }

    static string? Reason(Proposal proposal, ProposedField field)
    {
        var (counts, bins) = Count(proposal, field);
        for (var t = 0; t < proposal.Tasks.Count; t++)
        {
            var task = proposal.Tasks[t];
            if (OneClass(field.Column, task) is { } share)
                return $"wherever it is not its usual value, {task.Name} is {share}";
            var positives = counts.Positives(Part.Validation, t);
            if (positives < EnoughRows || counts.Observed(Part.Validation, t) - positives < EnoughRows) continue;
            // An id of a user knows a label that is the same in all her rows, and is no leak for that.
            if (ColumnNames.IsId(field.Column.Name) || SingleFieldAuc.Measure(counts, t, Part.Validation, bins) is not { } auc || auc <= Suspect) continue;
            var value = auc.ToString("0.000", CultureInfo.InvariantCulture);
            if (auc > FieldChecks.Leak) return $"alone it ranks {task.Name} with AUC {value}";
            proposal.Unsure.Add($"'{field.Column.Name}' alone ranks {task.Name} with AUC {value}; is it known before the user acts?");
        }

        return null;
    }

    /// <summary>
    /// Every other block of rows stands for training, the others for validation: the split is not known yet, and rows of one list,
    /// which stand together, must not be on both sides.
    /// </summary>
    static (ValueCounts Counts, int[]? Bins) Count(Proposal proposal, ProposedField field)
    {
        var counts = new ValueCounts(proposal.Tasks.Count);
        var column = field.Column;
        var numbers = field.Spec.Type == FieldType.Numeric ? new NumberBins(counts, int.MaxValue) : null;
        var codes = numbers is null ? null : new int[column.Distinct + 1];
        if (codes is not null)
        {
            foreach (var code in column.Values)
                codes[code] = numbers!.Code(TextNumber.TryParse(column.Utf8(code), out var number) ? number : double.NaN);
        }

        var labels = new float[proposal.Tasks.Count];
        for (var row = 0; row < column.Rows; row++)
        {
            for (var t = 0; t < labels.Length; t++) labels[t] = proposal.Tasks[t][row];
            counts.Add(codes is null ? column.Codes[row] : codes[column.Codes[row]], (long)row * Blocks / column.Rows % 2 == 0 ? Part.Train : Part.Validation, labels);
        }

        return (counts, numbers?.Quantiles(QuantileBins, c => counts.Rows(c, Part.Train)));
    }

    /// <summary>"1" or "0" where every row whose value is not the most frequent one has that label, though most rows have the other.</summary>
    static string? OneClass(SampleColumn column, ProposedTask task)
    {
        var usual = Enumerable.Range(0, column.Distinct + (column.Missing > 0 ? 1 : 0)).MaxBy(column.Count);
        long rows = 0, positives = 0;
        for (var row = 0; row < column.Rows; row++)
        {
            if (column.Codes[row] == usual || float.IsNaN(task[row])) continue;
            rows++;
            if (task[row] > 0) positives++;
        }

        if (rows < EnoughRows) return null;
        var mostlyPositive = 2 * task.Positives > task.Observed;
        if (positives == rows && !mostlyPositive) return "1";
        return positives == 0 && mostlyPositive ? "0" : null;
    }
}
