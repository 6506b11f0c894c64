using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Switchyard.Data;
using Switchyard.Evaluation;

namespace Switchyard;

/// <summary>The rows that a comparison measures: scenario, group and labels of each, and a digest by which variants prove that they have the same.</summary>
sealed class MeasuredRows
{
    const int ReadRows = 4096;

    MeasuredRows(Part part, EvaluationLayout layout, int[] leaves, int[] groups, float[][] labels, string digest) =>
        (Part, Layout, Leaves, Groups, Labels, Digest) = (part, layout, leaves, groups, labels, digest);

    /// <summary>The test rows.</summary>
    public Part Part { get; }

    public EvaluationLayout Layout { get; }

    /// <summary>Leaf scenario of every row, −1 where unknown.</summary>
    public int[] Leaves { get; }

    /// <summary>Group of every row, −1 for none.</summary>
    public int[] Groups { get; }

    /// <summary>For every task 0, 1 or NaN.</summary>
    public float[][] Labels { get; }

    /// <summary>SHA-256 (hex) of everything above and of the rows' places in the source.</summary>
    public string Digest { get; }

    public int Count => Leaves.Length;

    public static MeasuredRows Read(Dataset data, Part part, CancellationToken cancellation)
    {
        using var rows = data.Open(part);
        var count = checked((int)rows.RowCount);
        var (leaves, groups, places) = (new int[count], new int[count], new long[count]);
        var labels = data.Schema.Tasks.Select(_ => new float[count]).ToArray();
        var batch = new Batch(data.Schema, ReadRows);
        rows.Rewind(0);
        for (var at = 0; rows.Next(batch, ReadRows); at += batch.Count)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var row = 0; row < batch.Count; row++) leaves[at + row] = batch.Leaf(row);
            if (data.Schema.Group is null) groups.AsSpan(at, batch.Count).Fill(-1);
            else batch.Groups.AsSpan(0, batch.Count).CopyTo(groups.AsSpan(at));
            batch.Rows.AsSpan(0, batch.Count).CopyTo(places.AsSpan(at));
            for (var task = 0; task < labels.Length; task++) batch.Labels(task).AsSpan(0, batch.Count).CopyTo(labels[task].AsSpan(at));
        }

        var layout = PartEvaluation.LayoutOf(data.Schema);
        return new MeasuredRows(part, layout, leaves, groups, labels, DigestOf(part, layout, leaves, groups, places, labels));
    }

    static string DigestOf(Part part, EvaluationLayout layout, int[] leaves, int[] groups, long[] places, float[][] labels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] names =
        [
            part.Name(), .. layout.Levels.SelectMany(l => l.Nodes.Prepend(l.Column).Append("")), .. layout.Tasks,
            .. layout.Given.Select(g => g.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', names)));
        hash.AppendData(MemoryMarshal.AsBytes<int>(leaves));
        hash.AppendData(MemoryMarshal.AsBytes<int>(groups));
        hash.AppendData(MemoryMarshal.AsBytes<long>(places));
        foreach (var task in labels) hash.AppendData(MemoryMarshal.AsBytes<float>(task));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
