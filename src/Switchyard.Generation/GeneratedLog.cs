using System.Globalization;

namespace Switchyard.Generation;

/// <summary>Writes a world's log row by row; memory does not grow with the rows.</summary>
public static class GeneratedLog
{
    const int RowsBetweenLooks = 10_000;

    /// <summary>Writes the header and the rows of the log, and works out what a model can reach on its test rows.</summary>
    /// <param name="world">The world.</param>
    /// <param name="rows">Rows to write.</param>
    /// <param name="log">Takes the log as CSV.</param>
    /// <param name="probabilities">Takes, for every row of the log in the same order, the true probability of every task as the row was
    /// shown (<c>click</c>) and with positions fixed (<c>click_served</c>); null for none.</param>
    /// <param name="progress">Hears now and then how many rows are written.</param>
    /// <param name="cancellation">Ends the writing between two rows.</param>
    public static Truth Write(
        World world, long rows, TextWriter log, TextWriter? probabilities = null, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        var (scenarios, tasks) = (world.Scenarios.Length, world.Tasks.Length);
        var (served, logged) = (new AucCounter(scenarios, tasks), new AucCounter(scenarios, tasks));
        WriteLine(log, string.Join(',', world.Columns));
        if (probabilities is not null) WriteLine(probabilities, string.Join(',', world.Tasks.SelectMany(t => new[] { t, $"{t}_served" })));
        var row = world.Generate(rows);
        for (var written = 0L; written < rows; written++)
        {
            if (written % RowsBetweenLooks == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(written);
            }

            row.Next();
            WriteLine(log, row.Text);
            if (probabilities is not null) WriteProbabilities(row, tasks, probabilities);
            if (!row.IsTest) continue;
            for (var task = 0; task < tasks; task++)
            {
                var label = row.Label(task) ? 1 : 0;
                served.Add(row.Scenario, task, row.Served(task), label);
                logged.Add(row.Scenario, task, row.Logged(task), label);
            }
        }

        return Truth.Of(world, rows, served, logged);
    }

    static void WriteProbabilities(RowGenerator row, int tasks, TextWriter writer)
    {
        Span<char> text = stackalloc char[64];
        for (var task = 0; task < tasks; task++)
        {
            if (task > 0) writer.Write(',');
            text.TryWrite(CultureInfo.InvariantCulture, $"{row.Logged(task):R},{row.Served(task):R}", out var length);
            writer.Write(text[..length]);
        }

        writer.Write('\n');
    }

    // The same bytes on every system.
    static void WriteLine(TextWriter writer, ReadOnlySpan<char> text)
    {
        writer.Write(text);
        writer.Write('\n');
    }
}
