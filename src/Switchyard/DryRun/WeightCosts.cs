using System.Collections.Immutable;
using Switchyard.Engine;
using Switchyard.Training;

namespace Switchyard;

/// <summary>What weights cost besides themselves, from their shapes alone: known before a byte of them is allocated.</summary>
sealed class WeightCosts
{
    const long ValueBytes = sizeof(float);
    const long RowBytes = sizeof(int);
    const long StepBytes = sizeof(long);

    readonly long _dense;
    readonly long _tables;
    readonly long _rows;
    readonly long _buffers;
    readonly long _moments;
    readonly long _lastSteps;

    public WeightCosts(ParameterSet parameters, TrainingOptions options)
    {
        _dense = parameters.DenseLength * ValueBytes;
        _tables = parameters.Tables.Sum(t => (long)t.Rows * t.Width) * ValueBytes;
        _rows = parameters.Tables.Sum(t => (long)t.Rows);
        _buffers = parameters.Buffers.Sum(b => (long)b.Length) * ValueBytes;
        _moments = UpdateRule.Create(options).Moments * (_dense + _tables);
        _lastSteps = options.Embeddings == EmbeddingUpdate.Exact && !UpdateRule.OfTables(options).IdleIsNothing ? _rows * StepBytes : 0;
    }

    /// <summary>Bytes of the bundle's weights.</summary>
    public long Weights => _dense + _tables + _buffers;

    /// <summary>Memory that training holds for its weights from the first step on.</summary>
    public ImmutableArray<Size> FromTheStart =>
    [
        new("weights", Weights),

        // One gradient for every dense weight; for every row of a table, its place among the touched rows.
        new("gradients", _dense + (_rows * RowBytes)),

        // Moments; for every row of a table, whether it was saved since the best validation.
        new("optimizer state", _moments + _lastSteps + (_rows * RowBytes)),
    ];

    /// <summary>Memory of the best weights so far: all dense ones, and at most all rows of every table.</summary>
    public Size Best => new("best weights, at most", _dense + _buffers + _tables + (_rows * RowBytes));

    /// <summary>Bytes of a checkpoint, at most.</summary>
    public long Checkpoint => Weights + _moments + _lastSteps + Best.Bytes;
}
