using Switchyard.Data;
using Switchyard.Engine;

namespace Switchyard.Models;

/// <summary>The tables of all fields, and how a batch's fields become x [B,D]: their vectors side by side in field order.</summary>
public sealed class FeatureEmbedding
{
    readonly Schema _schema;
    readonly EmbeddingTable[] _tables;

    public FeatureEmbedding(Scope scope, Schema schema)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(schema);
        _schema = schema;
        _tables = [.. schema.Tables.Select(t => scope.Table(t.Name, t.Rows, t.Width, Init.Normal(0.05)))];
    }

    /// <summary>What one graph reads its batches through; every graph needs its own.</summary>
    public EmbeddingInput[] NewInputs()
    {
        var column = 0;
        var inputs = new EmbeddingInput[_schema.Fields.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            var field = _schema.Fields[i];
            var table = field.Kind == FieldKind.Number ? null : _tables[field.Table];
            inputs[i] = new EmbeddingInput { Table = table, Column = column, Width = table?.Width ?? 2, Mean = field.Pooling == Pooling.Mean };
            column += inputs[i].Width;
        }

        return inputs;
    }

    /// <summary>Points the inputs at a batch's arrays.</summary>
    public void Bind(EmbeddingInput[] inputs, Batch batch)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(batch);
        for (var i = 0; i < inputs.Length; i++)
        {
            var field = _schema.Fields[i];
            if (field.Kind == FieldKind.Number)
            {
                inputs[i].Numbers = batch.Numbers(i);
                continue;
            }

            inputs[i].Ids = batch.Ids(i);
            inputs[i].Offsets = field.HasItems ? batch.Offsets(i) : null;
        }
    }
}
