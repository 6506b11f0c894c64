using Switchyard.Data;
using Switchyard.Models;
using Switchyard.Serving;

namespace Switchyard.Server;

/// <summary>
/// Scores recorded requests again, by the code that served them: with the weights that they were recorded with, every score must have the
/// same bits; with others, the differences are measured.
/// </summary>
public static class Replay
{
    /// <summary>Records that are scored between two steps of the report, for each thread.</summary>
    const int Step = 64;

    /// <summary>Replays files of records.</summary>
    /// <param name="options">What, and with which bundle.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="InputException">There is no such file, no record in it, no such bundle, or the report cannot be written.</exception>
    public static ReplayReport Run(ReplayOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        TextFile.RequireWritable(("--json", options.Json));
        // A recorded request was accepted, whatever its scenario.
        var model = new ServedModel("replay", "", ModelBundle.Load(options.Bundle, cancellation), UnknownScenarioRule.Average);
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        using var source = new RecordSource(options.Files);
        var tally = new ReplayTally(options.Listed);
        var queue = new ScoringQueue(new ScoringQueueOptions { Workers = threads });
        ReplayedRequest[] requests = [.. Enumerable.Range(0, threads * Step).Select(_ => new ReplayedRequest())];
        var parallel = new System.Threading.Tasks.ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        for (var count = requests.Length; count == requests.Length;)
        {
            count = Take(source, requests, tally);
            Parallel.For(0, count, parallel, i => requests[i].Run(model, queue, options.Model));
            for (var i = 0; i < count; i++) tally.Add(requests[i]);
        }

        queue.DisposeAsync().AsTask().GetAwaiter().GetResult();
        var report = tally.Report(options.Bundle, model.Digest);
        if (report.Requests + report.Bad == 0) throw Nothing(options, report);
        if (options.Json is not null) TextFile.Write(options.Json, report.ToJson());
        return report;
    }

    static int Take(RecordSource source, ReplayedRequest[] requests, ReplayTally tally)
    {
        var count = 0;
        while (count < requests.Length && source.Next(out var line))
        {
            if (source.IsCut && !RecordedRequest.IsWhole(line)) tally.AddCut(source.File, source.Line);
            else requests[count++].Take(line, source.File, source.Line);
        }

        return count;
    }

    static InputException Nothing(ReplayOptions options, ReplayReport report) => new(
        report.OtherModels > 0
            ? $"{options.Files[0]}: no record is of a model called {options.Model}; {report.OtherModels} are of others."
            : $"{options.Files[0]}: there is no whole record; send requests to a server that was started with --record.");
}
