using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Counts rows whose scenario value has no node, and keeps the first few values.</summary>
sealed class UnknownScenarioLog
{
    const int MaxExamples = 5;

    readonly Dictionary<(int Level, Part? Part), Entry> _entries = [];

    public bool Any => _entries.Count > 0;

    public void Add(int level, Part? part, ReadOnlySpan<byte> value)
    {
        if (!_entries.TryGetValue((level, part), out var entry)) _entries.Add((level, part), entry = new Entry());
        entry.Rows++;
        if (entry.Examples.Count < MaxExamples) entry.Examples.Add(value);
    }

    public ImmutableArray<UnknownScenarioCount> Counts(ImmutableArray<ScenarioLevel> levels) =>
        [.. _entries.OrderBy(e => (e.Key.Level, e.Key.Part))
            .Select(e => new UnknownScenarioCount(
                levels[e.Key.Level].Column,
                e.Key.Part,
                e.Value.Rows,
                [.. Enumerable.Range(0, e.Value.Examples.Count).Select(e.Value.Examples.Text)]))];

    /// <summary>The message of <see cref="UnknownScenario.Error"/>.</summary>
    public static InputException Error(ImmutableArray<UnknownScenarioCount> counts)
    {
        var parts = counts.Select(c =>
            $"column '{c.Column}': {CountText.Of(c.Rows, "row")}{(c.Part is { } part ? $" of {part.Name()}" : "")} with " +
            string.Join(", ", c.Examples.Select(e => e.Length == 0 ? "a missing value" : $"'{e}'")) + (c.Examples.Length == MaxExamples ? ", …" : ""));
        return new InputException(
            $"Scenario values that the training rows do not have: {string.Join("; ", parts)}. " +
            "Leave these rows out (filter), or set 'unknown_scenario: parent' to score them with the mean of their siblings.");
    }

    sealed class Entry
    {
        public long Rows;

        public Utf8Interner Examples { get; } = new();
    }
}
