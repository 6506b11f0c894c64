using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>What an import read, as text for a terminal.</summary>
static class ImportText
{
    public static string Write(Schema schema, ImportSummary summary)
    {
        var text = new StringBuilder();
        Line($"{CountText.Of(summary.RowsRead, "row")} read, {summary.RowsFiltered:N0} filtered out, {summary.RowsInNoPart:N0} in no part");
        if (summary.RowsUnmatched > 0) Line($"{CountText.Of(summary.RowsUnmatched, "row")} found no partner in the joined source");
        foreach (var part in summary.Parts)
        {
            var tasks = part.Tasks.Select(t => $"{t.Task} {t.Positives:N0} of {t.Observed:N0}{Rate(t)}");
            Line($"{part.Part.Name(),-10} {part.Rows,12:N0} rows  {(part.Groups > 0 ? $"{part.Groups:N0} groups  " : "")}{string.Join("  ", tasks)}");
        }

        foreach (var level in schema.Levels) Line($"scenario {level.Column}: {string.Join(", ", level.Nodes)}");
        foreach (var field in summary.Fields)
        {
            var unseen = string.Join(" / ", field.OutOfVocabulary.Select(s => s.ToString("P1", CultureInfo.InvariantCulture)));
            var size = field.Table is null ? "one number" : $"{field.Rows:N0} ids{(field.Table == field.Field ? "" : $" of {field.Table}")}";
            var share = field.OutOfVocabulary.IsEmpty ? "" : $", out of vocabulary {unseen} (train / validation / test)";
            Line($"field {field.Field}: {size}{share}{(field.Sampled ? ", quantiles from a sample" : "")}");
        }

        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    static string Rate(TaskCount task) =>
        task.Observed == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100.0 * task.Positives / task.Observed:0.0} %)");
}
