using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard;

/// <summary>Collects the lines of a report.</summary>
sealed class Findings
{
    readonly List<DataFinding> _lines = [];

    public void Add(Verdict verdict, string check, string subject, string text, long count = 0, IEnumerable<string>? examples = null) =>
        _lines.Add(new DataFinding(verdict, check, subject, text, count, [.. (examples ?? []).Take(5)]));

    /// <summary>Adds a PASS line unless the check has found something.</summary>
    public void PassUnlessFound(string check, string text)
    {
        if (_lines.All(l => l.Check != check)) Add(Verdict.Pass, check, "", text);
    }

    /// <summary>The lines, worst first, otherwise in the order in which they were added.</summary>
    public ImmutableArray<DataFinding> Sorted() => [.. _lines.OrderByDescending(l => l.Verdict)];

    public static string Share(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
