using System.Globalization;
using CsvHelper;

namespace Switchyard;

/// <summary>A table with a header as CSV: lines end in \n, values that need them have quotes, numbers are written so that they read back as they were.</summary>
sealed class CsvTable : IDisposable
{
    readonly CsvWriter _csv;

    /// <param name="writer">Receives the lines; stays open.</param>
    /// <param name="heads">Names of the columns.</param>
    public CsvTable(TextWriter writer, string[] heads)
    {
        _csv = CsvWriter.Create(writer, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        Add(heads);
    }

    public static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>A line, one value a column.</summary>
    public void Add(string[] values) => _csv.WriteRecord(values);

    public void Dispose() => _csv.Dispose();
}
