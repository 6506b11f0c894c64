using System.Collections.Immutable;
using System.Globalization;

namespace Switchyard.Engine;

/// <summary>
/// A path in the tree of parameter names, handed to every layer's constructor. The layer asks it for weights by name, shape and
/// initial distribution; whether they start random or are loaded is not its concern.
/// </summary>
public sealed class Scope
{
    readonly ParameterSet _parameters;
    readonly string _pattern;
    readonly ImmutableArray<Member> _owners;
    readonly bool _occasional;

    public Scope(ParameterSet parameters, string path = "")
        : this(parameters, path, path, [])
    {
    }

    Scope(ParameterSet parameters, string path, string pattern, ImmutableArray<Member> owners, bool occasional = false)
    {
        (_parameters, _pattern, _owners, _occasional) = (parameters, pattern, owners, occasional);
        Path = path;
    }

    public string Path { get; }

    public Scope Sub(string name) => new(_parameters, Join(Path, name), Join(_pattern, name), _owners, _occasional);

    public Scope Sub(int index) => Sub(index.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The same place for weights that only some sizes of the model have, as what reads the task before has none for the first task: where a
    /// model grows into them they start as in a new one. Of all other weights a model that lacks one is refused.
    /// </summary>
    public Scope Occasional() => new(_parameters, Path, _pattern, _owners, occasional: true);

    /// <summary>name.0, name.1, …</summary>
    public T[] Repeat<T>(string name, int count, Func<Scope, int, T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        var scope = Sub(name);
        return [.. Enumerable.Range(0, count).Select(i => make(scope.Sub(i), i))];
    }

    /// <summary>The same, one for every member: all that is declared there belongs to this member alone.</summary>
    public T[] Repeat<T>(string name, Members members, Func<Scope, int, T> make)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(make);
        var scope = Sub(name);
        return [.. Enumerable.Range(0, members.Count).Select(i => make(
            new Scope(_parameters, scope.Sub(i).Path, Join(scope._pattern, "*"), _owners.Add(new Member(members, i)), _occasional), i))];
    }

    /// <summary><paramref name="count"/> stacked matrices of [rows × cols].</summary>
    /// <param name="name">Name under the scope.</param>
    /// <param name="rows">Rows of one matrix.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="init">Initial distribution.</param>
    /// <param name="count">Matrices.</param>
    /// <param name="axes">Dimensions whose size follows the number of nodes or tasks; it must be said of every one that does.</param>
    public Parameter Parameter(string name, int rows, int cols, Init init, int count = 1, MemberAxes axes = default)
    {
        var full = Sub(name).Path;
        CheckAxis(full, count, axes.Stack);
        CheckAxis(full, rows, axes.Rows);
        CheckAxis(full, cols, axes.Cols);
        var parameter = _parameters.AddDense(full, count, rows, cols, PlaceOf(name, axes));
        if (!_parameters.Deferred) init.Fill(_parameters.Values(parameter), new SeededRandom(_parameters.Seed, full));
        return parameter;
    }

    public EmbeddingTable Table(string name, int rows, int width, Init init)
    {
        var full = Sub(name).Path;
        var table = _parameters.AddTable(full, rows, width, PlaceOf(name, default));
        if (!_parameters.Deferred) init.Fill(table.Values, new SeededRandom(_parameters.Seed, full));
        return table;
    }

    /// <param name="name">Name under the scope.</param>
    /// <param name="length">Number of values.</param>
    /// <param name="value">Initial value.</param>
    /// <param name="members">Among whom the values are divided, where they are.</param>
    /// <param name="fresh">A new member's values start at <paramref name="value"/>, not at the old members' mean.</param>
    public StateBuffer Buffer(string name, int length, Real value, Members? members = null, bool fresh = false)
    {
        var full = Sub(name).Path;
        CheckAxis(full, length, members);
        var buffer = _parameters.AddBuffer(full, length, PlaceOf(name, new MemberAxes(Rows: members, Fresh: fresh)));
        buffer.Values.AsSpan().Fill(value);
        return buffer;
    }

    /// <summary>A number that belongs to this scope alone; keys the noise of its layer.</summary>
    public int Site(string name) => (int)(SeededRandom.Hash(Sub(name).Path) & 0x7FFFFFFF);

    WeightPlace PlaceOf(string name, MemberAxes axes) => new(Join(_pattern, name), _owners, axes, _occasional);

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    static void CheckAxis(string name, int size, Members? members)
    {
        if (members is not null && size % Math.Max(1, members.Count) != 0)
            throw new InvalidOperationException($"{name}: {size} values cannot be divided among {members.Count} of {members.Name}.");
    }
}
