using System.Security.Cryptography;
using Switchyard.Data;

namespace Switchyard;

/// <summary>
/// The rows that fitting and choosing may look at: those of training and validation. What holds this, and not the dataset, has no way
/// to a test row and cannot even count them.
/// </summary>
sealed class FittingRows(Dataset data)
{
    public Schema Schema => data.Schema;

    public long TrainingCount => data.Rows(Part.Train);

    public long ValidationCount => data.Rows(Part.Validation);

    public int ValidationGroups => data.GroupCount(Part.Validation);

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
        RowsDigest.Add(hash, data, Part.Train, cancellation);
        RowsDigest.Add(hash, data, Part.Validation, cancellation);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
