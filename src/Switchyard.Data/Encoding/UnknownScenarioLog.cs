using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>Counts rows whose scenario value has no node, and keeps the first few values.</summary>
sealed class UnknownScenarioLog
{
    const int MaxExamples = 5;

    readonly Dictionary<(int Level, Part? Part), (long Rows, List<string> Examples)> _counts = [];

    public bool Any => _counts.Count > 0;

    public void Add(int level, Part? part, ReadOnlySpan<byte> value)
    {
        var (rows, examples) = _counts.GetValueOrDefault((level, part), (0, []));
        if (examples.Count < MaxExamples)
        {
            var text = System.Text.Encoding.UTF8.GetString(value);
            if (!examples.Contains(text)) examples.Add(text);
        }

        _counts[(level, part)] = (rows + 1, examples);
    }

    public ImmutableArray<UnknownScenarioCount> Counts(ImmutableArray<ScenarioLevel> levels) =>
        [.. _counts.OrderBy(c => (c.Key.Level, c.Key.Part))
            .Select(c => new UnknownScenarioCount(levels[c.Key.Level].Column, c.Key.Part, c.Value.Rows, [.. c.Value.Examples]))];

    /// <summary>The message of <see cref="UnknownScenario.Error"/>.</summary>
    public static InputException Error(ImmutableArray<UnknownScenarioCount> counts)
    {
        var parts = counts.Select(c =>
            $"column '{c.Column}': {c.Rows} {(c.Rows == 1 ? "row" : "rows")}{(c.Part is { } part ? $" of {Name(part)}" : "")} with " +
            string.Join(", ", c.Examples.Select(e => e.Length == 0 ? "a missing value" : $"'{e}'")) + (c.Examples.Length == MaxExamples ? ", …" : ""));
        return new InputException(
            $"Scenario values that the training rows do not have: {string.Join("; ", parts)}. " +
            "Leave these rows out (filter), or set 'unknown_scenario: parent' to score them with the mean of their siblings.");
    }

    public static string Name(Part part) => part switch { Part.Train => "train", Part.Validation => "validation", _ => "test" };
}
