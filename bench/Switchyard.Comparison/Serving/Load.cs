using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Switchyard.Comparison;

/// <summary>Looks at a response on the thread that got it.</summary>
/// <param name="request">Index of the request.</param>
/// <param name="status">Status of the response.</param>
/// <param name="body">Its body.</param>
delegate void ResponseCheck(int request, int status, ReadOnlySpan<byte> body);

/// <summary>
/// Requests at a constant rate over a bounded number of connections. Every request has a time at which it is due, whatever became of those before it,
/// and its latency counts from then: a server that stalls is charged for all that had to wait (no coordinated omission). Without a rate, every
/// connection sends the next request when it has the answer to the last. A rate is kept by one thread for all connections (<see cref="PacedLoad"/>), so
/// that the load is one of those who want a core, not a thousand; anything else has a thread for every connection.
/// </summary>
/// <param name="Address">The server.</param>
/// <param name="Requests">Sent in turn.</param>
/// <param name="Connections">Connections.</param>
/// <param name="Rate">Requests per second; 0 = as many as come back.</param>
/// <param name="Seconds">How long; 0 = until <paramref name="Count"/>.</param>
/// <param name="Count">Requests at most; 0 = no limit.</param>
/// <param name="Check">Looks at every response; null for nobody.</param>
sealed record Load(IPEndPoint Address, byte[][] Requests, int Connections, double Rate, double Seconds, int Count = 0, ResponseCheck? Check = null)
{
    const int StackBytes = 1 << 18;

    /// <summary>After the end, what is still due is left out after so long.</summary>
    public const double MostLateSeconds = 5;

    /// <summary>Runs it to its end.</summary>
    public LoadResult Run() => Rate > 0 && Count == 0 && Check is null && PacedLoad.IsPossible ? new PacedLoad(this).Run() : RunThreads();

    LoadResult RunThreads()
    {
        var cpu = Environment.CpuUsage.TotalTime;
        using var ready = new CountdownEvent(Connections);
        using var begin = new ManualResetEventSlim();
        var connections = Enumerable.Range(0, Connections).Select(_ => new Worker(this) { Ready = ready, Begin = begin }).ToArray();
        var threads = connections.Select(c => new Thread(c.Run, StackBytes) { IsBackground = true }).ToArray();
        foreach (var thread in threads) thread.Start();
        // All connections are open before the first request is due.
        ready.Wait();
        var turns = new Turns(Stopwatch.GetTimestamp() + Ticks(0.05));
        foreach (var connection in connections) connection.Turns = turns;
        begin.Set();
        foreach (var thread in threads) thread.Join();
        var seconds = Stopwatch.GetElapsedTime(turns.Start).TotalSeconds;
        return new LoadResult(
            seconds,
            [.. connections.SelectMany(c => c.Answers)],
            connections.Sum(c => c.Failures),
            connections.Sum(c => c.Left),
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / seconds);
    }

    static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    sealed class Turns(long start)
    {
        public long Start => start;

        public int Next;
    }

    sealed class Worker(Load load)
    {
        public Turns Turns { get; set; } = new(0);

        public required CountdownEvent Ready { get; init; }

        public required ManualResetEventSlim Begin { get; init; }

        public List<Answer> Answers { get; } = new(1 << 12);

        public int Failures { get; private set; }

        public int Left { get; private set; }

        public void Run()
        {
            using var connection = new HttpConnection(load.Address);
            connection.Open();
            Ready.Signal();
            Begin.Wait();
            var end = load.Seconds > 0 ? Turns.Start + Ticks(load.Seconds) : long.MaxValue;
            while (true)
            {
                var turn = Interlocked.Increment(ref Turns.Next) - 1;
                if (load.Count > 0 && turn >= load.Count) return;
                var now = Stopwatch.GetTimestamp();
                var due = load.Rate > 0 ? Turns.Start + Ticks(turn / load.Rate) : Math.Max(now, Turns.Start);
                if (due >= end) return;
                if (end < long.MaxValue && now > end + Ticks(MostLateSeconds))
                {
                    Left++;
                    continue;
                }

                ThreadTime.SleepUntil(due);
                var request = turn % load.Requests.Length;
                var sent = Stopwatch.GetTimestamp();
                try
                {
                    var status = connection.Exchange(load.Requests[request]);
                    Answers.Add(Answer.Of(status, Turns.Start, due, sent));
                    load.Check?.Invoke(request, status, connection.Body);
                }
                catch (Exception e) when (e is IOException or SocketException)
                {
                    Failures++;
                }
            }
        }
    }
}

/// <summary>A request's answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Second">Seconds from the load's start until the request was due.</param>
/// <param name="Milliseconds">From then until the answer.</param>
/// <param name="Late">Milliseconds of them before it was sent: all connections waited for answers, or the load had no core.</param>
readonly record struct Answer(int Status, float Second, float Milliseconds, float Late)
{
    /// <summary>One that is there now.</summary>
    public static Answer Of(int status, long start, long due, long sent) => new(
        status, (float)Stopwatch.GetElapsedTime(start, due).TotalSeconds, (float)Stopwatch.GetElapsedTime(due).TotalMilliseconds,
        (float)Stopwatch.GetElapsedTime(due, sent).TotalMilliseconds);
}

/// <summary>What came back.</summary>
/// <param name="Seconds">From the first request to the last response.</param>
/// <param name="All">The answers, in no order that matters.</param>
/// <param name="Failures">Requests without an answer.</param>
/// <param name="Left">Requests that were not sent any more.</param>
/// <param name="Cores">Cores that the load itself took.</param>
sealed record LoadResult(double Seconds, IReadOnlyList<Answer> All, int Failures, int Left, double Cores)
{
    public int Answers => All.Count;

    public double Rate => Answers / Seconds;

    public int Of(int status) => All.Count(a => a.Status == status);

    /// <summary>Whether all were answered, with status 200.</summary>
    public bool IsWhole => Failures == 0 && Left == 0 && Of(200) == Answers;

    /// <summary>Latency of those with a status; NaN without any.</summary>
    public Percentiles Latency(int status) => Latency(All.Where(a => a.Status == status));

    /// <summary>How late requests were sent.</summary>
    public Percentiles Lag => Percentiles.Of([.. All.Select(a => (double)a.Late)]);

    /// <summary>The count of every status.</summary>
    public string Statuses => string.Join(", ", All.CountBy(a => a.Status).OrderBy(c => c.Key).Select(c => $"{c.Value:N0} × {c.Key}").Concat(Failures > 0 ? [$"{Failures} without answer"] : []).Concat(Left > 0 ? [$"{Left} not sent"] : []));

    /// <summary>Latency of some; NaN of none.</summary>
    public static Percentiles Latency(IEnumerable<Answer> answers) =>
        answers.Select(a => (double)a.Milliseconds).ToList() is { Count: > 0 } all ? Percentiles.Of(all) : new Percentiles(double.NaN, double.NaN);
}
