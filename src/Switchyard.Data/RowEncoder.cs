using System.Collections.Immutable;

namespace Switchyard.Data;

/// <summary>
/// Encodes text rows one at a time, as the training rows were encoded: for predict and serve. Unseen values get id 0.
/// Needs the columns of its fields and of scenario levels only; a position field's column may be absent, its fixed value then stands in. A
/// sequence with a history is read from a column of its name where there is one, and built from the encoded rows otherwise.
/// Not safe for use by several threads at a time; create one each.
/// </summary>
public sealed class RowEncoder
{
    readonly Schema _schema;
    readonly FieldWriter[] _writers;
    readonly IReadOnlyList<int> _fields;
    readonly int[] _levelColumns;
    readonly ValueLookup[] _nodes;
    readonly RowTest?[] _labels;
    readonly RowTest[][] _masks;
    readonly int _group;
    readonly Utf8Interner _groups = new();
    UnknownScenarioLog _unknown = new();

    RowEncoder(Schema schema, Header header, bool labels, IReadOnlyList<int> fields)
    {
        _schema = schema;
        header.RequireAll(
            fields.Select(f => schema.Fields[f]).Where(f => f.Role != FieldRole.Position).SelectMany(f => Needs(f, header))
                .Concat(schema.Levels.Select(l => (l.Column, "scenario"))));
        _fields = fields;
        _writers = [.. fields.Select(i => FieldWriter.Create(schema, i, header))];
        _levelColumns = [.. schema.Levels.Select(l => header.Find(l.Column))];
        _nodes = [.. schema.Levels.Select(l => new ValueLookup(new VocabularyEncoder(l.Nodes)))];
        var split = new SplitSpec();
        _labels = [.. schema.Tasks.Select(t => labels && t.Label is { } label && t.Mask.Prepend(label).All(c => c.Columns.All(x => header.Find(x) >= 0))
            ? RowTest.Bind(label, header, split)
            : null)];
        _masks = [.. schema.Tasks.Select((t, i) => _labels[i] is null ? [] : RowTest.Bind(t.Mask, header, split))];
        _group = labels && schema.Group is { } group ? header.Find(group) : -1;
    }

    // A history can be given or built.
    static IEnumerable<(string Column, string Use)> Needs(Field field, Header header) =>
        field.Encoder is SequenceEncoder { History: { } history } && header.Find(field.Column) < 0
            ? history.Columns.Select(column => (column, $"to build field {field.Name}, unless a column '{field.Column}' gives its items"))
            : [(field.Column, $"field {field.Name}")];

    /// <summary>Binds a schema to the columns of a file.</summary>
    /// <param name="schema">The trained model's schema.</param>
    /// <param name="header">The file's column names.</param>
    /// <param name="file">Its name in messages.</param>
    /// <param name="labels">Read labels and groups too, where their columns are there. Default: labels are NaN and groups −1.</param>
    /// <param name="fields">Indices of the fields to encode: those that a model reads. The batch's others keep what they had. null = all.</param>
    /// <exception cref="InputException">Columns are missing; all of them are named.</exception>
    public static RowEncoder Create(Schema schema, IReadOnlyList<string> header, string file, bool labels = false, IReadOnlyList<int>? fields = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(header);
        return new RowEncoder(schema, new Header(header, file), labels, fields ?? [.. Enumerable.Range(0, schema.Fields.Length)]);
    }

    RowEncoder(RowEncoder other)
    {
        (_schema, _writers, _fields, _levelColumns, _nodes) = (other._schema, other._writers, other._fields, other._levelColumns, other._nodes);
        (_labels, _masks, _group) = (other._labels, other._masks, other._group);
    }

    /// <summary>One more for rows of the same columns, to be used by another thread at the same time; both look up ids in the same memory.</summary>
    /// <exception cref="InvalidOperationException">A history is built from the rows, which then have one order.</exception>
    public RowEncoder Copy() => _writers.Any(w => w.IsBuilt)
        ? throw new InvalidOperationException("A history is built from the rows in their order; give it as a column.")
        : new RowEncoder(this);

    /// <summary>Rows encoded since the start or the last <see cref="ThrowIfUnknownScenarios"/> whose scenario has no node.</summary>
    public bool HasUnknownScenarios => _unknown.Any;

    /// <summary>The same rows, counted by level, with up to five values each.</summary>
    public ImmutableArray<UnknownScenarioCount> UnknownScenarios => _unknown.Counts(_schema.Levels);

    /// <summary>
    /// Encodes a row into a batch row. Rows of a batch are encoded in order, from 0; the caller sets the batch's count.
    /// An unknown scenario value becomes node −1 and is remembered: <see cref="ThrowIfUnknownScenarios"/>.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="batch">Receives it.</param>
    /// <param name="index">Place in the batch.</param>
    /// <param name="repeated">By field of the schema: true where the value is known to be that of the batch row before; empty where nothing is.</param>
    /// <exception cref="InputException">A number cannot be read; the message names the place.</exception>
    public void Encode(TextRow row, Batch batch, int index, ReadOnlySpan<bool> repeated = default)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(batch);
        for (var f = 0; f < _writers.Length; f++)
        {
            if (index > 0 && !repeated.IsEmpty && repeated[_fields[f]]) RowCopies.CopyField(batch, _fields[f], index - 1, batch, index);
            else _writers[f].Write(row, batch, index);
        }

        for (var l = 0; l < _nodes.Length; l++)
        {
            var value = row[_levelColumns[l]];
            var node = _nodes[l].Id(value) - 1;
            batch.Nodes(l)[index] = node;
            if (node < 0) _unknown.Add(l, null, value);
        }

        for (var t = 0; t < _labels.Length; t++)
            batch.Labels(t)[index] = _labels[t] is { } label && RowTest.AllHold(_masks[t], row) ? label.Label(row) : float.NaN;
        batch.Weights[index] = 1f;
        batch.Groups[index] = _group >= 0 && !row[_group].IsEmpty ? _groups.Add(row[_group]) : -1;
        batch.Rows[index] = row.Number;
    }

    /// <summary>With <see cref="UnknownScenario.Error"/>: refuses what was encoded if a scenario had no node, with counts and examples. Then starts counting anew.</summary>
    public void ThrowIfUnknownScenarios()
    {
        var unknown = _unknown;
        _unknown = new UnknownScenarioLog();
        if (unknown.Any && _schema.UnknownScenario == UnknownScenario.Error) throw UnknownScenarioLog.Error(unknown.Counts(_schema.Levels));
    }
}
