using System.Collections.Immutable;
using System.Text;
using Switchyard.Data;

namespace Switchyard.Serving;

/// <summary>The columns that a request to a model may give, found by their UTF-8 name without allocation.</summary>
public sealed class RequestColumns
{
    readonly Utf8Interner _names = new();
    readonly ListSeparators _lists;
    readonly byte[] _separators;

    internal RequestColumns(Schema schema, ImmutableArray<int> fields)
    {
        // A position's value is fixed when scoring, and the fields a model leaves out say nothing: their columns may be given, but are not read.
        Names =
        [
            .. fields.Select(f => schema.Fields[f]).Where(f => f.Role != FieldRole.Position).Select(f => f.Column)
                .Concat(schema.Levels.Select(l => l.Column)).Distinct(StringComparer.Ordinal),
        ];
        Read = Names.Length;
        Names = [.. Names.Concat(schema.Fields.Select(f => f.Column)).Distinct(StringComparer.Ordinal)];
        foreach (var name in Names) _names.Add(Encoding.UTF8.GetBytes(name));
        _lists = ListSeparators.Of(schema);
        _separators = _lists.For(Names);
        Levels = [.. schema.Levels.Select(l => Names.IndexOf(l.Column))];
    }

    RequestColumns(RequestColumns model, ImmutableArray<string> names)
    {
        (Names, Read, Levels, _lists) = (names, model.Read, model.Levels, model._lists);
        foreach (var name in Names) _names.Add(Encoding.UTF8.GetBytes(name));
        _separators = _lists.For(Names);
    }

    /// <summary>Names in order of their index; those that scoring reads come first.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>How many leading columns scoring reads.</summary>
    public int Read { get; }

    /// <summary>Column of every scenario level, coarse first.</summary>
    public ImmutableArray<int> Levels { get; }

    /// <summary>These columns and, behind them, those of the names that are not among them: a request may give them, and no score depends on them.</summary>
    public RequestColumns With(IEnumerable<string> names)
    {
        ImmutableArray<string> all = [.. Names.Concat(names).Distinct(StringComparer.Ordinal)];
        return all.Length == Names.Length ? this : new RequestColumns(this, all);
    }

    /// <summary>Index of a column, −1 where the model's data have none of this name.</summary>
    public int Find(ReadOnlySpan<byte> name) => _names.Find(name);

    /// <summary>Whether a column has this name: quicker than <see cref="Find"/> where it is expected.</summary>
    public bool Is(int column, ReadOnlySpan<byte> name) => _names[column].SequenceEqual(name);

    /// <summary>Index of a column.</summary>
    /// <param name="name">UTF-8 name.</param>
    /// <param name="item">Item that gives it, or <see cref="RankRequest.Shared"/>; for the message.</param>
    /// <exception cref="RequestException">The model's data have none of this name.</exception>
    public int Require(ReadOnlySpan<byte> name, int item)
    {
        var column = Find(name);
        if (column >= 0) return column;
        var text = Encoding.UTF8.GetString(name);
        throw new RequestException(RequestError.UnknownColumn, item, text, $"The model reads no column '{text}'.{Suggestion.For(text, Names)}");
    }

    internal byte Separator(int column) => _separators[column];
}
