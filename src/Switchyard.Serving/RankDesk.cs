using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>What one thread needs to score requests to one version: rows of several stand in one batch.</summary>
sealed class RankDesk
{
    /// <summary>Rows that are scored at a time: what a predictor takes in one part.</summary>
    public const int MostRows = 256;

    /// <summary>Ids of a field with several that are scored at a time, and some more of the last row: lists of any length take bounded memory.</summary>
    const int MostIds = 1 << 16;

    /// <summary>Room for ids of a field that is worth keeping.</summary>
    const int KeptIds = 4 * MostIds;

    readonly ServedModel _model;
    readonly RowEncoder _encoder;
    readonly RequestRow _row;
    readonly Batch _batch;
    readonly float[] _scores;
    readonly float[] _fused = new float[MostRows];
    readonly bool[] _repeated;
    readonly int[] _fieldColumns;
    readonly int[] _vocabularies;
    readonly (int Field, int Column, byte Separator)[] _lists;
    readonly List<(RankRequest Request, int First, int Count, int At)> _shares = [];

    public RankDesk(ServedModel model, RowEncoder encoder)
    {
        (_model, _encoder) = (model, encoder);
        var schema = model.Schema;
        var names = model.Columns.Names;
        _row = new RequestRow([.. names.Take(model.Columns.Read)]);
        _batch = new Batch(schema, MostRows);
        _scores = new float[schema.Tasks.Length * MostRows];
        _repeated = new bool[schema.Fields.Length];
        _fieldColumns = [.. schema.Fields.Select(f => names.IndexOf(f.Column))];
        _lists =
        [
            .. model.Fields.Where(f => schema.Fields[f].Encoder is ListEncoder && (uint)_fieldColumns[f] < (uint)model.Columns.Read)
                .Select(f => (f, _fieldColumns[f], (byte)((ListEncoder)schema.Fields[f].Encoder).Separator)),
        ];
        _vocabularies = [.. model.Fields.Where(f => schema.Fields[f].Role != FieldRole.Position && schema.Vocabulary(f) is VocabularyEncoder)];
    }

    /// <summary>Rows for which there may be room; after a row with long lists there may be less.</summary>
    public int Room => IsFull(_batch.Count) ? 0 : MostRows - _batch.Count;

    /// <summary>Whether it has grown by lists so long that it should not be kept.</summary>
    public bool IsLarge()
    {
        foreach (var (field, _, _) in _lists)
        {
            if (_batch.Ids(field).Length > KeptIds) return true;
        }

        return false;
    }

    /// <summary>Encodes some items behind what is there already, as many as there is room for.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="RequestException">A value cannot be used; none of these items is then there.</exception>
    public int Add(RankRequest request, int first, int count)
    {
        var at = _batch.Count;
        foreach (var field in _model.Fields) _repeated[field] = !request.Varies(_fieldColumns[field]);
        var added = 0;
        while (added < count)
        {
            var (item, isFirst) = (first + added, added == 0);
            _row.Turn(request, item);
            RequireShortLists(item, request.MostValues, isFirst);
            Encode(item, at + added, isFirst);
            if (IsFull(at + ++added)) break;
        }

        _row.Turn(null, 0);
        _batch.Count = at + added;
        _shares.Add((request, first, added, at));
        return added;
    }

    /// <summary>Scores what is there, gives every request its share, and is empty again. A request of which a fused score is no number hears of it alone: <see cref="RankRequest.Failure"/>.</summary>
    public void Score()
    {
        var rows = _batch.Count;
        if (rows > 0)
        {
            _batch.FixPositions();
            _model.Predictor.Score(_batch, _scores);
            foreach (var (request, first, count, at) in _shares)
            {
                if (Fuse(request, at, count)) request.TakeScores(_scores, _fused, rows, at, first, count);
            }

            CountIds(rows);
        }

        Empty();
    }

    /// <summary>Drops what was not scored.</summary>
    public void Empty()
    {
        _batch.Count = 0;
        _shares.Clear();
    }

    bool Fuse(RankRequest request, int at, int count)
    {
        try
        {
            _model.Fusion.Evaluate(_batch, _scores, at, count, _fused);
            return true;
        }
        catch (InputException e)
        {
            request.Failure = e;
            return false;
        }
    }

    bool IsFull(int rows)
    {
        if (rows == 0) return false;
        foreach (var (field, _, _) in _lists)
        {
            if (_batch.Offsets(field)[rows] >= MostIds) return true;
        }

        return false;
    }

    void RequireShortLists(int item, int most, bool isFirst)
    {
        foreach (var (field, column, separator) in _lists)
        {
            // A value is a byte at least.
            var text = _row[column];
            if (text.Length <= most || (!isFirst && _repeated[field])) continue;
            var values = 0;
            foreach (var range in text.Split(separator))
            {
                if (!text[range].IsEmpty) values++;
            }

            if (values > most) throw Wrong(RequestError.TooManyValues, item, column, $"{values} values, more than the {most} that a list may have; send fewer.");
        }
    }

    void Encode(int item, int at, bool isFirst)
    {
        try
        {
            _encoder.Encode(_row, _batch, at, isFirst ? default : _repeated);
        }
        catch (InputException e)
        {
            throw NotANumber(item, e);
        }

        if (!_model.RefusesUnknownScenarios) return;
        for (var level = 0; level < _model.Columns.Levels.Length; level++)
        {
            if (_batch.Nodes(level)[at] < 0) throw UnknownScenario(item, _model.Columns.Levels[level]);
        }
    }

    // The encoder says it in words; where it was is found once more, for this is rare.
    RequestException NotANumber(int item, InputException e)
    {
        foreach (var field in _model.Fields)
        {
            var column = _fieldColumns[field];
            if (_model.Schema.Fields[field].Encoder is not (BucketEncoder or StandardiseEncoder) || column >= _model.Columns.Read) continue;
            if (TextNumber.TryParse(_row[column], out _) || TextNumber.IsMissing(_row[column])) continue;
            return Wrong(RequestError.NotANumber, item, column, $"'{Excerpt.Of(_row.Text(column))}' is not a number, and the field is numeric. Correct the value, or give null where it is missing.");
        }

        return new RequestException(e.Message, e);
    }

    RequestException UnknownScenario(int item, int column) =>
        Wrong(RequestError.UnknownScenario, item, column, $"{(_row[column].IsEmpty ? "no value" : $"'{Excerpt.Of(_row.Text(column))}'")} — the training rows have no such scenario, and the service refuses those.");

    RequestException Wrong(RequestError error, int item, int column, string what)
    {
        var name = _model.Columns.Names[column];
        var isShared = !_row.IsOwn(column);
        return new RequestException(error, isShared ? RankRequest.Shared : item, name, $"Column '{name}'{(isShared ? "" : $" of item {item}")}: {what}");
    }

    void CountIds(int rows)
    {
        _model.Count(rows);
        foreach (var field in _vocabularies)
        {
            var ids = _batch.Ids(field).AsSpan(0, _model.Schema.Fields[field].HasItems ? _batch.Offsets(field)[rows] : rows);
            _model.CountIds(field, ids.Length, ids.Count(0));
        }
    }
}
