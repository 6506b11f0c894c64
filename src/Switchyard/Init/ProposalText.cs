using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>A proposal for people: what every column was taken for, and what init was unsure of.</summary>
static class ProposalText
{
    public static string Write(Proposal proposal)
    {
        var text = new StringBuilder();
        var sample = proposal.Sample;
        text.Append(CultureInfo.InvariantCulture, $"{CountText.Of(sample.Rows, "row")} read{(sample.IsComplete ? "" : " (a sample)")}, {CountText.Of(sample.Columns.Length, "column")}\n");
        foreach (var column in sample.Columns)
        {
            var (kind, note) = Kind(proposal, column);
            text.Append(CultureInfo.InvariantCulture, $"  {OneLine.Of(column.Name),-26} {kind,-12} {OneLine.Of(note)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"scenario: {(proposal.Scenario.Count == 0 ? "none" : OneLine.Of(string.Join(" → ", proposal.Scenario.Select(c => c.Name))))}\n");
        text.Append(CultureInfo.InvariantCulture, $"group: {OneLine.Of(proposal.Group?.Name ?? "none")}\n");
        text.Append(CultureInfo.InvariantCulture, $"split: {OneLine.Of(proposal.Split.Note)}\n");
        text.Append(proposal.Unsure.Count == 0 ? "unsure of nothing" : "unsure:");
        foreach (var unsure in proposal.Unsure) text.Append("\n  - ").Append(OneLine.Of(unsure));
        return text.ToString();
    }

    static (string Kind, string Note) Kind(Proposal proposal, SampleColumn column)
    {
        if (proposal.Tasks.FirstOrDefault(t => t.Column == column) is { } task) return ("task", task.Given is null ? task.Label : $"{task.Label}, given {task.Given}");
        if (proposal.Fields.FirstOrDefault(f => f.Column == column) is not { } field)
            return ("left out", proposal.LeftOut.FirstOrDefault(l => l.Column == column)?.Reason ?? "");
        var kind = field.Spec.Type switch { FieldType.Numeric => "numeric", FieldType.MultiValue => "multi-value", _ => "categorical" };
        return (kind, field.Note);
    }
}
