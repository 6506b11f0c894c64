using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Switchyard.Data;

namespace Switchyard;

/// <summary>Digests rows as they are encoded: fields, scenario, labels, weights, groups and places.</summary>
static class RowsDigest
{
    const int DigestRows = 4096;

    /// <summary>Adds a part's number of rows and all that a model reads of them.</summary>
    public static void Add(IncrementalHash hash, Dataset data, Part part, CancellationToken cancellation)
    {
        var batch = new Batch(data.Schema, DigestRows);
        using var rows = data.Open(part);
        hash.AppendData(BitConverter.GetBytes(rows.RowCount));
        rows.Rewind(0);
        while (rows.Next(batch, DigestRows))
        {
            cancellation.ThrowIfCancellationRequested();
            Add(hash, batch);
        }
    }

    static void Add(IncrementalHash hash, Batch batch)
    {
        var count = batch.Count;
        for (var f = 0; f < batch.Schema.Fields.Length; f++)
        {
            var field = batch.Schema.Fields[f];
            if (field.Kind == FieldKind.Number)
            {
                Add(hash, batch.Numbers(f).AsSpan(0, 2 * count));
                continue;
            }

            if (field.HasItems) Add(hash, batch.Offsets(f).AsSpan(0, count + 1));
            Add(hash, batch.Ids(f).AsSpan(0, field.HasItems ? batch.Offsets(f)[count] : count));
        }

        for (var level = 0; level < batch.Schema.Levels.Length; level++) Add(hash, batch.Nodes(level).AsSpan(0, count));
        for (var task = 0; task < batch.Schema.Tasks.Length; task++) Add(hash, batch.Labels(task).AsSpan(0, count));
        Add(hash, batch.Weights.AsSpan(0, count));
        Add(hash, batch.Groups.AsSpan(0, count));
        Add(hash, batch.Rows.AsSpan(0, count));
    }

    static void Add<T>(IncrementalHash hash, ReadOnlySpan<T> values) where T : struct => hash.AppendData(MemoryMarshal.AsBytes(values));
}
