using System.Collections.Immutable;
using System.ComponentModel;

namespace Switchyard.Data;

/// <summary>How a sequence is built from the log itself: items of earlier rows of the same user. Never the row itself, never a row of the same time.</summary>
public sealed record HistorySpec
{
    [Description("Column whose earlier rows count: the user. A row without a value there has no history and adds to none.")]
    public required string Of { get; init; }

    [Description("Column with the item that a row adds. A row without a value there adds none.")]
    public required string Item { get; init; }

    [Description("Conditions a row must meet to add its item. Default: every row that the filter leaves.")]
    public ImmutableArray<Condition> When { get; init; } = [];

    [Description("Column with the time of a row: numbers, dates or ISO timestamps, one kind throughout. Rows of one user must not go back in it; rows of the same time are not each other's past. Default: the order of the rows, which must then stand in one file.")]
    public string? Time { get; init; }

    /// <summary>The columns it reads.</summary>
    internal IEnumerable<string> Columns => (Time is { } time ? [Of, Item, time] : new[] { Of, Item }).Concat(When.SelectMany(c => c.Columns)).Distinct(StringComparer.Ordinal);

    public bool Equals(HistorySpec? other) =>
        other is not null && (Of, Item, Time) == (other.Of, other.Item, other.Time) && When.SequenceEqual(other.When);

    public override int GetHashCode() => HashCode.Combine(Of, Item, Time, When.Length);
}
