namespace Switchyard.Data;

/// <summary>Reads one field's text into the spool and counts what fitting needs. A value's code stands for it until ids exist.</summary>
abstract class FieldReader
{
    public abstract FieldStorage Storage { get; }

    /// <summary>Writes the value of the row being filled.</summary>
    public abstract void Read(TextRow row, int column, Column into, int at, bool training);
}

/// <summary>The code of a value: that of its counter, or the id itself where values are hashed.</summary>
readonly struct ValueCoder(ValueCounter? counter, int hashBuckets)
{
    /// <summary>Code of a value; counted where the row is a training row.</summary>
    public int Code(ReadOnlySpan<byte> value, bool training) => counter?.Add(value, training) ?? (int)(Fnv1a64.Of(value) % (ulong)hashBuckets);
}

/// <summary>One value.</summary>
sealed class SingleReader(ValueCoder values) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Ids;

    public override void Read(TextRow row, int column, Column into, int at, bool training) =>
        ((Column<int>)into).Values[at] = values.Code(row[column], training);
}

/// <summary>Values between separators.</summary>
sealed class ListReader(ValueCoder values, char separator) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Lists;

    public override void Read(TextRow row, int column, Column into, int at, bool training)
    {
        var list = (ListColumn)into;
        var length = list.Starts[at];
        var text = row[column];
        foreach (var range in text.Split((byte)separator))
        {
            var value = text[range];
            if (!value.IsEmpty) list.Add(ref length, values.Code(value, training));
        }

        list.End(at, length);
    }
}

/// <summary>Ordered values between separators: the newest of them, oldest first. What is cut off is not counted either.</summary>
sealed class SequenceReader(ValueCoder values, FieldSpec field) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Lists;

    public override void Read(TextRow row, int column, Column into, int at, bool training)
    {
        var list = (ListColumn)into;
        var start = list.Starts[at];
        var length = start;
        foreach (var value in new SequenceItems(row[column], (byte)field.Separator, field.Order))
        {
            if (length - start == field.MaxLength) break;
            list.Add(ref length, values.Code(value, training));
        }

        list.Ids.AsSpan(start, length - start).Reverse();
        list.End(at, length);
    }
}

/// <summary>
/// The items of earlier rows. Every row that the filter leaves is shown to it: <see cref="Begin"/>, then <see cref="Read"/> where the row is
/// in a part, then <see cref="End"/>. An item of a shared vocabulary is counted by the field that owns it, not here.
/// </summary>
sealed class HistoryReader(HistoryLog log, ValueCoder values, bool ownsVocabulary) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Lists;

    public void Bind(Header header) => log.Bind(header);

    public void Begin(TextRow row) => log.Begin(row);

    public override void Read(TextRow row, int column, Column into, int at, bool training)
    {
        var list = (ListColumn)into;
        var start = list.Starts[at];
        log.CopyTo(list.Reserve(start, log.Count));
        list.End(at, start + log.Count);
    }

    public void End(TextRow row, bool training)
    {
        if (log.Adds(row)) log.Add(values.Code(row[log.Item], training && ownsVocabulary));
    }
}

/// <summary>A number; NaN where missing.</summary>
sealed class NumberReader(string field) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Double;

    public override void Read(TextRow row, int column, Column into, int at, bool training) =>
        ((Column<double>)into).Values[at] = Parse(row, column, field);

    /// <summary>The number, NaN where missing.</summary>
    public static double Parse(TextRow row, int column, string field)
    {
        var text = row[column];
        if (TextNumber.TryParse(text, out var value)) return value;
        return TextNumber.IsMissing(text)
            ? double.NaN
            : throw new InputException(
                $"{row.Place}, column '{row.Header[column]}': '{row.Text(column)}' is not a number, and field '{field}' is numeric. " +
                "Correct the value, leave it empty where it is missing, or make the field categorical.");
    }
}
