using System.Globalization;
using System.Text;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Testing;

/// <summary>Requests recorded as a server does it, without one.</summary>
static class Records
{
    /// <summary>Scores a request and appends its record to a file.</summary>
    /// <param name="file">The file; it need not be there yet.</param>
    /// <param name="bundle">Folder of the model that answers.</param>
    /// <param name="body">The request.</param>
    /// <param name="second">When, in seconds after midday.</param>
    /// <returns>The line.</returns>
    public static string Append(string file, string bundle, string body, int second = 0)
    {
        var (json, isRank) = (Encoding.UTF8.GetBytes(body), RequestReader.IsRank(Encoding.UTF8.GetBytes(body)));
        var request = new RankRequest();
        request.Begin(new ServedModel("shop", "3", ModelBundle.Load(bundle), UnknownScenarioRule.Average));
        new RequestReader().Read(json, isRank, request);
        request.EndGiven();
        DirectScoring.Score(request, CancellationToken.None);
        using var line = new RecordLine();
        line.Write(request, json, isRank, DateTimeOffset.Parse("2026-11-22T12:00:00Z", CultureInfo.InvariantCulture).AddSeconds(second));
        using var stream = new FileStream(file, FileMode.Append);
        stream.Write(line.Bytes.Span);
        return Encoding.UTF8.GetString(line.Bytes.Span);
    }
}
