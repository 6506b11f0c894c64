using Npgsql.PostgresTypes;

namespace Switchyard.Data;

/// <summary>How a value becomes a row's text from the text that PostgreSQL sends, by its type.</summary>
abstract class PostgresText
{
    static readonly PostgresText Plain = new PlainText();
    static readonly PostgresText Boolean = new BooleanText();
    static readonly PostgresText Time = new TimeText();

    /// <summary>Adds the value to a row.</summary>
    /// <exception cref="FormatException">It cannot be a value of a row; the message says why.</exception>
    public abstract void Write(ReadOnlySpan<byte> sent, RowCells cells, int column);

    /// <summary>That of a type; null for bytes.</summary>
    /// <param name="type">The column's type.</param>
    /// <param name="separator">Character between the items of an array.</param>
    public static PostgresText? For(PostgresType type, byte separator) => type switch
    {
        PostgresDomainType domain => For(domain.BaseType, separator),
        PostgresArrayType array => For(array.Element, separator) is { } items ? new ArrayText(items, separator) : null,
        { InternalName: "bytea" } => null,
        { InternalName: "bool" } => Boolean,
        { InternalName: "timestamp" or "timestamptz" } => Time,
        _ => Plain,
    };

    sealed class PlainText : PostgresText
    {
        public override void Write(ReadOnlySpan<byte> sent, RowCells cells, int column) => cells.Append(column, sent);
    }

    sealed class BooleanText : PostgresText
    {
        public override void Write(ReadOnlySpan<byte> sent, RowCells cells, int column) => cells.Append(column, sent.SequenceEqual("t"u8) ? "1"u8 : "0"u8);
    }

    // 2018-11-07 12:00:00.5+00 → 2018-11-07T12:00:00.5Z; infinity and years beyond 9999 stay as they are.
    sealed class TimeText : PostgresText
    {
        const int Date = 10;

        public override void Write(ReadOnlySpan<byte> sent, RowCells cells, int column)
        {
            if (sent.Length <= Date || sent[Date] != ' ')
            {
                cells.Append(column, sent);
                return;
            }

            cells.Append(column, sent[..Date]);
            cells.Append(column, "T"u8);
            var isUtc = sent.EndsWith("+00"u8);
            cells.Append(column, isUtc ? sent[(Date + 1)..^3] : sent[(Date + 1)..]);
            if (isUtc) cells.Append(column, "Z"u8);
        }
    }

    // {a,"b c",NULL,"x\"y"} → a|b c|x"y; missing and empty items are left out.
    sealed class ArrayText(PostgresText items, byte separator) : PostgresText
    {
        byte[] _item = new byte[64];

        public override void Write(ReadOnlySpan<byte> sent, RowCells cells, int column)
        {
            // Before the brace: the bounds of an array that does not begin at 1.
            var at = sent.IndexOf((byte)'{') + 1;
            var isFirst = true;
            while (sent[at] != '}')
            {
                if (sent[at] == '{') throw new FormatException("the array has several dimensions, and a multi-value has one; take it apart in the query");
                at = Item(sent, at, out var length, out var isNull);
                var item = _item.AsSpan(0, length);
                if (!isNull && length > 0)
                {
                    if (item.Contains(separator))
                        throw new FormatException($"an item of the array contains '{(char)separator}', which would divide it: give the field another 'separator'");
                    if (!isFirst) cells.Append(column, [separator]);
                    items.Write(item, cells, column);
                    isFirst = false;
                }

                if (sent[at] == ',') at++;
            }
        }

        // Copies one item without quotes and escapes; returns where it ends.
        int Item(ReadOnlySpan<byte> sent, int at, out int length, out bool isNull)
        {
            if (_item.Length < sent.Length) _item = new byte[2 * sent.Length];
            length = 0;
            isNull = false;
            if (sent[at] != '"')
            {
                var rest = sent[at..];
                length = rest.IndexOfAny((byte)',', (byte)'}');
                rest[..length].CopyTo(_item);
                isNull = rest[..length].SequenceEqual("NULL"u8);
                return at + length;
            }

            for (at++; sent[at] != '"'; at++)
            {
                if (sent[at] == '\\') at++;
                _item[length++] = sent[at];
            }

            return at + 1;
        }
    }
}
