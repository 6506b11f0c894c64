namespace Switchyard.Engine;

/// <summary>
/// A dense weight: <see cref="Count"/> stacked matrices of [Rows × Cols] (one for most layers, one per expert for a bank),
/// stored [in × out] so that outputs are contiguous. It has no gradient and no moments of its own.
/// </summary>
public sealed class Parameter
{
    internal Parameter(string name, int index, int offset, int count, int rows, int cols, WeightPlace place)
    {
        Name = name;
        Place = place;
        Index = index;
        Offset = offset;
        Count = count;
        Rows = count * rows;
        RowsEach = rows;
        Cols = cols;
    }

    /// <summary>Path of the parameter, unique in its model: <c>scenario.0.0.gate</c>.</summary>
    public string Name { get; }

    public int Index { get; }

    /// <summary>Stacked matrices.</summary>
    public int Count { get; }

    /// <summary>Rows of all matrices together.</summary>
    public int Rows { get; }

    /// <summary>Rows of one matrix.</summary>
    public int RowsEach { get; }

    public int Cols { get; }

    public int Length => Rows * Cols;

    /// <summary>What of it belongs to which node or task.</summary>
    public WeightPlace Place { get; }

    /// <summary>Position in the flat array of all dense parameters.</summary>
    public int Offset { get; }
}

/// <summary>An embedding table [Rows × Width]: only the rows of a batch are read, get a gradient and are updated.</summary>
public sealed class EmbeddingTable
{
    internal EmbeddingTable(string name, int index, int rows, int width, WeightPlace place)
    {
        Name = name;
        Place = place;
        Index = index;
        Rows = rows;
        Width = width;
    }

    public string Name { get; }

    public int Index { get; }

    public int Rows { get; }

    public int Width { get; }

    /// <summary>The node or task it belongs to, if any.</summary>
    public WeightPlace Place { get; }

    /// <summary>All vectors, row-major; empty while the set is <see cref="ParameterSet.Deferred"/>.</summary>
    public Real[] Values { get; private set; } = [];

    public Span<Real> Row(int row) => Values.AsSpan(row * Width, Width);

    internal void Allocate() => Values = GC.AllocateUninitializedArray<Real>(Rows * Width);
}

/// <summary>State that is not trained by gradients: running statistics.</summary>
public sealed class StateBuffer
{
    internal StateBuffer(string name, int length, WeightPlace place)
    {
        Name = name;
        Length = length;
        Place = place;
    }

    public string Name { get; }

    public int Length { get; }

    /// <summary>What of it belongs to which node or task.</summary>
    public WeightPlace Place { get; }

    /// <summary>The values; empty while the set is <see cref="ParameterSet.Deferred"/>.</summary>
    public Real[] Values { get; private set; } = [];

    internal void Allocate() => Values = new Real[Length];
}
