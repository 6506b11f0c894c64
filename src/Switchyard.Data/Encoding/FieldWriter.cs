using System.Text;

namespace Switchyard.Data;

/// <summary>Encodes one field of a text row into a batch.</summary>
abstract class FieldWriter
{
    public abstract void Write(TextRow row, Batch batch, int index);

    /// <summary>Whether what it writes depends on the rows before.</summary>
    public virtual bool IsBuilt => false;

    public static FieldWriter Create(Schema schema, int index, Header header)
    {
        var field = schema.Fields[index];
        var column = header.Find(field.Column);
        if (column < 0 && field.Encoder is SequenceEncoder { History: { } history } built)
            return new HistoryWriter(index, new HistoryLog(field.Name, history, built.MaxLength), header, new ValueLookup(schema.Vocabulary(index)));
        if (column < 0) return new FixedWriter(new FixedValue(schema, index));
        return field.Encoder switch
        {
            ListEncoder list => new ListWriter(index, column, (byte)list.Separator, new ValueLookup(schema.Vocabulary(index))),
            SequenceEncoder sequence => new SequenceWriter(index, column, sequence, new ValueLookup(schema.Vocabulary(index))),
            BucketEncoder buckets => new BucketWriter(index, column, field.Name, buckets),
            StandardiseEncoder standardise => new NumberWriter(index, column, field.Name, standardise),
            _ => new SingleWriter(index, column, new ValueLookup(schema.Vocabulary(index))),
        };
    }

    sealed class SingleWriter(int field, int column, ValueLookup lookup) : FieldWriter
    {
        public override void Write(TextRow row, Batch batch, int index) => batch.Ids(field)[index] = lookup.Id(row[column]);
    }

    sealed class ListWriter(int field, int column, byte separator, ValueLookup lookup) : FieldWriter
    {
        public override void Write(TextRow row, Batch batch, int index)
        {
            var offsets = batch.Offsets(field);
            if (index == 0) offsets[0] = 0;
            var length = offsets[index];
            var text = row[column];
            foreach (var range in text.Split(separator))
            {
                var value = text[range];
                if (value.IsEmpty) continue;
                batch.EnsureIds(field, length + 1)[length] = lookup.Id(value);
                length++;
            }

            offsets[index + 1] = length;
        }
    }

    sealed class SequenceWriter(int field, int column, SequenceEncoder sequence, ValueLookup lookup) : FieldWriter
    {
        public override void Write(TextRow row, Batch batch, int index)
        {
            var offsets = batch.Offsets(field);
            if (index == 0) offsets[0] = 0;
            var (start, length) = (offsets[index], offsets[index]);
            foreach (var value in new SequenceItems(row[column], (byte)sequence.Separator, sequence.Order))
            {
                if (length - start == sequence.MaxLength) break;
                batch.EnsureIds(field, length + 1)[length] = lookup.Id(value);
                length++;
            }

            batch.Ids(field).AsSpan(start, length - start).Reverse();
            offsets[index + 1] = length;
        }
    }

    // The rows themselves are the log: each is shown to it once, after its own history was read.
    sealed class HistoryWriter : FieldWriter
    {
        readonly int _field;
        readonly HistoryLog _log;
        readonly ValueLookup _lookup;

        public HistoryWriter(int field, HistoryLog log, Header header, ValueLookup lookup)
        {
            (_field, _log, _lookup) = (field, log, lookup);
            log.Bind(header);
        }

        public override bool IsBuilt => true;

        public override void Write(TextRow row, Batch batch, int index)
        {
            _log.Begin(row);
            var offsets = batch.Offsets(_field);
            if (index == 0) offsets[0] = 0;
            var end = offsets[index] + _log.Count;
            _log.CopyTo(batch.EnsureIds(_field, end).AsSpan(offsets[index]));
            offsets[index + 1] = end;
            if (_log.Adds(row)) _log.Add(_lookup.Id(row[_log.Item]));
        }
    }

    sealed class BucketWriter(int field, int column, string name, BucketEncoder encoder) : FieldWriter
    {
        public override void Write(TextRow row, Batch batch, int index)
        {
            var value = NumberReader.Parse(row, column, name);
            batch.Ids(field)[index] = double.IsNaN(value) ? encoder.Missing : encoder.Id(value);
        }
    }

    sealed class NumberWriter(int field, int column, string name, StandardiseEncoder encoder) : FieldWriter
    {
        public override void Write(TextRow row, Batch batch, int index) =>
            RowCopy.Number(encoder.Scale(NumberReader.Parse(row, column, name)), batch.Numbers(field), index);
    }

    sealed class FixedWriter(FixedValue value) : FieldWriter
    {
        public override void Write(TextRow row, Batch batch, int index) => value.Apply(batch, index, 1);
    }
}

/// <summary>The encoded fixed value of a position field.</summary>
sealed class FixedValue
{
    readonly int _field;
    readonly int _id;
    readonly float _number;

    public FixedValue(Schema schema, int field)
    {
        _field = field;
        var info = schema.Fields[field];
        var text = Encoding.UTF8.GetBytes(info.Fixed ?? "");
        if (info.Encoder is not (BucketEncoder or StandardiseEncoder))
        {
            _id = new ValueLookup(schema.Vocabulary(field)).Id(text);
            return;
        }

        if (!TextNumber.TryParse(text, out var value))
        {
            if (!TextNumber.IsMissing(text)) throw new InputException($"Field '{info.Name}': fixed value '{info.Fixed}' is not a number, and the field is numeric.");
            value = double.NaN;
        }

        if (info.Encoder is BucketEncoder buckets) _id = double.IsNaN(value) ? buckets.Missing : buckets.Id(value);
        else _number = ((StandardiseEncoder)info.Encoder).Scale(value);
    }

    /// <summary>Puts the value into <paramref name="count"/> rows from <paramref name="from"/>.</summary>
    public void Apply(Batch batch, int from, int count)
    {
        if (batch.Schema.Fields[_field].Kind == FieldKind.Single)
        {
            batch.Ids(_field).AsSpan(from, count).Fill(_id);
            return;
        }

        for (var r = from; r < from + count; r++) RowCopy.Number(_number, batch.Numbers(_field), r);
    }
}
