using System.Globalization;

namespace Switchyard.Engine;

/// <summary>
/// A path in the tree of parameter names, handed to every layer's constructor. The layer asks it for weights by name, shape and
/// initial distribution; whether they start random or are loaded is not its concern.
/// </summary>
public sealed class Scope
{
    readonly ParameterSet _parameters;

    public Scope(ParameterSet parameters, string path = "")
    {
        _parameters = parameters;
        Path = path;
    }

    public string Path { get; }

    public Scope Sub(string name) => new(_parameters, Path.Length == 0 ? name : $"{Path}.{name}");

    public Scope Sub(int index) => Sub(index.ToString(CultureInfo.InvariantCulture));

    /// <summary>name.0, name.1, …</summary>
    public T[] Repeat<T>(string name, int count, Func<Scope, int, T> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        var scope = Sub(name);
        return [.. Enumerable.Range(0, count).Select(i => make(scope.Sub(i), i))];
    }

    /// <summary><paramref name="count"/> stacked matrices of [rows × cols].</summary>
    public Parameter Parameter(string name, int rows, int cols, Init init, int count = 1)
    {
        var full = Sub(name).Path;
        var parameter = _parameters.AddDense(full, count, rows, cols);
        if (!_parameters.Deferred) init.Fill(_parameters.Values(parameter), new SeededRandom(_parameters.Seed, full));
        return parameter;
    }

    public EmbeddingTable Table(string name, int rows, int width, Init init)
    {
        var full = Sub(name).Path;
        var table = _parameters.AddTable(full, rows, width);
        if (!_parameters.Deferred) init.Fill(table.Values, new SeededRandom(_parameters.Seed, full));
        return table;
    }

    public StateBuffer Buffer(string name, int length, Real value)
    {
        var buffer = _parameters.AddBuffer(Sub(name).Path, length);
        buffer.Values.AsSpan().Fill(value);
        return buffer;
    }

    /// <summary>A number that belongs to this scope alone; keys the noise of its layer.</summary>
    public int Site(string name) => (int)(SeededRandom.Hash(Sub(name).Path) & 0x7FFFFFFF);
}
