using System.Globalization;
using System.Text;
using Switchyard.Data;

namespace Switchyard;

/// <summary>A dry run for people.</summary>
static class DryRunText
{
    const int Tables = 5;

    public static string Write(DryRunReport report)
    {
        var text = new StringBuilder();
        Line($"{report.Model}: {CountText.Of(report.Rows[0], "training row")}, {report.Rows[1]:N0} validation, {report.Rows[2]:N0} test; batches of {report.BatchSize:N0}, {CountText.Of(report.Epochs, "epoch")}, {CountText.Of(report.Threads, "thread")}");

        Head("Parameters");
        foreach (var part in report.Parts) Number(part.Part, part.Parameters.ToString("N0", CultureInfo.InvariantCulture), Share(part.Parameters, report.Parameters));
        Number("in all", report.Parameters.ToString("N0", CultureInfo.InvariantCulture));
        if (!report.Tables.IsEmpty)
        {
            var shown = report.Tables.Take(Tables).Select(t => string.Create(CultureInfo.InvariantCulture, $"{OneLine.Of(t.Table)} {t.Rows:N0} × {t.Width}{(t.Count > 1 ? $" ({t.Count:N0} times)" : "")}"));
            Line($"  largest tables: {string.Join(", ", shown)}");
        }

        Head("Memory");
        foreach (var size in report.Memory) Number(size.What, ByteText.Of(size.Bytes));
        Number("in all", ByteText.Of(report.MemoryBytes), $"of {ByteText.Of(report.AvailableMemory)} available");

        if (report is { Forward: { } forward, Training: { } training })
        {
            Head("FLOPs per row (matrix products, at the initial weights)");
            Line($"  {"",-34} {"active experts",16} {"stored experts",16}");
            Flops("forward", forward);
            Flops("training", training);
        }

        if (report.Time is { } time)
        {
            Head(string.Create(CultureInfo.InvariantCulture, $"Time (from {CountText.Of(time.StepsTimed, "step")}; early stopping may end sooner)"));
            Number("speed", string.Create(CultureInfo.InvariantCulture, $"{time.RowsPerSecond:N0}"), "rows/s");
            Range("an epoch", time.Epoch);
            if (time.Validations > 0) Number("a validation", ByteText.OfSeconds(time.Validation));
            Range(string.Create(CultureInfo.InvariantCulture, $"epochs: {report.Epochs:N0}, validations: {time.Validations:N0}"), time.Training);
        }

        Head("Disk");
        foreach (var size in report.Disk) Number(size.What, ByteText.Of(size.Bytes));
        Number("free", ByteText.Of(report.FreeDisk));

        text.Append('\n');
        foreach (var warning in report.Warnings) Line($"WARN {warning}");
        if (report.Warnings.IsEmpty) Line($"PASS memory and disk suffice");
        return text.ToString().TrimEnd();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Head(string head) => text.Append('\n').Append(head).Append('\n');

        void Number(string what, string value, string more = "") => Line($"{$"  {what,-46} {value,16}  {more}".TrimEnd()}");

        void Range(string what, TimeRange range) =>
            Number(what, ByteText.OfSeconds(range.Expected), $"about; {ByteText.OfSeconds(range.Low)} to {ByteText.OfSeconds(range.High)}");

        void Flops(string what, RowFlops flops) => Line($"  {what,-34} {flops.Active,16:N0} {flops.Stored,16:N0}");
    }

    static string Share(long part, long all) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / Math.Max(1, all):0.0} %");
}
