using Switchyard.Kernels;

namespace Switchyard.Engine;

/// <summary>
/// What a backward pass leaves: one flat array for all dense parameters and the touched rows of every table. This is the
/// seam between gradients and optimizer: processes that train together exchange exactly these two, here.
/// </summary>
public sealed class Gradients
{
    readonly Real[] _dense;
    readonly Parameter[] _parameters;

    // State of every matrix of every dense parameter; those of a parameter start at _first[its index].
    readonly MatrixState[] _state;
    readonly int[] _first;
    bool _stale;
    bool _lent;

    internal Gradients(ParameterSet parameters)
    {
        _dense = LargeArray.New<Real>(parameters.DenseLength);
        _parameters = [.. parameters.Dense];
        _first = new int[_parameters.Length];
        var matrices = 0;
        foreach (var parameter in _parameters)
        {
            _first[parameter.Index] = matrices;
            matrices += parameter.Count;
        }

        _state = new MatrixState[matrices];
        Tables = [.. parameters.Tables.Select(t => new TableGradient(t))];
    }

    /// <summary>What is known of a matrix's gradient. Cleared where it is read, not where a step begins: a product that comes first overwrites it, and an expert that no row chose costs nothing.</summary>
    enum MatrixState : byte
    {
        /// <summary>All zeros.</summary>
        Zero,

        /// <summary>Anything.</summary>
        Written,

        /// <summary>Zero by meaning; the numbers are those of the step before.</summary>
        Stale,
    }

    /// <summary>
    /// Gradient of <see cref="ParameterSet.DenseValues"/>, element for element, to be written: the next step has to clear all of it. Take it anew
    /// every step: what is written to a span kept from an earlier one is not cleared. Whoever only scales or clears takes
    /// <see cref="Scale"/> and <see cref="ClearDense"/>, which cost a later step nothing.
    /// </summary>
    public Span<Real> Dense
    {
        get
        {
            Settle();
            _lent = true;
            return _dense;
        }
    }

    /// <summary>Gradient of <see cref="ParameterSet.DenseValues"/>, element for element, to be read.</summary>
    public ReadOnlySpan<Real> DenseValues
    {
        get
        {
            Settle();
            return _dense;
        }
    }

    /// <summary>Touched rows, in the order of <see cref="ParameterSet.Tables"/>.</summary>
    public TableGradient[] Tables { get; }

    /// <summary>All gradients, dense and touched rows alike, times a factor. Matrices that nobody wrote to in this step are passed by.</summary>
    public void Scale(Real factor)
    {
        Settle();
        if (_lent) Vectors.Scale(factor, _dense);
        else foreach (var parameter in _parameters) ScaleWritten(parameter, factor);
        foreach (var table in Tables) Vectors.Scale(factor, table.Values);
    }

    /// <summary>Sets a stretch of <see cref="DenseValues"/> to zero.</summary>
    public void ClearDense(int from, int length) => _dense.AsSpan(from, length).Clear();

    public Span<Real> Of(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Block(parameter).Span;
    }

    /// <summary>A parameter's gradient, to be added to.</summary>
    internal Block<Real> Block(Parameter parameter)
    {
        for (var i = 0; i < parameter.Count; i++) Settle(parameter, i, MatrixState.Written);
        return new(_dense, parameter.Offset, parameter.Length);
    }

    /// <summary>The same for whoever asks <see cref="IsStale"/> of every matrix, overwrites those that are, and then calls <see cref="Written"/>.</summary>
    internal Block<Real> BlockToFill(Parameter parameter) => new(_dense, parameter.Offset, parameter.Length);

    /// <summary>True where a matrix's gradient is to be overwritten, not added to.</summary>
    internal bool IsStale(Parameter parameter, int matrix) => _state[_first[parameter.Index] + matrix] == MatrixState.Stale;

    /// <summary>Notes that a matrix's gradient was added to, or overwritten where it was stale.</summary>
    internal void Written(Parameter parameter, int matrix) => _state[_first[parameter.Index] + matrix] = MatrixState.Written;

