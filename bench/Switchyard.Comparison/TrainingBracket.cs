using System.Diagnostics;

namespace Switchyard.Comparison;

/// <summary>Measures times between a training's first event and its last.</summary>
/// <param name="measures">Each gives the seconds on a clock of its own.</param>
sealed class TrainingBracket(params Func<double>[] measures) : IMetricSink
{
    double[]? _began;
    double[]? _took;

    /// <summary>Seconds of each measure.</summary>
    /// <exception cref="InvalidOperationException">No training has come to an end.</exception>
    public IReadOnlyList<double> Seconds => _took ?? throw new InvalidOperationException("No training has come to an end.");

    public void Write(MetricEvent happened)
    {
        if (happened is not (RunEvent or EndEvent)) return;
        var now = measures.Select(m => m()).ToArray();
        if (happened is RunEvent) _began = now;
        else _took = [.. now.Zip(_began!, (end, begin) => end - begin)];
    }

    /// <summary>Wall time.</summary>
    public static double Wall() => Stopwatch.GetElapsedTime(0).TotalSeconds;

    /// <summary>Processor time of this process.</summary>
    public static double ThisProcess() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
