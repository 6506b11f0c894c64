namespace Switchyard.Engine;

/// <summary>
/// All weights of a model. Dense parameters lie in one flat array, so that an optimizer step, a snapshot or an exchange
/// between processes is one pass; embedding tables have an array each.
/// </summary>
public sealed class ParameterSet
{
    // Parameters start on cache lines: workers that update neighbouring parameters do not share one.
    const int Alignment = 16;

    readonly List<Parameter> _dense = [];
    readonly List<EmbeddingTable> _tables = [];
    readonly List<StateBuffer> _buffers = [];
    readonly HashSet<string> _names = new(StringComparer.Ordinal);
    Real[] _values = [];
    int _length;

    /// <param name="seed">Seed of all initial values; each parameter's also depend on its name, never on its neighbours.</param>
    public ParameterSet(ulong seed) => Seed = seed;

    public ulong Seed { get; }

    public IReadOnlyList<Parameter> Dense => _dense;

    public IReadOnlyList<EmbeddingTable> Tables => _tables;

    public IReadOnlyList<StateBuffer> Buffers => _buffers;

    /// <summary>Flat values of all dense parameters.</summary>
    public Span<Real> DenseValues => _values.AsSpan(0, _length);

    /// <summary>Length of the flat array.</summary>
    public int DenseLength => _length;

    /// <summary>Number of trained values: dense parameters and tables.</summary>
    public long TrainedValues => _dense.Sum(p => (long)p.Length) + _tables.Sum(t => (long)t.Values.Length);

    /// <summary>Grows with every change of dense values; caches derived from them compare it.</summary>
    public int Version { get; private set; } = 1;

    internal PackedWeights Packed { get; } = new();

    public Span<Real> Values(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return _values.AsSpan(parameter.Offset, parameter.Length);
    }

    /// <summary>Must be called after dense values were written.</summary>
    public void Touch() => Version++;

    internal Block<Real> Block(Parameter parameter) => new(_values, parameter.Offset, parameter.Length);

    internal Parameter AddDense(string name, int count, int rows, int cols)
    {
        Claim(name);
        var parameter = new Parameter(name, _dense.Count, _length, count, rows, cols);
        _length += (parameter.Length + Alignment - 1) / Alignment * Alignment;
        if (_length > _values.Length) Array.Resize(ref _values, Math.Max(_length, 2 * _values.Length));
        _dense.Add(parameter);
        return parameter;
    }

    internal EmbeddingTable AddTable(string name, int rows, int width)
    {
        Claim(name);
        var table = new EmbeddingTable(name, _tables.Count, rows, width);
        _tables.Add(table);
        return table;
    }

    internal StateBuffer AddBuffer(string name, int length)
    {
        Claim(name);
        var buffer = new StateBuffer(name, length);
        _buffers.Add(buffer);
        return buffer;
    }

    void Claim(string name)
    {
        if (!_names.Add(name)) throw new InvalidOperationException($"Two parameters are named {name}; give the layers different scopes.");
    }
}
