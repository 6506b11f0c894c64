using System.Globalization;
using Switchyard.Server;

namespace Switchyard.Cli;

/// <summary>A replay as lines of text.</summary>
static class ReplayWriter
{
    /// <summary>Scenarios shown of a task; the JSON has all.</summary>
    const int Scenarios = 20;

    public static void Write(TextWriter output, ReplayReport report)
    {
        Say(output, $"{report.Requests:N0} requests, {report.Items:N0} items replayed with {report.Digest[..12]}");
        if (report.OtherModels > 0) Say(output, $"passed over, of other models: {report.OtherModels:N0}");
        foreach (var cut in report.Cut) output.WriteLine(OneLine.Of(cut));
        foreach (var task in report.Unmatched) output.WriteLine(OneLine.Of(task));
        if (report.Bad > 0) List(output, $"{report.Bad:N0} records cannot be replayed", report.BadRecords);
        if (report.ExactScores > 0) Exact(output, report);
        if (report.Tasks.Length > 0) Compared(output, report);
    }

    static void Exact(TextWriter output, ReplayReport report)
    {
        if (report.DifferentScores == 0) Say(output, $"recorded by the same version: all {report.ExactScores:N0} scores have the same bits");
        else List(output, $"recorded by the same version: {report.DifferentScores:N0} of {report.ExactScores:N0} scores have other bits", report.Differences.Select(Line));
    }

    static void Compared(TextWriter output, ReplayReport report)
    {
        output.WriteLine("recorded by another version, absolute differences:");
        foreach (var task in report.Tasks.GroupBy(t => t.Task))
        {
            foreach (var difference in task.Take(Scenarios + 1))
                Say(output, $"  {OneLine.Of(difference.Task),-16} {OneLine.Of(difference.Scenario ?? "all"),-24} largest {difference.Largest,-12:G6} mean {difference.Mean,-12:G6} of {difference.Scores:N0}");
            if (task.Count() > Scenarios + 1) Say(output, $"  … and {task.Count() - Scenarios - 1} scenarios; --json has all");
        }

        if (report.Orders.Orders > 0) Say(output, $"orders: {report.Orders.First:N0} of {report.Orders.Orders:N0} have another first item, {report.Orders.FirstTen:N0} other first ten or in another order");
        if (!report.Worst.IsEmpty) List(output, $"the requests that differ most", report.Worst.Select(Line));
    }

    static string Line(ScoreDifference d) => string.Create(
        CultureInfo.InvariantCulture,
        $"{d.File}:{d.Line}: item {d.Item}{(d.Id.Length > 0 ? $" ({d.Id})" : "")}, {d.Task}: recorded {d.Recorded:R}, replayed {d.Replayed:R}, difference {d.Difference:G6}");

    static void List(TextWriter output, FormattableString head, IEnumerable<string> lines)
    {
        Say(output, $"{head.ToString(CultureInfo.InvariantCulture)}:");
        foreach (var line in lines) output.WriteLine($"  {OneLine.Of(line)}");
    }

    static void Say(TextWriter output, FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
