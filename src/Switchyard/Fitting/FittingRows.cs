using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// The rows that fitting and choosing may look at: those of training and validation. What holds this, and not the dataset, has no way
/// to a test row and cannot even count them.
/// </summary>
sealed class FittingRows(Dataset data)
{
    const int DigestRows = 4096;

    public Schema Schema => data.Schema;

    public long TrainingCount => data.Rows(Part.Train);

    public long ValidationCount => data.Rows(Part.Validation);

    /// <summary>The training rows, shuffled as a run's options say.</summary>
    public IBatchSource OpenTraining(ulong seed, int shuffleRows) =>
        data.Open(Part.Train, new ShuffleOptions { Seed = seed, BufferRows = shuffleRows });

    /// <summary>The validation rows in the order of the sources.</summary>
    public IBatchSource OpenValidation() => data.Open(Part.Validation);

    /// <summary>
    /// SHA-256 (hex) of these rows as they are encoded, and of the schema. It is the same wherever the sources lie and whenever they were
    /// written, and whatever the test rows hold.
    /// </summary>
    public string Digest(CancellationToken cancellation = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(Schema.Fingerprint()));
        var batch = new Batch(Schema, DigestRows);
        Add(hash, Part.Train, batch, cancellation);
        Add(hash, Part.Validation, batch, cancellation);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    void Add(IncrementalHash hash, Part part, Batch batch, CancellationToken cancellation)
    {
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
