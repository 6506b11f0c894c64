using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace Switchyard.Reports;

/// <summary>
/// The document as JSON: snake case, no white space, absent values left out. &lt;, &gt; and &amp; are escaped, so that no text of the data can end the
/// script element it stands in.
/// </summary>
static class DocumentJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static string Write(ReportDocument document) => JsonSerializer.Serialize(document, Options);
}
