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
        .scripted #plain,.failed #unscripted{display:none}.trouble{font-weight:600}
        """;

    /// <summary>
    /// The text stands in the page from the start and makes way for the charts. Whatever happens to their script (an old browser, a file cut short, a fault),
    /// it comes back, with what to do. In a form that every browser reads.
    /// </summary>
    const string Guard =
        """
        (function () {
          document.documentElement.className = "scripted";
          document.addEventListener("DOMContentLoaded", function () {
            if (document.getElementById("page")) return;
            document.documentElement.className = "failed";
            var trouble = document.getElementById("trouble");
            if (trouble) trouble.hidden = false;
          });
        })();
        """;

    const string Trouble = "The charts could not be drawn: this browser is too old for them, or the file is not whole. What the report says stands below as text and tables; open it in a current browser, or write it again with switchyard report.";

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
            writer.Write($"<script>{Guard}</script>\n</head>\n<body>\n<main id=\"plain\">\n<style>{PlainStyle}</style>\n<p id=\"trouble\" class=\"trouble\" role=\"alert\" hidden>{Trouble}</p>\n");
            writer.Write("<p id=\"unscripted\" class=\"trouble\">The charts are drawn with JavaScript, which is switched off; text and tables are below.</p>\n");
            writer.Write(new PlainPage(RowsBesideCharts).Write(document));
            writer.Write("</main>\n");
        }

        writer.Write("<script type=\"application/json\" id=\"document\">");
        writer.Write(document.ToJson());
        writer.Write("</script>\n");
        if (script is not null) writer.Write($"<script>\n{script}\n</script>\n");
        writer.Write("</body>\n</html>\n");
    }
}
