using Switchyard.Data;

namespace Switchyard.Reports;

/// <summary>Every figure's table as a CSV file of its own.</summary>
static class FigureCsv
{
    /// <summary>Says now what writing would only say at the end.</summary>
    /// <exception cref="InputException">The name is empty or that of a file, or nothing can be written there.</exception>
    public static void RequireFolder(string? folder)
    {
        if (folder is null) return;
        if (string.IsNullOrWhiteSpace(folder)) throw new InputException("--csv: the name is empty; name a folder.");
        if (File.Exists(folder)) throw new InputException($"--csv {folder} cannot be written: it is a file; name a folder.");
        TextFile.RequireWritable(("--csv", Path.Combine(folder, "figures.csv")));
    }

    /// <summary>Writes FOLDER/FIGURE.csv for every figure.</summary>
    public static void Write(ReportDocument document, string folder)
    {
        foreach (var figure in document.Figures()) TextFile.Write(Path.Combine(folder, $"{figure.Id}.csv"), writer => Write(figure, writer));
    }

    /// <summary>
    /// A text that a spreadsheet would take for a formula gets a ' before it: names come from data that others wrote. Numbers stay as they are.
    /// </summary>
    static string Inert(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? $"'{text}" : text;

    public static void Write(Figure figure, TextWriter writer)
    {
        using var csv = new CsvTable(writer, [.. figure.Columns.Select(c => c.Name)]);
        foreach (var row in figure.Rows) csv.Add([.. row.Select(v => v.Text is { } text ? Inert(text) : v.ToString())]);
    }
}
