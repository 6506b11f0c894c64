namespace Switchyard.Data;

/// <summary>What the encoding makes of a field whose text is empty.</summary>
static class MissingValue
{
    /// <summary>Writes it into a row; rows of a field are written in ascending order.</summary>
    public static void Write(Batch batch, int field, int row)
    {
        var info = batch.Schema.Fields[field];
        if (info.Kind == FieldKind.Number)
        {
            RowCopy.Number(((StandardiseEncoder)info.Encoder).Scale(double.NaN), batch.Numbers(field), row);
            return;
        }

        if (info.Kind == FieldKind.Single)
        {
            batch.Ids(field)[row] = info.Encoder is BucketEncoder buckets ? buckets.Missing : new ValueLookup(batch.Schema.Vocabulary(field)).Id([]);
            return;
        }

        var offsets = batch.Offsets(field);
        if (row == 0) offsets[0] = 0;
        offsets[row + 1] = offsets[row];
    }
}
