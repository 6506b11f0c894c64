namespace Switchyard;

/// <summary>Writes names and values so that a condition reads them back.</summary>
static class ConditionWriting
{
    static readonly string[] Reserved = ["hash", "row", "is", "not", "in", "mod"];

    /// <summary>Whether a condition can name the column at all.</summary>
    public static bool CanName(string column) => column.Length is > 0 and <= 200 && !column.Contains('`', StringComparison.Ordinal);

    public static string Column(string column) =>
        column.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !Reserved.Contains(column) ? column : $"`{column}`";

    /// <summary>A value, quoted where it must be; null where no quote fits.</summary>
    public static string? Value(string value)
    {
        if (value.Length == 0) return null;
        if (value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')) return value;
        if (!value.Contains('\'', StringComparison.Ordinal)) return $"'{value}'";
        return value.Contains('"', StringComparison.Ordinal) ? null : $"\"{value}\"";
    }
}
