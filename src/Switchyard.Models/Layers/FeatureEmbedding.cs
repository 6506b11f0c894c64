using System.Collections.Immutable;
using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>
/// The tables of the fields a model reads, and how a batch's fields become x [B,D]: the vectors of the user's fields, of the context's and
/// of the others side by side, each in field order, then those that attention makes.
/// </summary>
public sealed class FeatureEmbedding
{
    readonly Schema _schema;
    readonly EmbeddingTable?[][] _tables;
    readonly int? _level;
    readonly EmbeddingOptions _options;
    readonly ImmutableArray<FieldTraits> _traits;
    readonly (int Keys, int Query, TargetAttention Layer)[] _attended;
    readonly int[] _sites;
    readonly int _site;
    readonly int _pooledWidth;

    /// <param name="scope">Where the tables are declared: one for every table of the schema that a read field uses, or one such for every node.</param>
    /// <param name="schema">Fields and tables.</param>
    /// <param name="options">Which fields the model does not read, how it is trained on the others, and whether nodes have tables of their own.</param>
    /// <exception cref="ArgumentException">An option does not fit the schema; the message names it.</exception>
    public FeatureEmbedding(Scope scope, Schema schema, ModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(options);
        _schema = schema;
        Fields = options.FieldsRead(schema);
        _options = options.Embedding;
        _traits = FieldTraits.Of(schema);
        _site = scope.Site("dropout");
        _sites = [.. schema.Fields.Select(f => scope.Sub("id_dropout").Site(f.Name))];
        _level = options.PrivateLevel - 1;
        _tables = options.PrivateLevel is { } level ? scope.Repeat("node", ModelShape.Of(schema).Scenarios(level), (s, _) => Declare(s)) : [Declare(scope)];
        _attended =
        [
            .. _options.Attention.Select(a => (
                Place(a.Field), Place(a.Query), new TargetAttention(scope.Sub(a.Field).Sub("attention"), _traits[Fields[Place(a.Field)]].Width, a))),
        ];
        var inputs = NewInputs();
        (Width, _pooledWidth) = (inputs.Sum(i => i.Width), inputs.Where(i => !i.Attended).Sum(i => i.Width));
        SharedWidth = inputs.Where(i => i.Shared).Sum(i => i.Width);
    }

    /// <summary>The fields that are read, ascending indices into <see cref="Schema.Fields"/>.</summary>
    public ImmutableArray<int> Fields { get; }

    /// <summary>Columns of x.</summary>
    public int Width { get; }

    /// <summary>First columns of x that only fields of user and context fill.</summary>
    public int SharedWidth { get; }

    /// <summary>What one graph reads its batches through, an input for every one of <see cref="Fields"/>; every graph needs its own.</summary>
    public EmbeddingInput[] NewInputs()
    {
        var inputs = new EmbeddingInput[Fields.Length];
        var column = 0;
        var attended = _attended.Select(a => a.Keys);
        foreach (var place in Enumerable.Range(0, Fields.Length).Except(attended).OrderBy(p => SideOf(p) switch
                 {
                     FieldSide.User => 0,
                     FieldSide.Context => 1,
                     _ => 2,
                 }).Concat(attended))
        {
            inputs[place] = NewInput(place, column);
            column += inputs[place].Width;
        }

        return inputs;
    }

    FieldSide SideOf(int place) => _schema.Fields[Fields[place]].Side;

    EmbeddingInput NewInput(int place, int column)
    {
        var field = _schema.Fields[Fields[place]];
        EmbeddingTable[] tables = field.Kind == FieldKind.Number ? [] : [.. _tables.Select(t => t[field.Table]!)];
        return new EmbeddingInput
        {
            Table = _level is null ? tables.FirstOrDefault() : null,
            Private = _level is not null && tables.Length > 0 ? tables : null,
            Attended = _attended.Any(a => a.Keys == place),
            Shared = SideOf(place) != FieldSide.Item && _attended.All(a => a.Keys != place),
            Column = column,
            Width = tables.Length > 0 ? tables[0].Width : 2,
            Mean = field.Pooling == Pooling.Mean,
            IdDropout = (Real)_options.IdDropoutOf(_traits[Fields[place]]),
            Site = _sites[Fields[place]],
        };
    }

    /// <summary>x [B,D] of the rows that the inputs are bound to.</summary>
    public Tensor Forward(Graph g, EmbeddingInput[] inputs, int rows)
    {
        ArgumentNullException.ThrowIfNull(g);
        ArgumentNullException.ThrowIfNull(inputs);
        var x = g.Embed(inputs, rows, _pooledWidth);
        g.ShareColumns(x, SharedWidth);
        foreach (var (keys, query, layer) in _attended)
            x = g.Concat(x, layer.Forward(g, g.ItemVectors(inputs[query], rows), g.ItemVectors(inputs[keys], rows), inputs[keys].Offsets!));
        return g.Dropout(x, (Real)_options.Dropout, _site);
    }

    /// <summary>Whether x means the same, column by column, where the weights of both have the same shapes.</summary>
    internal bool ReadsLike(FeatureEmbedding other) =>
        Fields.SequenceEqual(other.Fields)
        && NewInputs().Select(i => i.Column).SequenceEqual(other.NewInputs().Select(i => i.Column))
        && _attended.Select(a => (a.Keys, a.Query)).SequenceEqual(other._attended.Select(a => (a.Keys, a.Query)))
        && _options.Attention.Select(a => a.Softmax).SequenceEqual(other._options.Attention.Select(a => a.Softmax));

    /// <summary>Numbers the requests among bound rows: rows that stand together and agree in all fields of user and context are one.</summary>
    /// <returns>How many there are.</returns>
    public static int FindRequests(EmbeddingInput[] inputs, int rows, Span<int> requestOfRow)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var request = 0;
        for (var row = 0; row < rows; row++)
        {
            if (row > 0 && !Repeats(row)) request++;
            requestOfRow[row] = request;
        }

        return request + 1;

        bool Repeats(int row)
        {
            foreach (var input in inputs)
            {
                if (input.Shared && !input.Repeats(row)) return false;
            }

            return true;
        }
    }

    /// <summary>Points the inputs at a batch's arrays; in training with some ids made 0.</summary>
    public void Bind(Graph g, EmbeddingInput[] inputs, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(batch);
        for (var i = 0; i < inputs.Length; i++)
        {
            var field = Fields[i];
            if (_schema.Fields[field].Kind == FieldKind.Number)
            {
                inputs[i].Numbers = batch.Numbers(field);
                continue;
            }

            inputs[i].Ids = batch.Ids(field);
            if (_level is { } level) inputs[i].Nodes = batch.Nodes(level);
            inputs[i].Offsets = _schema.Fields[field].HasItems ? batch.Offsets(field) : null;
        }

        g.DropIds(inputs, batch.Count);
    }

    /// <summary>Place of a field among those that are read.</summary>
    int Place(string name) => Fields.Select(f => _schema.Fields[f].Name).ToList().IndexOf(name);

    /// <summary>A set of tables.</summary>
    EmbeddingTable?[] Declare(Scope scope) =>
        [.. _schema.Tables.Select((t, i) => Fields.Any(f => _schema.Fields[f].Table == i) ? scope.Table(t.Name, t.Rows, t.Width, Init.Normal(0.05)) : null)];
}
