using System.Globalization;
using System.Net;
using System.Text;

namespace Switchyard.Reports;

/// <summary>The document as headings, sentences and tables: what is read where no script runs.</summary>
/// <param name="mostRows">Rows of a table that are shown; the others are counted.</param>
sealed class PlainPage(int mostRows)
{
    readonly StringBuilder _html = new();

    public string Write(ReportDocument document)
    {
        Line("h1", document.Title);
        Line("p", document.Opening);
        _html.Append("<ul>\n");
        foreach (var line in document.Summary) Line("li", line.Text);
        _html.Append("</ul>\n");
        foreach (var section in document.Sections)
        {
            Line("h2", section.Title);
            foreach (var text in section.Text) Line("p", text);
            foreach (var figure in section.Figures) Write(figure);
        }

        Line("h2", "Where this comes from");
        if (document.Provenance.Command is { } command) Line("pre", command);
        foreach (var fact in document.Provenance.Facts) Line("p", string.Join(": ", fact));
        if (document.Provenance.Comparison is { } comparison) Line("pre", comparison);
        if (document.Provenance.Configuration is { } configuration) Line("pre", configuration);
        Line("p", $"{document.Product}, {document.Created.ToString("u", CultureInfo.InvariantCulture)}");
        return _html.ToString();
    }

    void Write(Figure figure)
    {
        Line("h3", figure.Title);
        Line("p", figure.Description);
        _html.Append("<table>\n<thead><tr>");
        foreach (var column in figure.Columns) Line("th", column.Unit is null ? column.Title : $"{column.Title} ({column.Unit})");
        _html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in figure.Rows.Take(mostRows))
        {
            _html.Append("<tr>");
            for (var c = 0; c < row.Length; c++) Line("td", Shown(row[c], figure.Columns[c]));
            _html.Append("</tr>\n");
        }

        _html.Append("</tbody></table>\n");
        if (figure.Rows.Length > mostRows) Line("p", string.Create(CultureInfo.InvariantCulture, $"{figure.Rows.Length - mostRows:N0} more rows: switchyard report --csv writes all of them."));
        if (figure.Note is { } note) Line("p", note);
    }

    static string Shown(FigureValue value, Column column) => value switch
    {
        { Text: { } text } => text,
        { Number: { } number } when column.Type == ColumnType.Integer => number.ToString("N0", CultureInfo.InvariantCulture),
        { Number: { } number } => number.ToString($"F{column.Digits ?? 4}", CultureInfo.InvariantCulture),
        _ => "–",
    };

    void Line(string element, string text) => _html.Append('<').Append(element).Append('>').Append(WebUtility.HtmlEncode(text)).Append("</").Append(element).Append(">\n");
}
