using System.Diagnostics;

namespace Switchyard.Comparison;

/// <summary>Rows per second of a training that was watched and, in the middle of the same cycle, of one that was not.</summary>
/// <param name="Watched">Of the epochs right before and right behind the other.</param>
/// <param name="Alone">Of the epoch without watchers.</param>
readonly record struct WatchCycle(double Watched, double Alone);

/// <summary>
/// Stops a training's watchers in every fourth epoch and reads the training's rate: an epoch watched, one alone, two watched, and so on. Whole
/// epochs, for the first steps of one are not as fast as its last; as short as can be, for a machine's speed drifts.
/// </summary>
/// <remarks>What the page saves up while it is stopped it does when it goes on, so that the cost comes out too high rather than too low.</remarks>
sealed class WatchCycles(WatchingBrowser browser, PausableTime time) : IMetricSink
{
    // The rate of the first seconds is not yet that of the training, and the page draws more often when it was just opened.
    static readonly TimeSpan Warming = TimeSpan.FromSeconds(12);

    readonly List<WatchCycle> _cycles = [];
    readonly (long Step, double Seconds)[] _marks = new (long, double)[5];
    int _batch;
    int _next;
    long _due;
    long _began;
    double _browserBegan;

    /// <summary>The whole cycles.</summary>
    public IReadOnlyList<WatchCycle> Cycles => _cycles;

    /// <summary>Wall time in which the browser ran, from the first cycle on.</summary>
    public double WatchedSeconds { get; private set; }

    /// <summary>Processor time of the browser from the first cycle on.</summary>
    public double BrowserSeconds { get; private set; }

    public void Write(MetricEvent happened)
    {
        switch (happened)
        {
            case RunEvent run:
                _batch = run.BatchSize;
                _due = Stopwatch.GetTimestamp() + Ticks(Warming);
                break;
            case ValidationEvent validation when Stopwatch.GetTimestamp() >= _due:
                Mark(validation);
                break;
            case EndEvent when _cycles.Count > 0:
                Continue();
                BrowserSeconds = browser.ProcessorSeconds() - _browserBegan;
                if (_next is 1 or 3 or 4) WatchedSeconds += Stopwatch.GetElapsedTime(_began).TotalSeconds;
                break;
        }
    }

    /// <summary>Ends an epoch of a cycle and begins the next.</summary>
    void Mark(ValidationEvent epoch)
    {
        if (_next is 1 or 3 or 4) WatchedSeconds += Stopwatch.GetElapsedTime(_began).TotalSeconds;
        else if (_next == 0) _browserBegan = browser.ProcessorSeconds();
        _marks[_next++] = (epoch.Step, epoch.Seconds);
        if (_next == 5)
        {
            var ((s0, t0), (s1, t1), (s2, t2), (s3, t3)) = (_marks[0], _marks[1], _marks[2], _marks[3]);
            _cycles.Add(new WatchCycle(_batch * (s1 - s0 + s3 - s2) / (t1 - t0 + t3 - t2), _batch * (s2 - s1) / (t2 - t1)));
            (_marks[0], _next) = (_marks[4], 1);
        }

        if (_next == 2) Stop();
        else if (_next == 3) Continue();
        _began = Stopwatch.GetTimestamp();
    }

    void Stop()
    {
        time.IsHeld = true;
        browser.Stop();
    }

    void Continue()
    {
        browser.Continue();
        time.IsHeld = false;
    }

    static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}
