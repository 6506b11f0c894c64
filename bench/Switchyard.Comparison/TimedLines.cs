using System.Diagnostics;

namespace Switchyard.Comparison;

/// <summary>Lines of a table that take turns: a round that does not count, then so many that do.</summary>
sealed class TimedLines(int rounds)
{
    readonly List<Line> _lines = [];

    /// <summary>Called after the first two lines of the round that does not count.</summary>
    public Action? Warm { get; set; }

    /// <summary>Something of ours.</summary>
    public void Add(string what, Action run) => _lines.Add(new(what, null, run));

    /// <summary>A peer that says how many seconds it took; null leaves its line out.</summary>
    public void AddPeer(string what, Func<double?> seconds) => _lines.Add(new(what, seconds, null));

    public void Run()
    {
        for (var round = 0; round <= rounds; round++)
        {
            for (var i = 0; i < _lines.Count; i++)
            {
                Console.Error.WriteLine($"round {round} of {rounds}: {_lines[i].What}");
                if (round > 0) _lines[i].Measure();
                else _lines[i].Ours?.Invoke();
                if (round == 0 && i == 1) Warm?.Invoke();
            }
        }
    }

    public void Print(string title) => TextTable.Print(
        $"| {title} | seconds, median of {rounds} rounds (all rounds) | seconds of processor |",
        _lines.Where(l => l.Seconds.Count > 0).Select(l => l.Text));

    sealed record Line(string What, Func<double?>? Peer, Action? Ours)
    {
        readonly List<double> _processor = [];

        public List<double> Seconds { get; } = [];

        public string Text =>
            $"| {What} | {Median(Seconds):0.00} ({string.Join(", ", Seconds.Select(t => $"{t:0.00}"))}) | {(_processor.Count > 0 ? $"{Median(_processor):0.00}" : "")} |";

        public void Measure()
        {
            if (Peer is not null)
            {
                if (Peer() is { } seconds) Seconds.Add(seconds);
                return;
            }

            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            Ours!();
            Seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            _processor.Add((Environment.CpuUsage.TotalTime - used).TotalSeconds);
        }

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
