namespace Switchyard.Features;

/// <summary>One question to the store that is under way, and whoever waits for its answer.</summary>
sealed class Flight
{
    readonly TaskCompletionSource _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Dictionary<byte[], FeatureRow> _found = new(Utf8Keys.Instance);

    public Flight(FeatureEntity entity) => Rows.Clear(entity);

    /// <summary>The keys asked for, each once.</summary>
    public FeatureRows Rows { get; } = new();

    public Task Landed => _landed.Task;

    /// <summary>The row of a key, after a landing without failure; null where another flight has it.</summary>
    public FeatureRow? Find(ReadOnlySpan<byte> key) => _found.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var row) ? row : null;

    /// <summary>Hands out what was found.</summary>
    /// <param name="cache">Keeps it for later.</param>
    /// <param name="now">Time of the question.</param>
    public void Land(FeatureCache cache, long now)
    {
        for (var i = 0; i < Rows.Count; i++)
        {
            var row = Rows.Held(i) ?? FeatureRow.Unknown();
            row.ReadAt = now;
            _found[Rows.Key(i).ToArray()] = row;
            cache.Add(Rows.Key(i), row);
        }

        _landed.SetResult();
    }

    public void Fail(Exception e)
    {
        _landed.SetException(e);
        // Whoever asked may have gone.
        _ = _landed.Task.Exception;
    }
}
