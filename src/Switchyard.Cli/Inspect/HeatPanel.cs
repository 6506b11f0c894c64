using System.Globalization;
using Spectre.Console;

namespace Switchyard.Cli;

/// <summary>A block of cells with one line per row of a map: shares from 0 to 1 as shaded percentages, or plain numbers after them.</summary>
/// <param name="Title">Above the heads.</param>
/// <param name="Heads">One per column.</param>
/// <param name="Shares">[row][column], 0 to 1, NaN where undefined; may have no columns.</param>
sealed record HeatPanel(string Title, IReadOnlyList<string> Heads, IReadOnlyList<IReadOnlyList<double>> Shares)
{
    // A block and three digits.
    const int Number = 4;

    static readonly string Shades = " ░▒▓█";

    // Dark to bright, as viridis: equal steps of a share are equal steps to the eye.
    static readonly Color[] Ramp = [new(68, 1, 84), new(59, 82, 139), new(33, 145, 140), new(94, 201, 98), new(253, 231, 37)];

    /// <summary>Width of a column.</summary>
    public int Cell { get; init; } = Number + 1;

    /// <summary>Head of a last column of plain text; empty for none.</summary>
    public string NoteHead { get; init; } = "";

    /// <summary>The last column, one text per row.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public int Columns => Heads.Count;

    public int Width => Columns * Cell + NoteWidth;

    int NoteWidth => NoteHead.Length == 0 ? 0 : 2 + Math.Max(NoteHead.Length, Notes.Max(n => n.Length));

    /// <summary>As many panels as it takes for none to be wider.</summary>
    public IEnumerable<HeatPanel> Fit(int width)
    {
        var columns = Math.Max(1, (width - NoteWidth) / Cell);
        for (var from = 0; from < Math.Max(1, Columns); from += columns)
        {
            var count = Math.Min(columns, Columns - from);
            yield return this with { Heads = [.. Heads.Skip(from).Take(count)], Shares = [.. Shares.Select(s => (IReadOnlyList<double>)[.. s.Skip(from).Take(count)])] };
        }
    }

    /// <summary>The title over the first number.</summary>
    public string TitleLine()
    {
        var title = new string(' ', Math.Max(0, Cell - Number)) + Title;
        return (title.Length > Width ? title[..Width] : title).PadRight(Width);
    }

    public string HeadLine() => string.Concat(Heads.Select(h => h.PadLeft(Cell))) + NoteHead.PadLeft(NoteWidth);

    /// <summary>Appends a row's cells; in colour the background is the shade, without it a block character before the number.</summary>
    public void AppendRow(Paragraph line, int row, bool colour)
    {
        foreach (var share in Shares[row])
        {
            if (colour)
            {
                line.Append(new string(' ', Cell - Number));
                line.Append(Percent(share).PadLeft(Number), Shade(share));
            }
            else
            {
                line.Append($"{new string(' ', Cell - Number)}{Block(share)}{Percent(share),Number - 1}");
            }
        }

        if (NoteWidth > 0) line.Append(Notes[row].PadLeft(NoteWidth));
    }

    static string Percent(double share) => share switch
    {
        double.NaN => "–",
        0 => "·",
        < 0.005 => "<1",
        _ => Math.Round(100 * share, MidpointRounding.AwayFromZero).ToString("0", CultureInfo.InvariantCulture),
    };

    static char Block(double share) => share is double.NaN or < 0.005 ? Shades[0] : Shades[Math.Min(1 + (int)(4 * share), Shades.Length - 1)];

    static Style Shade(double share)
    {
        if (double.IsNaN(share)) return Style.Plain;
        var place = Math.Clamp(share, 0, 1) * (Ramp.Length - 1);
        var low = Math.Min((int)place, Ramp.Length - 2);
        return new Style(share > 0.6 ? Color.Black : Color.White, Ramp[low].Blend(Ramp[low + 1], (float)(place - low)));
    }
}
