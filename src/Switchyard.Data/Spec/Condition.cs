namespace Switchyard.Data;

/// <summary>
/// One condition on a row's columns, written as text: <c>region != OTHER</c>, <c>date &gt;= 2018-11-08</c>,
/// <c>channel in [a, b]</c>, <c>rating is present</c>, <c>rating is missing</c>, <c>hash(user_id) mod 10 in [1..9]</c>,
/// <c>hash(a, b) mod 10 == 0</c>, <c>row mod 10 in [0..7]</c>; a bare column name means its value is 1 (a label of 0 and 1).
/// </summary>
public sealed partial record Condition
{
    /// <summary>The text as written in the configuration.</summary>
    public string Text { get; private init; } = "";

    public override string ToString() => Text;
}
