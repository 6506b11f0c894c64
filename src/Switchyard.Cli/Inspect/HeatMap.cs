using Spectre.Console;

namespace Switchyard.Cli;

/// <summary>Named rows and panels of cells, side by side as far as the terminal is wide, then below.</summary>
static class HeatMap
{
    const int Gap = 2;
    const int LongestName = 30;
    const int ShortestName = 16;

    public static void Write(IAnsiConsole console, string head, IReadOnlyList<string> names, IReadOnlyList<HeatPanel> panels)
    {
        // The last column stays free: some terminals wrap when it is written.
        var width = Math.Max(40, console.Profile.Width - 1);
        var longest = Math.Min(LongestName, names.Append(head).Max(n => n.Length));
        var besideTwo = width - panels.Take(2).Sum(p => p.Width + Gap);
        var nameWidth = besideTwo >= ShortestName ? Math.Min(longest, besideTwo) : longest;
        var lines = Lines([.. panels.SelectMany(p => p.Fit(width - nameWidth - Gap))], width - nameWidth);
        foreach (var line in lines)
        {
            console.WriteLine();
            if (line.Any(p => p.Title.Length > 0)) Text(console, new string(' ', nameWidth) + string.Concat(line.Select(p => new string(' ', Gap) + p.TitleLine())));
            Text(console, Cut(head, nameWidth) + string.Concat(line.Select(p => new string(' ', Gap) + p.HeadLine())));
            for (var row = 0; row < names.Count; row++) Row(console, Cut(names[row], nameWidth), line, row);
        }
    }

    /// <summary>False with NO_COLOR, in a file, in a pipe: shades are then block characters.</summary>
    public static bool InColour(IAnsiConsole console) => console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors;

    /// <summary>A paragraph, cut at spaces where it is too long; what stands in names is not markup.</summary>
    public static void Text(IAnsiConsole console, string text)
    {
        foreach (var line in TerminalReporter.Wrap(text.TrimEnd(), Math.Max(40, console.Profile.Width - 1))) console.WriteLine(line);
    }

    static void Row(IAnsiConsole console, string name, IEnumerable<HeatPanel> panels, int row)
    {
        var colour = InColour(console);
        var line = new Paragraph();
        line.Append(name);
        foreach (var panel in panels)
        {
            line.Append(new string(' ', Gap));
            panel.AppendRow(line, row, colour);
        }

        console.Write(line);
        console.WriteLine();
    }

    static List<List<HeatPanel>> Lines(IEnumerable<HeatPanel> panels, int width)
    {
        List<List<HeatPanel>> lines = [];
        var left = 0;
        foreach (var panel in panels)
        {
            if (lines.Count == 0 || panel.Width + Gap > left)
            {
                lines.Add([]);
                left = width;
            }

            lines[^1].Add(panel);
            left -= panel.Width + Gap;
        }

        return lines;
    }

    static string Cut(string name, int width) => (name.Length <= width ? name : name[..(width - 1)] + "…").PadRight(width);
}
