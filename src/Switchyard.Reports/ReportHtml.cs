using System.Net;

namespace Switchyard.Reports;

/// <summary>One HTML file with everything in it: the document, the script that draws it, and its sentences and tables for whoever runs no script.</summary>
static class ReportHtml
{
    /// <summary>Rows of a table in a page that has charts too.</summary>
    const int RowsBesideCharts = 40;

    const int RowsWithoutCharts = 400;

    const string PlainStyle =
        """
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
        table{border-collapse:collapse;display:block;overflow-x:auto;font-variant-numeric:tabular-nums}
        th,td{border:1px solid #8888;padding:.2rem .5rem;text-align:left}pre{overflow-x:auto;white-space:pre-wrap}
        """;

    public static void Write(ReportDocument document, string? script, TextWriter writer)
    {
        writer.Write($"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{WebUtility.HtmlEncode(document.Title)}</title>\n");

        // Nothing is fetched: neither what the data say nor what a reader opens may call anybody.
        writer.Write("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:\">\n");
        if (script is null)
        {
            writer.Write($"<style>{PlainStyle}</style>\n</head>\n<body>\n<main>\n{new PlainPage(RowsWithoutCharts).Write(document)}</main>\n");
        }
        else
        {
            writer.Write($"</head>\n<body>\n<noscript>\n<style>{PlainStyle}</style>\n{new PlainPage(RowsBesideCharts).Write(document)}</noscript>\n");
        }

        writer.Write("<script type=\"application/json\" id=\"document\">");
        writer.Write(document.ToJson());
        writer.Write("</script>\n");
        if (script is not null) writer.Write($"<script>\n{script}\n</script>\n");
        writer.Write("</body>\n</html>\n");
    }
}
