using System.Runtime.ExceptionServices;

namespace Switchyard.Data;

/// <summary>In which order the mistakes of one row are reported.</summary>
enum ImportOrder { Begin, Field, Level, Label, Weight, Group, End }

/// <summary>
/// What is done with every row of a block, in lanes that know nothing of each other: a lane takes the rows in their order, and threads take
/// lanes. So the result is that of one thread doing everything row by row, and so is the mistake that is reported.
/// </summary>
sealed class ImportLanes : IDisposable
{
    readonly List<Lane> _lanes = [];
    readonly Dictionary<string, Lane> _byName = new(StringComparer.Ordinal);
    readonly int _threads;
    BackgroundJob[]? _helpers;
    TextBlock? _block;
    int _from;
    int _to;
    int _next;
    int _steps;

    /// <param name="threads">Threads that take lanes, the caller among them.</param>
    public ImportLanes(int threads) => _threads = threads;

    /// <summary>Threads beside the caller: a lane is one thread's at a time, so that more than one for each would find nothing to do.</summary>
    public int Helpers => Math.Max(0, Math.Min(_threads, _lanes.Count) - 1);

    public delegate void RowAction(TextRow row, int at, Part part);

    public delegate void EveryRowAction(TextRow row, Part? part);

    /// <summary>Adds a step for the rows of a part.</summary>
    /// <param name="lane">Steps of one name share what they change.</param>
    /// <param name="order">Place among the steps of a row.</param>
    /// <param name="run">Given the row, its place in its part's block, and the part.</param>
    public void Add(string lane, ImportOrder order, RowAction run) => LaneOf(lane).Add(new Step(order, _steps++, run, null));

    /// <summary>Adds a step for all rows, those in no part among them.</summary>
    public void OfEveryRow(string lane, ImportOrder order, EveryRowAction run) => LaneOf(lane).Add(new Step(order, _steps++, null, run));

    /// <summary>Runs all steps on rows of a block.</summary>
    /// <exception cref="InputException">The first mistake of the first row that has one.</exception>
    public void Run(TextBlock block, int from, int to)
    {
        (_block, _from, _to, _next) = (block, from, to, 0);
        _helpers ??= [.. Enumerable.Range(1, Helpers).Select(i => new BackgroundJob($"import lane {i}", TakeLanes))];
        foreach (var helper in _helpers) helper.Start();
        TakeLanes();
        foreach (var helper in _helpers) helper.Finish();
        Lane? first = null;
        foreach (var lane in _lanes)
        {
            if (lane.Failure is not null && (first is null || lane.FailedAt.CompareTo(first.FailedAt) < 0)) first = lane;
        }

        if (first is not null) ExceptionDispatchInfo.Throw(first.Failure!);
    }

    public void Dispose()
    {
        foreach (var helper in _helpers ?? []) helper.Dispose();
    }

    void TakeLanes()
    {
        for (var i = Interlocked.Increment(ref _next) - 1; i < _lanes.Count; i = Interlocked.Increment(ref _next) - 1) _lanes[i].Run(_block!, _from, _to);
    }

    Lane LaneOf(string name)
    {
        if (!_byName.TryGetValue(name, out var lane)) _lanes.Add(_byName[name] = lane = new Lane());
        return lane;
    }

    readonly record struct Step(ImportOrder Order, int Number, RowAction? Run, EveryRowAction? RunEvery);

    sealed class Lane
    {
        readonly BlockRow _row = new();
        Step[] _steps = [];

        public Exception? Failure { get; private set; }

        public (int Row, ImportOrder Order, int Number) FailedAt { get; private set; }

        public void Add(Step step) => _steps = [.. _steps.Append(step).OrderBy(s => (s.Order, s.Number))];

        public void Run(TextBlock block, int from, int to)
        {
            var (at, order, number) = (from, default(ImportOrder), 0);
            try
            {
                for (; at < to; at++)
                {
                    _row.Move(block, at);
                    var part = block.Parts[at];
                    foreach (var step in _steps)
                    {
                        (order, number) = (step.Order, step.Number);
                        if (step.RunEvery is not null) step.RunEvery(_row, part);
                        else if (part is { } known) step.Run!(_row, block.At[at], known);
                    }
                }
            }
#pragma warning disable CA1031 // Thrown once it is known which lane's mistake comes first.
            catch (Exception e)
#pragma warning restore CA1031
            {
                (Failure, FailedAt) = (e, (at, order, number));
            }
        }
    }
}
