using System.Text;

namespace Switchyard.Evaluation;

/// <summary>A Markdown table padded so that its columns line up as plain text.</summary>
public static class MarkdownTable
{
    /// <summary>
    /// Appends a table: the first columns aligned left, the others right. A last column headed "note" is aligned left, left out where empty.
    /// </summary>
    public static void Append(StringBuilder text, string[] heads, int leftColumns, IReadOnlyList<string[]> lines)
    {
        var hasNotes = heads[^1] == "note";
        var count = hasNotes && lines.All(line => line[^1].Length == 0) ? heads.Length - 1 : heads.Length;
        var widths = new int[count];
        for (var column = 0; column < count; column++)
            widths[column] = Math.Max(3, Math.Max(heads[column].Length, lines.Max(line => Escape(line[column]).Length)));

        AppendLine(heads);
        text.Append('|');
        for (var column = 0; column < count; column++)
            text.Append(' ').Append('-', widths[column] - (IsLeft(column) ? 0 : 1)).Append(IsLeft(column) ? " |" : ": |");
        text.Append('\n');
        foreach (var line in lines) AppendLine(line);

        bool IsLeft(int column) => column < leftColumns || (hasNotes && column == heads.Length - 1);

        void AppendLine(string[] values)
        {
            text.Append('|');
            for (var column = 0; column < count; column++)
            {
                var value = Escape(values[column]);
                text.Append(' ').Append(IsLeft(column) ? value.PadRight(widths[column]) : value.PadLeft(widths[column])).Append(" |");
            }

            text.Append('\n');
        }
    }

    static string Escape(string value) => value.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');
}
