namespace Switchyard.Data;

/// <summary>Reads one field's text into the spool and counts what fitting needs. A value's code stands for it until ids exist.</summary>
abstract class FieldReader
{
    public abstract FieldStorage Storage { get; }

    /// <summary>Writes the value of the row being filled.</summary>
    public abstract void Read(TextRow row, int column, Column into, int at, bool training);
}

/// <summary>One value: a code of its counter, or the id itself where values are hashed.</summary>
sealed class SingleReader(ValueCounter? counter, ulong hashBuckets) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Ids;

    public override void Read(TextRow row, int column, Column into, int at, bool training) =>
        ((Column<int>)into).Values[at] = counter?.Add(row[column], training) ?? (int)(Fnv1a64.Of(row[column]) % hashBuckets);
}

/// <summary>Values between separators.</summary>
sealed class ListReader(ValueCounter? counter, ulong hashBuckets, char separator) : FieldReader
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
            if (value.IsEmpty) continue;
            list.Add(ref length, counter?.Add(value, training) ?? (int)(Fnv1a64.Of(value) % hashBuckets));
        }

        list.End(at, length);
    }
}

/// <summary>A number; NaN where missing.</summary>
sealed class NumberReader(string field, NumberStatistics? statistics) : FieldReader
{
    public override FieldStorage Storage => FieldStorage.Double;

    public override void Read(TextRow row, int column, Column into, int at, bool training)
    {
        var value = Parse(row, column, field);
        if (training && !double.IsNaN(value)) statistics?.Add(value);
        ((Column<double>)into).Values[at] = value;
    }

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
