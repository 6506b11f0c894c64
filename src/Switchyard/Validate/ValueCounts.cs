using System.Runtime.InteropServices;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Rows, observed labels and positives of every value (by its code), by part and task. Memory grows with the values.</summary>
sealed class ValueCounts(int tasks)
{
    const int Parts = 3;

    readonly int _width = Parts * (1 + (2 * tasks));
    readonly List<int> _cells = [];

    public int Tasks => tasks;

    public int Values => _cells.Count / _width;

    /// <summary>Counts a row. Labels are 0, 1 or NaN (not observed).</summary>
    public void Add(int code, Part part, ReadOnlySpan<float> labels)
    {
        var needed = (code + 1) * _width;
        if (needed > _cells.Count)
        {
            var before = _cells.Count;
            CollectionsMarshal.SetCount(_cells, needed);
            // What the list held before a merge comes back to light here.
            CollectionsMarshal.AsSpan(_cells)[before..].Clear();
        }

        var cells = CollectionsMarshal.AsSpan(_cells).Slice((code * _width) + ((int)part * (1 + (2 * tasks))), 1 + (2 * tasks));
        cells[0]++;
        for (var t = 0; t < tasks; t++)
        {
            if (float.IsNaN(labels[t])) continue;
            cells[1 + (2 * t)]++;
            if (labels[t] > 0) cells[2 + (2 * t)]++;
        }
    }

    public long Rows(int code, Part part) => Cell(code, part, 0);

    public long Observed(int code, Part part, int task) => Cell(code, part, 1 + (2 * task));

    public long Positives(int code, Part part, int task) => Cell(code, part, 2 + (2 * task));

    /// <summary>Sum over all values.</summary>
    public long Rows(Part part) => Sum(part, 0);

    public long Observed(Part part, int task) => Sum(part, 1 + (2 * task));

    public long Positives(Part part, int task) => Sum(part, 2 + (2 * task));

    /// <summary>Joins values: value c becomes <paramref name="map"/>[c], counts of values that meet are added.</summary>
    public void Merge(ReadOnlySpan<int> map, int values)
    {
        var merged = new int[values * _width];
        for (var code = 0; code < Values; code++)
            for (var i = 0; i < _width; i++)
                merged[(map[code] * _width) + i] += _cells[(code * _width) + i];
        _cells.Clear();
        _cells.AddRange(merged);
    }

    int Cell(int code, Part part, int at) => code >= Values ? 0 : _cells[(code * _width) + ((int)part * (1 + (2 * tasks))) + at];

    long Sum(Part part, int at)
    {
        long sum = 0;
        for (var code = 0; code < Values; code++) sum += Cell(code, part, at);
        return sum;
    }
}
