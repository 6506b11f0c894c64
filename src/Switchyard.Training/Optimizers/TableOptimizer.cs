using Switchyard.Engine;
using Switchyard.Kernels;

namespace Switchyard.Training;

/// <summary>
/// Moments and updates of one table. Lazy: a step visits the touched rows and nothing else. Exact: every row also remembers its
/// last step, and the steps it missed are replayed one by one before it is next read, so that it equals the dense update.
/// </summary>
sealed class TableOptimizer
{
    /// <summary>Rows that are asked for before they are updated: they lie anywhere in a table, and fetching them takes longer than the update.</summary>
    const int RowsAtATime = 32;

    readonly EmbeddingTable _table;
    readonly UpdateRule _rule;
    readonly Real[] _m;
    readonly Real[] _v;
    readonly long[]? _lastStep;
    readonly StepRates? _rates;
    readonly int _frozen;

    /// <param name="table">The table.</param>
    /// <param name="rule">How a gradient moves a row.</param>
    /// <param name="rates">Of all steps, where missed ones are to be replayed; null for lazy updates.</param>
    /// <param name="frozen">Rows, the first ones, that are left as they are.</param>
    public TableOptimizer(EmbeddingTable table, UpdateRule rule, StepRates? rates, int frozen)
    {
        (_table, _rule, _rates, _frozen) = (table, rule, rates, frozen);
        _m = new Real[rule.Moments > 0 ? table.Values.Length : 0];
        _v = new Real[rule.Moments > 1 ? table.Values.Length : 0];
        _lastStep = rates is not null ? new long[table.Rows] : null;
        History = new TableHistory(table);
    }

    public TableHistory History { get; }

    public void Step(TableGradient gradient, StepRate rate, long step)
    {
        var width = _table.Width;
        for (var first = 0; first < gradient.Count; first += RowsAtATime)
        {
            var rows = gradient.Rows.Slice(first, Math.Min(RowsAtATime, gradient.Count - first));
            Prepare(rows, step);
            _rule.UpdateRows(_table.Values, gradient.Values.Slice(first * width, rows.Length * width), _m, _v, rows, width, _frozen, rate);
        }
    }

    /// <summary>Asks for what the update of rows will read, and does what comes before it.</summary>
    void Prepare(ReadOnlySpan<int> rows, long step)
    {
        foreach (var row in rows) Ask(row);
        foreach (var row in rows)
        {
            if (row < _frozen) continue;
            CatchUp(row, step - 1);
            History.BeforeWrite(row);
            if (_lastStep is not null) _lastStep[row] = step;
        }
    }

    /// <summary>Returns to the marked rows; the steps taken since then are not owed to them.</summary>
    public void Restore(long step)
    {
        History.Restore();
        _lastStep?.AsSpan().Fill(step);
    }

    /// <summary>What a checkpoint holds of the table and its moments.</summary>
    public IEnumerable<CheckpointArray> Arrays()
    {
        var name = $"table.{_table.Name}";
        yield return CheckpointArray.Of(name, _table.Values, _table.Rows, _table.Width);
        if (_m.Length > 0) yield return CheckpointArray.Of($"{name}.m", _m, _table.Rows, _table.Width);
        if (_v.Length > 0) yield return CheckpointArray.Of($"{name}.v", _v, _table.Rows, _table.Width);
        if (_lastStep is not null) yield return CheckpointArray.Of($"{name}.last_step", _lastStep);
    }

    public void CatchUp(ReadOnlySpan<int> rows, long step)
    {
        if (_lastStep is null) return;
        foreach (var row in rows) CatchUp(row, step);
    }

    public void CatchUpAll(long step)
    {
        if (_lastStep is null) return;
        for (var row = _frozen; row < _table.Rows; row++) CatchUp(row, step);
    }

    void CatchUp(int row, long step)
    {
        if (_lastStep is null || row < _frozen || _lastStep[row] >= step) return;
        var m = Moment(_m, row);
        var v = Moment(_v, row);
        if (!_rule.AtRest(m, v))
        {
            History.BeforeWrite(row);
            for (var missed = _lastStep[row] + 1; missed <= step; missed++) _rule.Idle(_table.Row(row), m, v, _rates![missed]);
        }

        _lastStep[row] = step;
    }

    void Ask(int row)
    {
        var width = _table.Width;
        Prefetch.Values(_table.Values, row * width, width);
        Prefetch.Values(_m, row * width, width);
        Prefetch.Values(_v, row * width, width);
        History.Ask(row);
        if (_lastStep is not null) Prefetch.Values(_lastStep, row, 1);
    }

    Span<Real> Moment(Real[] moments, int row) => moments.Length == 0 ? default : moments.AsSpan(row * _table.Width, _table.Width);
}
