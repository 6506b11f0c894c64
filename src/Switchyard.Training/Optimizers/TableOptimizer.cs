using Switchyard.Engine;

namespace Switchyard.Training;

/// <summary>
/// Moments and updates of one table. Lazy: a step visits the touched rows and nothing else. Exact: every row also remembers its
/// last step, and the steps it missed are replayed one by one before it is next read, so that it equals the dense update.
/// </summary>
sealed class TableOptimizer
{
    readonly EmbeddingTable _table;
    readonly UpdateRule _rule;
    readonly Real[] _m;
    readonly Real[] _v;
    readonly long[]? _lastStep;
    StepRate[] _rates = [];

    public TableOptimizer(EmbeddingTable table, UpdateRule rule, bool replay)
    {
        (_table, _rule) = (table, rule);
        _m = new Real[rule.Moments > 0 ? table.Values.Length : 0];
        _v = new Real[rule.Moments > 1 ? table.Values.Length : 0];
        _lastStep = replay ? new long[table.Rows] : null;
        History = new TableHistory(table);
    }

    public TableHistory History { get; }

    public void Step(TableGradient gradient, StepRate rate, long step)
    {
        if (_lastStep is not null) Remember(rate, step);
        var width = _table.Width;
        var rows = gradient.Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            CatchUp(row, step - 1);
            History.BeforeWrite(row);
            _rule.Update(_table.Row(row), gradient.Values.Slice(i * width, width), Moment(_m, row), Moment(_v, row), rate);
            if (_lastStep is not null) _lastStep[row] = step;
        }
    }

    public void CatchUp(ReadOnlySpan<int> rows, long step)
    {
        if (_lastStep is null) return;
        foreach (var row in rows) CatchUp(row, step);
    }

    public void CatchUpAll(long step)
    {
        if (_lastStep is null) return;
        for (var row = 0; row < _table.Rows; row++) CatchUp(row, step);
    }

    void CatchUp(int row, long step)
    {
        if (_lastStep is null || _lastStep[row] >= step) return;
        var m = Moment(_m, row);
        var v = Moment(_v, row);
        if (!_rule.AtRest(m, v))
        {
            History.BeforeWrite(row);
            for (var missed = _lastStep[row] + 1; missed <= step; missed++) _rule.Idle(_table.Row(row), m, v, _rates[missed - 1]);
        }

        _lastStep[row] = step;
    }

    void Remember(StepRate rate, long step)
    {
        if (_rates.Length < step) Array.Resize(ref _rates, (int)Math.Max(1024, 2 * step));
        _rates[step - 1] = rate;
    }

    Span<Real> Moment(Real[] moments, int row) => moments.Length == 0 ? default : moments.AsSpan(row * _table.Width, _table.Width);
}
