using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Data;

/// <summary>
/// One condition on a row's columns, written as text.
/// <list type="bullet">
/// <item><c>region != OTHER</c>, <c>rating == 10</c>: equal as text, as numbers where both sides are numbers (10 == 10.0), or as times where both are (see <see cref="TextDate"/>).</item>
/// <item><c>date &gt;= 2018-11-08</c>, <c>price &lt; 9.5</c>: numbers, or ISO dates and timestamps (yyyy-MM-dd, also followed by a time and an offset; without an offset UTC), compared as instants. A date alone in the condition means its whole day in UTC: <c>date &lt;= 2018-11-07</c> and <c>date == 2018-11-07</c> hold for every time of that day; in a column it means the day's start. Anything else is an error.</item>
/// <item><c>channel in [a, b]</c>, <c>channel not in ['a, b', "c"]</c>: one of the values, compared as == does.</item>
/// <item><c>rating is present</c>, <c>rating is missing</c>: empty text and NaN (in any case) are missing, here and in every other condition but hash.</item>
/// <item><c>hash(user_id) mod 10 in [0, 2..5]</c>, <c>hash(a, b) mod 10 == 0</c>: <see cref="Fnv1a64"/> of the UTF-8 text, several columns joined by U+001F; ranges are inclusive.</item>
/// <item><c>row mod 10 in [0..7]</c>: <see cref="Fnv1a64"/> of seed, U+001F and the row's 0-based number in the source, filtered rows counted (or the row's values, <see cref="SplitSpec.KeepIdenticalRowsTogether"/>).</item>
/// <item><c>clicked</c>: a column of 0 and 1 (also 0.0, 1.0, false, true); holds where it is 1.</item>
/// </list>
/// A missing value fulfils no comparison except <c>!=</c> and <c>not in</c>. Values may stand in ' or " (and must where they contain an operator, 'and' or 'or'), column names with odd characters in backticks.
/// As a label a condition is 1 where it holds and 0 where not; it is not observed where its column is missing (a comparison of nothing is no answer).
/// </summary>
[JsonConverter(typeof(ConditionJsonConverter))]
public sealed partial record Condition
{
    /// <summary>The text as written in the configuration.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The columns it reads, in order of appearance.</summary>
    public ImmutableArray<string> Columns { get; private init; } = [];

    internal ConditionNode Node { get; private init; } = new ConditionNode.Label("");

    /// <summary>Understands the text of a condition.</summary>
    /// <exception cref="InputException">The text is no condition; the message says where and what is accepted.</exception>
    public static Condition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var node = new ConditionParser(text).Parse();
        return new Condition { Text = text.Trim(), Node = node, Columns = [.. node.Columns.Distinct(StringComparer.Ordinal)] };
    }

    public bool Equals(Condition? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    public override string ToString() => Text;
}

/// <summary>Writes a condition as its text.</summary>
sealed class ConditionJsonConverter : JsonConverter<Condition>
{
    public override Condition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Condition.Parse(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Condition value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
