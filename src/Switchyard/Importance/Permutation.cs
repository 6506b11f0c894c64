using Switchyard.Engine;

namespace Switchyard;

/// <summary>Which row every row takes a value from: a random order within strata (the rows of one scenario), or of all rows.</summary>
sealed class Permutation
{
    readonly int[] _byStratum;
    readonly int[] _starts;
    readonly int[] _order;

    /// <param name="strata">Stratum of every row; values change places within one.</param>
    public Permutation(int[] strata)
    {
        _byStratum = [.. Enumerable.Range(0, strata.Length)];
        var keys = (int[])strata.Clone();
        Array.Sort(keys, _byStratum);
        _starts = [.. Enumerable.Range(0, keys.Length).Where(i => i == 0 || keys[i] != keys[i - 1]), keys.Length];

        // The sort is not stable; the draw must depend on seed and name alone.
        for (var s = 0; s + 1 < _starts.Length; s++) Array.Sort(_byStratum, _starts[s], _starts[s + 1] - _starts[s]);
        _order = new int[strata.Length];
    }

    /// <summary>Stratum of all rows: one.</summary>
    public static Permutation Across(int rows) => new(new int[rows]);

    /// <summary>Draws an order (Fisher–Yates in every stratum); valid until the next draw.</summary>
    public int[] Draw(ulong seed, string name)
    {
        var random = new SeededRandom(seed, name);
        for (var s = 0; s + 1 < _starts.Length; s++)
        {
            var rows = _byStratum.AsSpan(_starts[s].._starts[s + 1]);
            foreach (var row in rows) _order[row] = row;
            for (var i = rows.Length - 1; i > 0; i--)
            {
                var j = random.Next(i + 1);
                (_order[rows[i]], _order[rows[j]]) = (_order[rows[j]], _order[rows[i]]);
            }
        }

        return _order;
    }
}