    /// <summary>All gradients are zero from here on.</summary>
    internal void Clear()
    {
        if (_lent)
        {
            _dense.AsSpan().Clear();
            _state.AsSpan().Clear();
            _lent = false;
        }

        _state.AsSpan().Replace(MatrixState.Written, MatrixState.Stale);
        _stale = true;
        foreach (var table in Tables) table.Clear();
    }

    /// <summary>Clears what is stale still: nobody wrote to it.</summary>
    internal void Settle()
    {
        if (!_stale) return;
        foreach (var parameter in _parameters)
        {
            for (var i = 0; i < parameter.Count; i++) Settle(parameter, i, MatrixState.Zero);
        }

        _stale = false;
    }

    void ScaleWritten(Parameter parameter, Real factor)
    {
        var each = parameter.RowsEach * parameter.Cols;
        for (var i = 0; i < parameter.Count; i++)
        {
            if (_state[_first[parameter.Index] + i] == MatrixState.Written) Vectors.Scale(factor, _dense.AsSpan(parameter.Offset + i * each, each));
        }
    }

    void Settle(Parameter parameter, int matrix, MatrixState then)
    {
        ref var state = ref _state[_first[parameter.Index] + matrix];
        var each = parameter.RowsEach * parameter.Cols;
        if (state == MatrixState.Stale) _dense.AsSpan(parameter.Offset + matrix * each, each).Clear();
        else if (then == MatrixState.Zero) return;
        state = then;
    }
}

/// <summary>Gradient of the rows of one table that a batch touched: a list of rows and their vectors, first touched first.</summary>
public sealed class TableGradient
{
    /// <summary>Rows whose places are looked up at a time.</summary>
    const int ScatterRows = 256;

    /// <summary>So many places ahead are asked for.</summary>
    const int Ahead = 16;

    readonly int[] _slot;
    int[] _rows = new int[256];
    Real[] _values;

    internal TableGradient(EmbeddingTable table)
    {
        Table = table;
        _slot = new int[table.Rows];
        _values = new Real[256 * table.Width];
    }

    public EmbeddingTable Table { get; }

    /// <summary>Touched rows.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Their gradients, [Count × width].</summary>
    public Span<Real> Values => _values.AsSpan(0, Count * Table.Width);

    /// <summary>Gradient of one row, zero when first touched.</summary>
    public Span<Real> Row(int row)
    {
        // First the place, then the array: making the place may replace the array.
        var slot = Slot(row);
        return _values.AsSpan(slot * Table.Width, Table.Width);
    }

    /// <summary>Adds the vectors at stride <paramref name="stride"/> to the gradients of these rows, in their order.</summary>
    internal void Scatter(ReadOnlySpan<int> rows, ReadOnlySpan<Real> vectors, int stride)
    {
        Span<int> slots = stackalloc int[ScatterRows];
        for (var first = 0; first < rows.Length; first += ScatterRows)
        {
            var count = Math.Min(ScatterRows, rows.Length - first);
            Slots(rows.Slice(first, count), slots);
            Kernels.Rows.ScatterAdd(vectors[(first * stride)..], stride, Table.Width, slots[..count], Values);
        }
    }

    /// <summary>Places of several rows in <see cref="Values"/>; new ones are added, with gradient zero, in the order given.</summary>
    internal void Slots(ReadOnlySpan<int> rows, Span<int> slots)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (i + Ahead < rows.Length) Kernels.Prefetch.Values(_slot, rows[i + Ahead], 1);
            slots[i] = Slot(rows[i]);
        }
    }

    int Slot(int row)
    {
        var slot = _slot[row] - 1;
        if (slot >= 0) return slot;
        slot = Count++;
        if (slot == _rows.Length)
        {
            Array.Resize(ref _rows, 2 * slot);
            Array.Resize(ref _values, 2 * slot * Table.Width);
        }

        _rows[slot] = row;
        _slot[row] = slot + 1;
        _values.AsSpan(slot * Table.Width, Table.Width).Clear();
        return slot;
    }

    /// <summary>Forgets the touched rows; cost is theirs, not the table's.</summary>
    internal void Clear()
    {
        foreach (var row in Rows) _slot[row] = 0;
        Count = 0;
    }
}
