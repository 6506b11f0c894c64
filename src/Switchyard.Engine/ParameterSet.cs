using Switchyard.Kernels;

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
    /// <param name="deferred">True: declarations only, without values, until <see cref="Allocate"/>; for weights that come from a file.</param>
    public ParameterSet(ulong seed, bool deferred = false) => (Seed, Deferred) = (seed, deferred);

    public ulong Seed { get; }

    /// <summary>True while there are names and shapes but no values.</summary>
    public bool Deferred { get; private set; }

    public IReadOnlyList<Parameter> Dense => _dense;

    public IReadOnlyList<EmbeddingTable> Tables => _tables;

    public IReadOnlyList<StateBuffer> Buffers => _buffers;

    /// <summary>Flat values of all dense parameters.</summary>
    public Span<Real> DenseValues => _values.AsSpan(0, _length);

    /// <summary>Length of the flat array.</summary>
    public int DenseLength => _length;

    /// <summary>Number of trained values: dense parameters and tables.</summary>
    public long TrainedValues => _dense.Sum(p => (long)p.Length) + _tables.Sum(t => (long)t.Rows * t.Width);

    /// <summary>Grows with every change of dense values; caches derived from them compare it.</summary>
    public int Version { get; private set; } = 1;

    internal PackedWeights Packed { get; } = new();

    /// <summary>Weights that are made of others (<see cref="StackOps"/>), by the index of the experts' part; for scoring.</summary>
    internal DerivedWeights Formed { get; } = new();

    /// <summary>Their panels, by the same index.</summary>
    internal DerivedWeights FormedPanels { get; } = new();

    public Span<Real> Values(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return _values.AsSpan(parameter.Offset, parameter.Length);
    }

    /// <summary>Must be called after dense values were written.</summary>
    public void Touch() => Version++;

    /// <summary>
    /// Ends <see cref="Deferred"/>: makes room for all values. They are not initialised; the caller writes every one of them and
    /// then calls <see cref="Touch"/>.
    /// </summary>
    public void Allocate()
    {
        if (!Deferred) throw new InvalidOperationException("The parameters have values already.");
        Deferred = false;
        _values = LargeArray.New<Real>(_length);
        foreach (var table in _tables) table.Allocate();
        foreach (var buffer in _buffers) buffer.Allocate();
    }

    internal Block<Real> Block(Parameter parameter) => new(_values, parameter.Offset, parameter.Length);

    internal Parameter AddDense(string name, int count, int rows, int cols, WeightPlace place)
    {
        Claim(name, count, rows, cols);
        var parameter = new Parameter(name, _dense.Count, _length, count, rows, cols, place);
        var total = _length + ((long)parameter.Length + Alignment - 1) / Alignment * Alignment;
        if (total > Array.MaxLength)
            throw new ArgumentException($"The dense weights up to {name} are {total} values, at most {Array.MaxLength} are possible; make the layers narrower.");
        _length = (int)total;
        if (!Deferred && _length > _values.Length) Grow();
        _dense.Add(parameter);
        return parameter;
    }

    internal EmbeddingTable AddTable(string name, int rows, int width, WeightPlace place)
    {
        Claim(name, 1, rows, width);
        var table = new EmbeddingTable(name, _tables.Count, rows, width, place);
        if (!Deferred) table.Allocate();
        _tables.Add(table);
        return table;
    }

    internal StateBuffer AddBuffer(string name, int length, WeightPlace place)
    {
        Claim(name, 1, 1, length);
        var buffer = new StateBuffer(name, length, place);
        if (!Deferred) buffer.Allocate();
        _buffers.Add(buffer);
        return buffer;
    }

    void Grow()
    {
        var values = LargeArray.New<Real>((int)Math.Min(Array.MaxLength, Math.Max(_length, 2L * _values.Length)));
        _values.CopyTo(values, 0);
        _values = values;
    }

    void Claim(string name, int count, int rows, int cols)
    {
        if (count < 0 || rows < 0 || cols < 0 || (Int128)count * rows * cols > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{name} would be {count} x {rows} x {cols} values; sizes are not negative and at most {Array.MaxLength} values are possible: lower the widths or the number of experts, or of a field hash_buckets or embedding.");
        }

        if (!_names.Add(name)) throw new InvalidOperationException($"Two parameters are named {name}; give the layers different scopes.");
    }
}
