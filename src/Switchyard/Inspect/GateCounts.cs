using System.Collections.Immutable;
using Switchyard.Engine;

namespace Switchyard;

/// <summary>Sums over rows that passed one gate.</summary>
sealed class GateCounts(int experts, bool selects)
{
    readonly long[] _specific = new long[selects ? experts : 0];
    readonly long[] _shared = new long[selects ? experts : 0];
    readonly long[] _chosen = new long[experts];
    readonly double[] _weight = new double[experts];
    long _rows;
    long _compared;
    long _changed;

    /// <summary>Adds a row.</summary>
    /// <param name="g">The graph after the pass.</param>
    /// <param name="gate">One of its gates.</param>
    /// <param name="row">The row.</param>
    /// <param name="twin">The same gate of a model compared with, if there is one.</param>
    public void Add(Graph g, in GateNote gate, int row, in GateTwin? twin)
    {
        _rows++;
        if (twin is { } other)
        {
            _compared++;
            if (other.Differs(g, gate, row)) _changed++;
        }

        var weights = g.Value(gate.Weights).Slice(row * _weight.Length, _weight.Length);
        for (var k = 0; k < weights.Length; k++)
        {
            _weight[k] += weights[k];
            if (weights[k] != 0) _chosen[k]++;
        }

        Count(g, gate.Specific, row, _specific);
        Count(g, gate.Shared, row, _shared);
    }

    public void Add(GateCounts other)
    {
        _rows += other._rows;
        _compared += other._compared;
        _changed += other._changed;
        for (var k = 0; k < _weight.Length; k++)
        {
            _weight[k] += other._weight[k];
            _chosen[k] += other._chosen[k];
        }

        for (var k = 0; k < _specific.Length; k++)
        {
            _specific[k] += other._specific[k];
            _shared[k] += other._shared[k];
        }
    }

    public GateUse Use(string? task, string? column, string? scenario) => new()
    {
        Task = task,
        Column = column,
        Scenario = scenario,
        Rows = _rows,
        Specific = Shares(_specific),
        Shared = Shares(_shared),
        Chosen = Shares(_chosen),
        Weight = [.. _weight.Select(w => w / _rows)],
        Changed = _compared == 0 ? null : (double)_changed / _compared,
    };

    ImmutableArray<double> Shares(long[] counts) => [.. counts.Select(c => (double)c / _rows)];

    static void Count(Graph g, Tensor mask, int row, long[] counts)
    {
        if (counts.Length == 0) return;
        var chosen = g.Value(mask).Slice(row * counts.Length, counts.Length);
        for (var k = 0; k < chosen.Length; k++)
        {
            if (chosen[k] != 0) counts[k]++;
        }
    }
}
