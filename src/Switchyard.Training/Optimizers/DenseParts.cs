namespace Switchyard.Training;

/// <summary>The dense weights that are trained, cut into parts of about equal length that workers take one by one.</summary>
sealed class DenseParts
{
    const int PartValues = 1 << 14;

    readonly (int From, int To)[] _stretches;
    readonly int[] _starts;

    /// <param name="length">Length of the flat array of all dense weights.</param>
    /// <param name="frozen">Stretches that are not trained, ascending.</param>
    public DenseParts(int length, IEnumerable<(int From, int To)> frozen)
    {
        var stretches = new List<(int From, int To)>();
        List<int> starts = [0];
        var (next, values) = (0, 0);
        foreach (var (from, to) in frozen.Append((length, length)))
        {
            for (; next < from; next = stretches[^1].To)
            {
                stretches.Add((next, Math.Min(from, next + PartValues - values)));
                values += stretches[^1].To - next;
                if (values < PartValues) continue;
                starts.Add(stretches.Count);
                values = 0;
            }

            next = to;
        }

        if (starts[^1] < stretches.Count) starts.Add(stretches.Count);
        (_stretches, _starts) = ([.. stretches], [.. starts]);
    }

    public int Count => _starts.Length - 1;

    /// <summary>The stretches of a part.</summary>
    public ReadOnlySpan<(int From, int To)> this[int part] => _stretches.AsSpan(_starts[part].._starts[part + 1]);
}
